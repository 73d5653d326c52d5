import Daemon
import Foundation
import Logging

/// Log lines that a person likes to read: time, level where it matters, the message, then what it is about.
struct TerminalLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info
    let sink: @Sendable (String) -> Void

    init(sink: @escaping @Sendable (String) -> Void) { self.sink = sink }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
        let time = Date().formatted(Self.timeOfDay)
        let mark = event.level >= .warning ? "\(event.level.rawValue.uppercased()): " : ""
        let place = [all["account"], all["folder"]].compactMap { $0.map { "\($0)" } }.joined(separator: "/")
        let facts = all.filter { !["account", "folder"].contains($0.key) }.sorted { $0.key < $1.key }
            .map { "\($0.key)=\(Self.quoted("\($0.value)"))" }
        let parts = [time, place, "\(mark)\(event.message)"].filter { !$0.isEmpty } + facts
        sink(Terminal.safe(parts.joined(separator: "  ")))
    }

    /// As a clock of 24 hours shows it, whatever the locale: `17:04:09`.
    private static let timeOfDay = Date.VerbatimFormatStyle(
        format:
            "\(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\(second: .twoDigits)",
        timeZone: .current, calendar: .current)

    private static func quoted(_ text: String) -> String {
        text.contains(" ") || text.isEmpty ? "“\(text)”" : text
    }
}

/// The same as one JSON object a line.
struct JSONLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info
    let sink: @Sendable (String) -> Void

    init(sink: @escaping @Sendable (String) -> Void) { self.sink = sink }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var entry = metadata.merging(event.metadata ?? [:]) { _, new in new }.mapValues { "\($0)" }
        entry["time"] = Date().formatted(.iso8601)
        entry["level"] = event.level.rawValue
        entry["message"] = "\(event.message)"
        if let line = try? JSONLine.encode(entry) { sink(line) }
    }
}
