import Foundation
import TestKit
import Testing

/// Plays a scenario with the wire cut behind every byte, in either direction: in every manner where a line begins or
/// ends, else in one of them, which one the seed draws.
struct ByteCampaign: Sendable {
    let scenario: Scenario

    /// Cuts in the ordinary run of the tests.
    private static let sampleSize = 36

    func run() async throws {
        let begun = ContinuousClock.now
        let stage = try await Stage(scenario)
        let whole = try await Trial(stage: stage).run()
        let ends = scenario.ends.map(EndState.init)
        try #require(whole.end == ends.first, "\(scenario.name) without a cut ends as \(whole.end.lines)")
        #expect(whole.problems.isEmpty, "\(scenario.name) without a cut")

        // What is said when it is started once more is not part of it.
        let recorder = ByteCutter(nil)
        _ = try await Trial(stage: stage, cutter: recorder, afterwards: .nothing).run()
        let texts = ByteCut.Direction.allCases.map { ($0, recorder.text($0)) }
        var tally = FaultTally(part: "every byte", scenario: scenario.name, steps: texts.reduce(0) { $0 + $1.1.count })
        for cut in Self.chosen(texts) {
            let cutter = ByteCutter(cut)
            // Within a line the server heard all of it or nothing, as at one of its ends.
            let outcome = try await Trial(
                stage: stage, cutter: cutter, afterwards: cut.isAtEdge ? .turn : .nothing
            ).run()
            // Bytes that are drawn by lot are of one length, so every cut of the first run is met.
            #expect(cutter.isMet, "\(cut) of \(scenario.name)")
            tally.note(outcome, of: scenario)
            if let complaint = outcome.complaint(about: scenario) {
                Issue.record(Comment(rawValue: "\(scenario.name), \(cut), seed \(FaultSample.seed)\n\(complaint)"))
            }
        }
        tally.seconds = (ContinuousClock.now - begun) / .seconds(1)
        try tally.write()
    }

    /// All of them; in the ordinary run a stride through the edges of lines, and one through the rest.
    private static func chosen(_ texts: [(ByteCut.Direction, [UInt8])]) -> [ByteCut] {
        let edges = texts.flatMap { ByteCut.edges(of: $1, $0) }
        let rest = texts.flatMap { ByteCut.rest(of: $1, $0, seed: FaultSample.seed) }
        let environment = ProcessInfo.processInfo.environment
        if let only = environment["POSTMOON_FAULTS_ONLY"], !only.isEmpty {
            return (edges + rest).filter { $0.description == only }
        }
        guard !Campaign.isWhole else { return edges + rest }
        return FaultSample.spread(edges, sampleSize * 2 / 3) + FaultSample.spread(rest, sampleSize / 3)
    }
}
