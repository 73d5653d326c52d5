import GRDB
import MailModel

// What was sent: for the guards against loops, and for the ceilings.
extension Journal {
    /// 32 random bytes that only this journal has: with them it knows its own marks again. Made when first asked for, and
    /// copied with the journal.
    public func markerKey() async throws(JournalError) -> [UInt8] {
        if let stored = try await note(Self.markerKeyName), let key = Self.bytes(fromHex: stored) { return key }
        var generator = SystemRandomNumberGenerator()
        let key = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let text = key.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
        // Two that ask at the same time get the same one.
        let kept = try await write { db in
            try db.run("INSERT OR IGNORE INTO meta (key, value) VALUES (?, ?)", [Self.markerKeyName, text])
            return try db.texts("SELECT value FROM meta WHERE key = ?", [Self.markerKeyName]).first ?? text
        }
        return Self.bytes(fromHex: kept) ?? key
    }

    private static let markerKeyName = "marker_key"

    private static func bytes(fromHex text: String) -> [UInt8]? {
        let digits = text.compactMap(\.hexDigitValue)
        guard digits.count == 64, text.count == 64 else { return nil }
        return stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    /// Whether any of these Message-IDs, without brackets, is of something that Postmoon sent.
    public func hasSent(messageIDs: [String]) async throws(JournalError) -> Bool {
        if messageIDs.isEmpty { return false }
        let list = Self.list(messageIDs)
        return try await read { db in
            try db.count("SELECT count(*) FROM outbox WHERE message_id IN (SELECT value FROM json_each(?))", [list]) > 0
        }
    }

    /// Whether an attempt of the row ended with the message accepted or in doubt.
    public func mayHaveArrived(_ row: OutboxID) async throws(JournalError) -> Bool {
        try await read { db in try db.count("SELECT count(*) FROM sent WHERE outbox = ?", [row.rawValue]) > 0 }
    }

    /// How many attempts of the row ended in doubt.
    public func attemptsInDoubt(_ row: OutboxID) async throws(JournalError) -> Int {
        try await read { db in
            try db.count("SELECT count(*) FROM attempt WHERE outbox = ? AND result = 'unknown'", [row.rawValue])
        }
    }

    /// When the `count`-th newest message went to the target, by whatever account; `nil`: so many never did.
    public func sentTime(target: String, newest count: Int) async throws(JournalError) -> Int64? {
        try await read { db in
            try db.number(
                "SELECT at FROM sent WHERE target = lower(?) ORDER BY at DESC LIMIT 1 OFFSET ?", [target, count - 1])
        }
    }

    /// When the account sent its `count`-th newest message; `nil`: it never sent so many.
    public func sentTime(account: AccountName, newest count: Int) async throws(JournalError) -> Int64? {
        try await read { db in
            try db.number(
                "SELECT at FROM sent WHERE account = ? ORDER BY at DESC LIMIT 1 OFFSET ?",
                [account.rawValue, count - 1])
        }
    }
}
