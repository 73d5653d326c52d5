import Foundation
import Synchronization

@testable import TestKit

/// When in a run the program is to be killed: moments at which it has work in hand are more likely than chance makes
/// them.
enum KillMoment: Sendable {
    /// While it starts, and looks at what was interrupted.
    case whileStarting(lines: Int)
    /// Counted from the start, and then in writes of the journal's log file.
    case afterDeliveries(Int, thenWrites: Int)
    case afterLogLines(Int)
    /// The journal's log file was written to so many times.
    case afterJournalWrites(Int)

    static func random(using generator: inout SeededGenerator) -> KillMoment {
        switch Int.random(in: 0..<100, using: &generator) {
        case 0..<10:
            .whileStarting(lines: Int.random(in: 0...4, using: &generator))
        case 10..<35:
            .afterDeliveries(
                Int.random(in: 1...10, using: &generator),
                thenWrites: Int.random(in: 0...8, using: &generator))
        case 35..<50:
            .afterLogLines(Int.random(in: 3...60, using: &generator))
        default:
            .afterJournalWrites(generator.scaled(in: 1...20))
        }
    }

    /// Returns at the moment, at the latest after two seconds of waiting for the program.
    ///
    /// - Parameter delivered: how many letters were delivered so far, of all.
    func wait(_ runs: PostmoonRuns, delivered: @escaping @Sendable () -> Int) async throws {
        let limit = Duration.seconds(2)
        let before = delivered()
        try await blocking {
            switch self {
            case .afterDeliveries(let count, let writes):
                _ = awaited(within: limit) { delivered() - before >= count ? true : nil }
                var watched = WatchedFile(runs.journalLog)
                _ = watched.waitForWrites(writes, within: limit)
            case .whileStarting(let count), .afterLogLines(let count):
                var watched = WatchedFile(runs.logFile ?? "")
                _ = watched.waitForLines(count, within: limit)
            case .afterJournalWrites(let count):
                var watched = WatchedFile(runs.journalLog)
                _ = watched.waitForWrites(count, within: limit)
            }
        }
    }
}

/// A file that another program writes.
struct WatchedFile {
    private let path: String
    private var status = stat()

    init(_ path: String) {
        self.path = path
        _ = stat(path, &status)
    }

    /// Until its time or size has changed so often.
    mutating func waitForWrites(_ count: Int, within limit: Duration) -> Bool {
        var seen = 0
        return Self.await(limit) { () -> Bool? in
            var now = stat()
            guard stat(path, &now) == 0 else { return nil }
            if now.st_mtim.tv_nsec != status.st_mtim.tv_nsec || now.st_mtim.tv_sec != status.st_mtim.tv_sec
                || now.st_size != status.st_size
            {
                seen += 1
                status = now
            }
            return seen >= count ? true : nil
        }
    }

    /// Until it has so many lines.
    mutating func waitForLines(_ count: Int, within limit: Duration) -> Bool {
        Self.await(limit) { () -> Bool? in
            guard let data = FileManager.default.contents(atPath: path) else { return nil }
            return data.count { $0 == UInt8(ascii: "\n") } >= count ? true : nil
        }
    }

    /// Looks each millisecond.
    private static func await(_ limit: Duration, _ question: () -> Bool?) -> Bool {
        let clock = ContinuousClock()
        let end = clock.now + limit
        while clock.now < end {
            if let answer = question() { return answer }
            poll(nil, 0, 1)
        }
        return false
    }
}
