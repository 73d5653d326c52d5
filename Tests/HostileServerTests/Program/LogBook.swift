import Logging
import Synchronization

/// What a program under test says.
final class LogBook: Sendable {
    struct Entry: Sendable, CustomStringConvertible {
        var level: Logger.Level
        var message: String
        var facts: [String: String]

        var account: String? { facts["account"] }
        var description: String { "\(level.rawValue) \(message) \(facts.sorted { $0.key < $1.key })" }
    }

    private let state = Mutex<[Entry]>([])

    var entries: [Entry] { state.withLock { $0 } }

    func count(_ message: String, account: String? = nil) -> Int {
        entries.count { $0.message == message && (account == nil || $0.account == account) }
    }

    /// What an account was last said to fail with.
    func failure(of account: String = "lab") -> String? {
        entries.last { $0.message.hasPrefix("not watching") && $0.account == account }?.facts["error"]
    }

    /// Everything in one text.
    var text: String { entries.map { "\($0)\n" }.joined() }

    func note(_ entry: Entry) { state.withLock { $0.append(entry) } }

    func logger() -> Logger {
        var logger = Logger(label: "test") { [self] _ in Handler(book: self) }
        logger.logLevel = .debug
        return logger
    }

    private struct Handler: LogHandler {
        let book: LogBook
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.debug

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let facts = metadata.merging(event.metadata ?? [:]) { $1 }.mapValues { "\($0)" }
            book.note(Entry(level: event.level, message: "\(event.message)", facts: facts))
        }
    }
}
