import Foundation
import MailTransport
import Synchronization
import Testing

@Suite struct LocalSocketTests {
    @Test func everyLineArrivesHoweverSlowlyItIsRead() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "pmls-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "s").path
        let count = 5_000
        let text = String(repeating: "x", count: 1_000)
        let (ready, listening) = AsyncStream.makeStream(of: Void.self)
        let server = Task {
            try await LocalSocket.listen(at: path, ready: { listening.finish() }) { _, answer in
                for number in 1...count { try? await answer("\(number) \(text)") }
            }
        }
        for await _ in ready {}
        let seen = Mutex<[Int]>([])
        try await LocalSocket.ask(at: path, "?") { line in
            // About what a program does that takes each line apart.
            let words = (0..<20).map { _ in line.split(separator: " ").first }
            let number = words.compactMap { $0.flatMap { Int($0) } }.last ?? 0
            seen.withLock { $0.append(number) }
            return number < count
        }
        #expect(seen.withLock { $0 } == Array(1...count))
        server.cancel()
        _ = try? await server.value
    }
}
