import GRDB
import MailModel

// Facts about mailboxes, messages and rules, as they are stored.

extension UIDValidity {
    /// Void ones are counted down from the highest: UIDVALIDITY of servers are small, or a time (RFC 3501 §2.3.1.1).
    private static let lowestVoid: UInt32 = 4_294_000_000

    func void(in mailbox: MailboxName, account: AccountName, in db: Database) throws {
        let place: StatementArguments = [account.rawValue, mailbox.rawValue]
        let lowest = try db.number(
            """
            SELECT min(uid_validity) FROM (
                SELECT uid_validity FROM plan WHERE account = ?1 AND mailbox = ?2
                UNION SELECT uid_validity FROM identity WHERE account = ?1 AND mailbox = ?2)
            WHERE uid_validity >= ?3
            """, place + [Self.lowestVoid])
        let void = (lowest ?? Int64(UInt32.max) + 1) - 1
        for table in ["plan", "identity", "mailbox_progress", "schedule"] {
            try db.run(
                "UPDATE \(table) SET uid_validity = ?4 WHERE account = ?1 AND mailbox = ?2 AND uid_validity = ?3",
                place + [rawValue, void])
        }
        try db.run("DELETE FROM target_bound WHERE account = ? AND mailbox = ?", place)
    }

    func raiseBound(of mailbox: MailboxName, account: AccountName, to uid: UID, in db: Database) throws {
        try db.run(
            """
            INSERT INTO target_bound (account, mailbox, uid_validity, uid_next) VALUES (?, ?, ?, ?)
            ON CONFLICT (account, mailbox) DO UPDATE SET
                uid_next = iif(uid_validity = excluded.uid_validity, max(uid_next, excluded.uid_next),
                    excluded.uid_next),
                uid_validity = excluded.uid_validity
            """, [account.rawValue, mailbox.rawValue, rawValue, uid.rawValue])
    }
}

extension MailboxProgress {
    func store(in db: Database) throws {
        // Under one UIDVALIDITY what was decided stays decided, whatever a server says its UIDNEXT is.
        try db.run(
            """
            INSERT INTO mailbox_progress (account, mailbox, uid_validity, next_uid, highest_mod_seq,
                newest_internal_date, last_complete_check)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (account, mailbox) DO UPDATE SET
                next_uid = iif(uid_validity = excluded.uid_validity, max(next_uid, excluded.next_uid),
                    excluded.next_uid),
                uid_validity = excluded.uid_validity,
                highest_mod_seq = excluded.highest_mod_seq,
                newest_internal_date = excluded.newest_internal_date,
                last_complete_check = excluded.last_complete_check
            """,
            [
                account.rawValue, mailbox.rawValue, uidValidity.rawValue, nextUID.rawValue, highestModSeq?.stored,
                newestInternalDate, lastCompleteCheck,
            ])
    }
}

extension MessageIdentity {
    /// Where the message was last; when it was first seen stays.
    func store(key: MessageKey, at time: Int64, in db: Database) throws {
        try db.run("\(Self.insert) (?, ?, ?, ?, ?, ?) \(Self.elseMove)", StatementArguments(values(key: key, at: time)))
    }

    static let insert = "INSERT INTO identity (account, key, mailbox, uid_validity, uid, first_seen) VALUES"
    static let elseMove = """
        ON CONFLICT (account, key) DO UPDATE SET
            mailbox = excluded.mailbox, uid_validity = excluded.uid_validity, uid = excluded.uid
        """

    func values(key: MessageKey, at time: Int64) -> [(any DatabaseValueConvertible)?] {
        [key.account.rawValue, rawValue, key.mailbox.rawValue, key.uidValidity.rawValue, key.uid.rawValue, time]
    }
}

extension RuleStateChange {
    func store(in db: Database) throws {
        if let value {
            try db.run(
                "INSERT OR REPLACE INTO rule_state (rule, key, value, expires) VALUES (?, ?, ?, ?)",
                [rule, key.storedKey, value, expires])
        } else {
            try db.run("DELETE FROM rule_state WHERE rule = ? AND key = ?", [rule, key.storedKey])
        }
    }
}

extension PauseScope {
    var storedKind: String {
        switch self {
        case .everything: "everything"
        case .account: "account"
        case .rule: "rule"
        }
    }

    var storedName: String {
        switch self {
        case .everything: ""
        case .account(let account): account.rawValue
        case .rule(let rule): rule
        }
    }
}
