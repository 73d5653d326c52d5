import Foundation
import Synchronization

/// What came of breaking one scenario everywhere, for the table that `scripts/faults` shows.
struct FaultTally: Sendable {
    var part = "in process"
    var scenario: String
    var steps = 0
    var broken = 0
    var messages = 0
    var lost = 0
    var doubled = 0
    var inDoubt = 0
    var seconds = 0.0

    var line: String {
        [
            "fault-table", part, scenario, "\(steps)", "\(broken)", "\(messages)", "\(lost)", "\(doubled)",
            "\(inDoubt)", String(format: "%.1f", seconds),
        ].joined(separator: "\t")
    }
}

/// The file named by `POSTMOON_FAULTS_TABLE`.
enum FaultTable {
    private static let turn = Mutex(())

    static func note(_ tally: FaultTally) throws {
        guard let path = ProcessInfo.processInfo.environment["POSTMOON_FAULTS_TABLE"], !path.isEmpty else { return }
        try turn.withLock { _ in
            if !FileManager.default.fileExists(atPath: path) { try Data().write(to: URL(filePath: path)) }
            let file = try FileHandle(forWritingTo: URL(filePath: path))
            try file.seekToEnd()
            try file.write(contentsOf: Data((tally.line + "\n").utf8))
            try file.close()
        }
    }
}
