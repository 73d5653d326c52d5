import GRDB
import MailModel

extension Journal {
    /// Which of these messages Postmoon itself filed, or may be filing right now, into that mailbox: their arrival there
    /// is its own echo.
    public func wereFiledByUs(
        account: AccountName, into mailbox: MailboxName, identities: [MessageIdentity]
    ) async throws(JournalError) -> Set<MessageIdentity> {
        if identities.isEmpty { return [] }
        let list = Self.list(identities.map(\.rawValue))
        return try await read { db in
            let keys = try db.texts(
                """
                SELECT DISTINCT plan.identity FROM plan JOIN step ON step.plan = plan.id
                WHERE plan.identity IN (SELECT value FROM json_each(?)) AND plan.account = ?
                    AND step.kind IN ('uid_move', 'uid_copy', 'append') AND step.state IN ('begun', 'done', 'unknown')
                    AND json_extract(step.arguments, '$.mailbox') = ?
                """, [list, account.rawValue, mailbox.rawValue])
            return Set(keys.map(MessageIdentity.init(rawValue:)))
        }
    }
}

extension Journal {
    /// The UIDs in a target that are known to be copies made by other steps, for messages of this identity: a look for one
    /// more copy must not take them for it.
    public func knownCopies(
        of identity: MessageIdentity, account: AccountName, in mailbox: MailboxName, uidValidity: UIDValidity
    ) async throws(JournalError) -> Set<UID> {
        try await read { db in
            let rows = try db.rows(
                """
                SELECT json_extract(step.outcome, '$.targetUID') AS uid
                FROM plan JOIN step ON step.plan = plan.id
                WHERE plan.identity = ? AND plan.account = ? AND step.kind IN ('uid_move', 'uid_copy', 'append')
                    AND step.state = 'done' AND json_extract(step.arguments, '$.mailbox') = ?
                    AND json_extract(step.outcome, '$.targetUIDValidity') = ?
                """, [identity.rawValue, account.rawValue, mailbox.rawValue, uidValidity.rawValue])
            return Set(try rows.compactMap { try UID($0.decode(UInt32.self, forColumn: "uid")) })
        }
    }
}
