import Foundation
import Testing

/// Everything at the same time, for a while: `scripts/soak MINUTES` runs it for longer.
@Suite("Soak", .serialized)
struct SoakTests {
    private static let minutes = ProcessInfo.processInfo.environment["POSTMOON_SOAK_MINUTES"].flatMap { Double($0) }

    @Test("letters, another client, kills and cuts, and every message is where it must be", .timeLimit(.minutes(600)))
    func soak() async throws {
        let seed = SeededGenerator.chosenSeed()
        var generator = SeededGenerator(seed: seed)
        let length = Self.minutes.map { Duration.seconds($0 * 60) } ?? .seconds(20)
        try await SoakRun(length, seed: seed, using: &generator).run(using: &generator)
    }
}
