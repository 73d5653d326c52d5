import GRDB
import MailModel

extension Journal {
    /// `nil`: the mailbox was never watched.
    public func progress(
        account: AccountName, mailbox: MailboxName
    ) async throws(JournalError) -> MailboxProgress? {
        try await read { db in
            try db.row(
                "SELECT * FROM mailbox_progress WHERE account = ? AND mailbox = ?",
                [account.rawValue, mailbox.rawValue]
            ).map { try $0.mailboxProgress() }
        }
    }

    /// Of all mailboxes, or all of one account.
    public func allProgress(account: AccountName? = nil) async throws(JournalError) -> [MailboxProgress] {
        try await read { db in
            try db.rows(
                "SELECT * FROM mailbox_progress WHERE ?1 IS NULL OR account = ?1 ORDER BY account, mailbox",
                [account?.rawValue]
            ).map { try $0.mailboxProgress() }
        }
    }

    /// Which of these messages the account ever had a decision for.
    public func isKnown(
        _ identities: [MessageIdentity], account: AccountName
    ) async throws(JournalError) -> Set<MessageIdentity> {
        if identities.isEmpty { return [] }
        let list = Self.list(identities.map(\.rawValue))
        return try await read { db in
            let keys = try db.texts(
                "SELECT key FROM identity WHERE account = ? AND key IN (SELECT value FROM json_each(?))",
                [account.rawValue, list])
            return Set(keys.map(MessageIdentity.init(rawValue:)))
        }
    }

    /// Where a message was last seen to be.
    public func lastPlace(
        of identity: MessageIdentity, account: AccountName
    ) async throws(JournalError) -> MessageKey? {
        try await read { db in
            try db.row(
                "SELECT * FROM identity WHERE account = ? AND key = ?", [account.rawValue, identity.rawValue]
            ).map { try $0.messageKey() }
        }
    }

    /// Whether Postmoon took this message out of that mailbox: if it is there again, somebody put it back.
    public func wasRemovedByUs(
        account: AccountName, mailbox: MailboxName, identity: MessageIdentity
    ) async throws(JournalError) -> Bool {
        try await !wereRemovedByUs(account: account, mailbox: mailbox, identities: [identity]).isEmpty
    }

    /// Which of these messages Postmoon took out of that mailbox.
    public func wereRemovedByUs(
        account: AccountName, mailbox: MailboxName, identities: [MessageIdentity]
    ) async throws(JournalError) -> Set<MessageIdentity> {
        try await those(
            identities, account, mailbox,
            """
            SELECT key FROM taken_out
            WHERE account = ? AND mailbox = ? AND key IN (SELECT value FROM json_each(?))
            """)
    }

    /// Which of these messages Postmoon is taking out of that mailbox: they may be in their target already, and only their
    /// source is left to be removed. Another one like it there was put back by somebody.
    public func areBeingRemovedByUs(
        account: AccountName, mailbox: MailboxName, identities: [MessageIdentity]
    ) async throws(JournalError) -> Set<MessageIdentity> {
        try await those(
            identities, account, mailbox,
            """
            SELECT DISTINCT identity FROM plan
            WHERE account = ? AND mailbox = ? AND identity IN (SELECT value FROM json_each(?))
                AND state IN ('planned', 'running')
                AND EXISTS (SELECT 1 FROM step WHERE step.plan = plan.id AND kind IN ('uid_move', 'mark_deleted'))
                AND EXISTS (SELECT 1 FROM step WHERE step.plan = plan.id AND state IN ('begun', 'done')
                    AND kind IN ('uid_move', 'uid_copy', 'append'))
            """)
    }

    /// Those of the messages that a query finds; it is given the account, the mailbox and a JSON list of the identities.
    private func those(
        _ identities: [MessageIdentity], _ account: AccountName, _ mailbox: MailboxName, _ query: String
    ) async throws(JournalError) -> Set<MessageIdentity> {
        if identities.isEmpty { return [] }
        let list = Self.list(identities.map(\.rawValue))
        return try await read { db in
            Set(
                try db.texts(query, [account.rawValue, mailbox.rawValue, list])
                    .map(MessageIdentity.init(rawValue:)))
        }
    }

    /// A lower bound of the mailbox's UIDNEXT, if one was seen under this UIDVALIDITY.
    public func uidNextBound(
        account: AccountName, mailbox: MailboxName, validity: UIDValidity
    ) async throws(JournalError) -> UID? {
        try await read { db in
            try db.row(
                "SELECT uid_next FROM target_bound WHERE account = ? AND mailbox = ? AND uid_validity = ?",
                [account.rawValue, mailbox.rawValue, validity.rawValue]
            ).map { try $0.uid("uid_next") }
        }
    }

