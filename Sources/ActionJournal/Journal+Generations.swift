import GRDB

/// Which rules are in force: a number that grows with every change of their text, whatever is restarted in between.
public struct RuleGeneration: Hashable, Sendable {
    public var number: Int64
    /// When these rules were first loaded, in seconds since 1970.
    public var since: Int64

    public init(number: Int64, since: Int64) {
        self.number = number
        self.since = since
    }
}

extension Journal {
    private static let generationKey = "rules.generation"

    /// The generation of rules with this digest: the last one when nothing changed, else the next.
    public func generation(ofRules digest: String, at time: Int64) async throws(JournalError) -> RuleGeneration {
        if let last = try await lastGeneration(), last.digest == digest { return last.generation }
        return try await write { db in
            let last = try Self.read(db)
            // Another process may have been first.
            if let last, last.digest == digest { return last.generation }
            let next = RuleGeneration(number: (last?.generation.number ?? 0) + 1, since: time)
            try db.run(
                "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)",
                [Self.generationKey, "\(next.number) \(next.since) \(digest)"])
            return next
        }
    }

    /// The generation that was loaded last; `nil` when none ever was.
    public func lastGeneration() async throws(JournalError) -> (generation: RuleGeneration, digest: String)? {
        try await read { db in try Self.read(db) }
    }

    private static func read(_ db: Database) throws -> (generation: RuleGeneration, digest: String)? {
        guard let text = try db.texts("SELECT value FROM meta WHERE key = ?", [generationKey]).first else { return nil }
        let parts = text.split(separator: " ")
        guard parts.count == 3, let number = Int64(parts[0]), let since = Int64(parts[1]) else {
            throw UnreadableValue(column: generationKey)
        }
        return (RuleGeneration(number: number, since: since), String(parts[2]))
    }
}
