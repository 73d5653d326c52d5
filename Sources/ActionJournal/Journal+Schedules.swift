import GRDB
import MailModel

/// A scheduled rule of an account, and when it is due.
public struct ScheduledRule: Hashable, Sendable {
    public var account: AccountName
    public var rule: String
    /// How its times are told; where it changes, the old due time is void.
    public var times: String
    /// Seconds since 1970.
    public var due: Int64
    /// The last message that the run for `due` has looked at; `nil`: it did not begin.
    public var reached: MessageKey?

    public init(account: AccountName, rule: String, times: String, due: Int64, reached: MessageKey? = nil) {
        self.account = account
        self.rule = rule
        self.times = times
        self.due = due
        self.reached = reached
    }

    func store(in db: Database) throws {
        try db.run(
            """
            INSERT OR REPLACE INTO schedule (account, rule, times, due, mailbox, uid_validity, uid)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                account.rawValue, rule, times, due, reached?.mailbox.rawValue, reached?.uidValidity.rawValue,
                reached?.uid.rawValue,
            ])
    }
}

extension Journal {
    /// The scheduled rules of an account, the longest due first.
    public func scheduledRules(account: AccountName) async throws(JournalError) -> [ScheduledRule] {
        try await read { db in
            try db.rows("SELECT * FROM schedule WHERE account = ? ORDER BY due, rule", [account.rawValue]).map { row in
                let hasBegun = try row.decode(String?.self, forColumn: "mailbox") != nil
                return ScheduledRule(
                    account: try row.account(), rule: try row.decode(forColumn: "rule"),
                    times: try row.decode(forColumn: "times"), due: try row.decode(forColumn: "due"),
                    reached: hasBegun ? try row.messageKey() : nil)
            }
        }
    }

    /// The messages of a mailbox for which a scheduled run of the rule has a plan that waits for a person.
    public func heldByLimit(
        rule: String, account: AccountName, mailbox: MailboxName, uidValidity: UIDValidity
    ) async throws(JournalError) -> Set<UID> {
        try await read { db in
            let first = "schedule:\(rule):"
            let rows = try db.rows(
                """
                SELECT uid FROM plan
                WHERE state = 'held' AND account = ? AND mailbox = ? AND uid_validity = ?
                    AND substr(trigger, 1, ?) = ?
                """,
                [account.rawValue, mailbox.rawValue, uidValidity.rawValue, first.unicodeScalars.count, first])
            return Set(try rows.map { try $0.uid() })
        }
    }
}
