import GRDB
import MailModel

/// Where a step of ours filed a message.
public struct OwnFiling: Hashable, Sendable {
    /// `nil`: somewhere in the mailbox, or not yet.
    public var place: Place?
    /// While it has no place: the lowest that it can have; `nil`: any.
    public var lowest: Place?

    public struct Place: Hashable, Sendable {
        public var uidValidity: UInt32
        public var uid: UInt32
    }

    /// Whether a message that is seen there may be the one that was filed. Filed once, it may come there again by
    /// another hand: then it has another UID.
    public func mayBe(_ key: MessageKey) -> Bool {
        if let place { return place == Place(uidValidity: key.uidValidity.rawValue, uid: key.uid.rawValue) }
        guard let lowest else { return true }
        return lowest.uidValidity == key.uidValidity.rawValue && lowest.uid <= key.uid.rawValue
    }
}

extension Journal {
    /// Which of these messages Postmoon itself filed, or may be filing right now, into that mailbox, and where: their
    /// arrival there is its own echo.
    public func ownFilings(
        account: AccountName, into mailbox: MailboxName, identities: [MessageIdentity]
    ) async throws(JournalError) -> [MessageIdentity: [OwnFiling]] {
        if identities.isEmpty { return [:] }
        let list = Self.list(identities.map(\.rawValue))
        return try await read { db in
            var filings: [MessageIdentity: [OwnFiling]] = [:]
            for row in try db.rows(
                """
                SELECT plan.identity, json_extract(step.outcome, '$.targetUIDValidity') AS uid_validity,
                    json_extract(step.outcome, '$.targetUID') AS uid
                FROM plan JOIN step ON step.plan = plan.id
                WHERE plan.identity IN (SELECT value FROM json_each(?))
                    AND coalesce(json_extract(step.arguments, '$.account'), plan.account) = ?
                    AND step.kind IN ('uid_move', 'uid_copy', 'append') AND step.state IN ('begun', 'done', 'unknown')
                    AND json_extract(step.arguments, '$.mailbox') = ?
                """, [list, account.rawValue, mailbox.rawValue])
            {
                let identity = MessageIdentity(rawValue: try row.decode(forColumn: "identity"))
                filings[identity, default: []].append(OwnFiling(place: try row.place("uid_validity", "uid")))
            }
            return filings
        }
    }
}

extension Journal {
    /// Which of these messages Postmoon gave to that mailbox from another account, or may be giving to it right now.
    ///
    /// They are told by their place and by what every server shows of them alike: an identity that the servers make
    /// themselves is another one in each account.
    ///
    /// - Parameter messages: with the identity that goes by content.
    public func given(
        _ messages: [MessageKey: MessageIdentity], to mailbox: MailboxName, of account: AccountName
    ) async throws(JournalError) -> Set<MessageKey> {
        if messages.isEmpty { return [] }
        let contents = Self.list(Set(messages.values).map(\.rawValue))
        let uids = Self.list(messages.keys.map { Int64($0.uid.rawValue) })
        return try await read { db in
            var given: Set<MessageKey> = []
            for row in try db.rows(
                """
                SELECT json_extract(step.precondition, '$.contentIdentity') AS content,
                    json_extract(step.outcome, '$.targetUIDValidity') AS uid_validity,
                    json_extract(step.outcome, '$.targetUID') AS uid,
                    json_extract(step.precondition, '$.targetUIDValidity') AS lowest_validity,
                    json_extract(step.precondition, '$.targetUIDNext') AS lowest_uid
                FROM step JOIN plan ON plan.id = step.plan
                WHERE step.kind = 'append' AND json_extract(step.arguments, '$.mailbox') = ?
                    AND coalesce(json_extract(step.arguments, '$.account'), plan.account) = ?
                    AND (step.state IN ('begun', 'done', 'unknown') OR step.state = 'waiting' AND step.attempt > 0)
                    AND (json_extract(step.precondition, '$.contentIdentity') IN (SELECT value FROM json_each(?))
                        OR json_extract(step.outcome, '$.targetUID') IN (SELECT value FROM json_each(?)))
                """, [mailbox.rawValue, account.rawValue, contents, uids])
            {
                let filing = OwnFiling(
                    place: try row.place("uid_validity", "uid"), lowest: try row.place("lowest_validity", "lowest_uid"))
                let content = try row.decode(String?.self, forColumn: "content")
                for (key, identity) in messages where filing.place != nil || identity.rawValue == content {
                    if filing.mayBe(key) { given.insert(key) }
                }
            }
            return given
        }
    }
}

extension Row {
    fileprivate func place(_ uidValidity: String, _ uid: String) throws -> OwnFiling.Place? {
        guard let validity = try decode(UInt32?.self, forColumn: uidValidity),
            let uid = try decode(UInt32?.self, forColumn: uid)
        else { return nil }
        return OwnFiling.Place(uidValidity: validity, uid: uid)
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
                WHERE plan.identity = ? AND plan.account = ? AND json_extract(step.arguments, '$.account') IS NULL
                    AND step.kind IN ('uid_move', 'uid_copy', 'append')
                    AND step.state = 'done' AND json_extract(step.arguments, '$.mailbox') = ?
                    AND json_extract(step.outcome, '$.targetUIDValidity') = ?
                """, [identity.rawValue, account.rawValue, mailbox.rawValue, uidValidity.rawValue])
            return Set(try rows.compactMap { try UID($0.decode(UInt32.self, forColumn: "uid")) })
        }
    }

    /// The UIDs of an account's mailbox that are known to be messages given to it from other accounts.
    public func appendedCopies(
        account: AccountName, in mailbox: MailboxName, uidValidity: UIDValidity
    ) async throws(JournalError) -> Set<UID> {
        try await read { db in
            let rows = try db.rows(
                """
                SELECT json_extract(outcome, '$.targetUID') AS uid FROM step
                WHERE kind = 'append' AND state = 'done' AND json_extract(arguments, '$.account') = ?
                    AND json_extract(arguments, '$.mailbox') = ? AND json_extract(outcome, '$.targetUIDValidity') = ?
                """, [account.rawValue, mailbox.rawValue, uidValidity.rawValue])
            return Set(try rows.compactMap { try UID($0.decode(UInt32.self, forColumn: "uid")) })
        }
    }
}
