import Foundation
import TestKit

/// Time, memory and commands of the parts of a large piece of work.
struct BulkFigures {
    private struct Part {
        var name: String
        var seconds: Double
        /// MB.
        var peak: Int
        var commands: Int
    }

    private let name: String
    private let daemon: PostmoonProcess
    private let server: DovecotServer
    private var parts: [Part] = []
    private var began = ContinuousClock.now
    private var counted = 0

    init(_ name: String, _ daemon: PostmoonProcess, _ server: DovecotServer) {
        self.name = name
        self.daemon = daemon
        self.server = server
    }

    /// The most memory that the program held at a time, in MB.
    var peak: Int { parts.map(\.peak).max() ?? 0 }

    /// Ends a part; the next begins.
    mutating func note(_ part: String) async throws {
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        let commands = try await commandCount()
        parts.append(Part(name: part, seconds: seconds, peak: peakMemory(), commands: commands - counted))
        counted = commands
        began = .now
    }

    private func peakMemory() -> Int {
        let path = "/proc/\(daemon.processIdentifier)/status"
        let status = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return (line?.split(separator: " ").compactMap { Int($0) }.first ?? 0) / 1_024
    }

    private func commandCount() async throws -> Int {
        let lines = try await server.doveadm("stats", "dump").split(separator: "\n")
        guard let head = lines.first?.split(separator: "\t"), let column = head.firstIndex(of: "count") else {
            return 0
        }
        return lines.dropFirst().filter { $0.hasPrefix("commands_") }.compactMap { line in
            let cells = line.split(separator: "\t")
            return cells.indices.contains(column) ? Int(cells[column]) : nil
        }.reduce(0, +)
    }

    var text: String {
        parts.map { part in
            let seconds = String(format: "%.1f", part.seconds)
            return "bulk\t\(name)\t\(part.name)\t\(seconds) s\t\(part.commands) commands\t\(part.peak) MB"
        }.joined(separator: "\n")
    }
}