    /// What rules keep in `state`, without what has expired; of all rules, or of one.
    public func ruleState(rule: String? = nil, now: Int64) async throws(JournalError) -> [RuleStateChange] {
        try await read { db in
            try db.rows(
                """
                SELECT * FROM rule_state
                WHERE (?1 IS NULL OR rule = ?1) AND (expires IS NULL OR expires > ?2) ORDER BY rule, key
                """, [rule, now]
            ).map { row in
                RuleStateChange(
                    rule: try row.decode(forColumn: "rule"), key: String(storedKey: try row.decode(forColumn: "key")),
                    value: try row.decode(forColumn: "value"), expires: try row.decode(forColumn: "expires"))
            }
        }
    }

    /// When the message was last sent to the target, by any row of the outbox but `excluding`.
    public func lastSent(
        identity: MessageIdentity, target: String, excluding: OutboxID? = nil
    ) async throws(JournalError) -> Int64? {
        try await read { db in
            try db.number(
                "SELECT max(at) FROM sent WHERE identity = ? AND target = lower(?) AND outbox <> ?",
                [identity.rawValue, target, excluding?.rawValue ?? -1])
        }
    }

    /// How many messages went to the target since then; what its ceiling goes by.
    public func sentCount(target: String, since: Int64) async throws(JournalError) -> Int {
        try await read { db in
            try db.count("SELECT count(*) FROM sent WHERE target = lower(?) AND at >= ?", [target, since])
        }
    }

    /// How many messages the account sent since then.
    public func sentCount(account: AccountName, since: Int64) async throws(JournalError) -> Int {
        try await read { db in
            try db.count("SELECT count(*) FROM sent WHERE account = ? AND at >= ?", [account.rawValue, since])
        }
    }

    /// The pauses in force.
    public func pauses(now: Int64) async throws(JournalError) -> [Pause] {
        try await read { db in
            try db.rows("SELECT * FROM paused WHERE until IS NULL OR until > ? ORDER BY kind, name", [now]).map { row in
                let scope = try row.value("kind") { try PauseScope(kind: $0, name: try row.decode(forColumn: "name")) }
                return Pause(
                    scope: scope, until: try row.decode(forColumn: "until"), since: try row.decode(forColumn: "since"))
            }
        }
    }

    /// What `JournalFact.noted` stored under the key.
    public func note(_ key: String) async throws(JournalError) -> String? {
        try await read { db in try db.texts("SELECT value FROM meta WHERE key = ?", [key]).first }
    }

    /// The spooled files that a plan may still need; any other is left over.
    public func neededSpoolFiles() async throws(JournalError) -> Set<String> {
        try await read { db in Set(try db.texts(Self.neededSpool)) }
    }

    /// Those of these spooled files that plans had and need no more.
    ///
    /// - Parameter unstored: what is spent too when no plan knows it; the plan of any other may be about to be stored.
    public func spentSpoolFiles(
        among names: [String], unstored: Set<String> = []
    ) async throws(JournalError) -> [String] {
        if names.isEmpty { return [] }
        let (list, unstoredList) = (Self.list(names), Self.list(Array(unstored)))
        return try await read { db in
            try db.texts(
                """
                SELECT value FROM json_each(?) WHERE value NOT IN (\(Self.neededSpool))
                    AND (value IN (SELECT spool FROM outbox) OR value IN (SELECT json_extract(arguments, '$.spool') FROM step)
                        OR value IN (SELECT value FROM json_each(?)))
                """, [list, unstoredList])
        }
    }

    private static let neededSpool = """
        SELECT outbox.spool FROM outbox JOIN step ON step.id = outbox.step JOIN plan ON plan.id = step.plan
        WHERE outbox.state NOT IN ('accepted', 'refused', 'superseded')
            AND plan.state NOT IN ('superseded', 'rolled_back', 'undone')
        UNION
        SELECT json_extract(step.arguments, '$.spool') FROM step JOIN plan ON plan.id = step.plan
        WHERE step.state NOT IN ('done', 'failed', 'superseded') AND json_extract(step.arguments, '$.spool') IS NOT NULL
            AND plan.state NOT IN ('superseded', 'rolled_back', 'undone')
        """
}

extension Row {
    fileprivate func mailboxProgress() throws -> MailboxProgress {
        MailboxProgress(
            account: try account(), mailbox: try mailbox(), uidValidity: try uidValidity(),
            nextUID: try uid("next_uid"), highestModSeq: try modSeq("highest_mod_seq"),
            newestInternalDate: try decode(forColumn: "newest_internal_date"),
            lastCompleteCheck: try decode(forColumn: "last_complete_check"))
    }
}

extension PauseScope {
    fileprivate init?(kind: String, name: String) throws {
        switch kind {
        case "everything": self = .everything
        case "account":
            guard let account = AccountName(name) else { return nil }
            self = .account(account)
        case "rule": self = .rule(name)
        default: return nil
        }
    }
}
