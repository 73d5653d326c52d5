import Foundation
import GRDB
import MailModel

extension Journal {
    /// `nil`: no mirror of the mailbox is kept.
    public func mirrorState(
        account: AccountName, mailbox: MailboxName
    ) async throws(JournalError) -> MirrorState? {
        try await read { db in
            try db.row(
                "SELECT * FROM mirror_state WHERE account = ? AND mailbox = ?", [account.rawValue, mailbox.rawValue]
            ).map { row in
                MirrorState(
                    account: try row.account(), mailbox: try row.mailbox(), uidValidity: try row.uidValidity(),
                    builtTo: try row.uid("built_to"), isComplete: try row.decode(forColumn: "is_complete"),
                    modSeq: try row.modSeq("mod_seq"),
                    fields: MirrorState.Fields(stored: try row.decode(forColumn: "fields")))
            }
        }
    }

    /// The mailbox's messages as they were last seen, in the order of their UIDs; without what is kept of them.
    public func mirror(
        account: AccountName, mailbox: MailboxName, in range: ClosedRange<UID> = UID.first...UID.last
    ) async throws(JournalError) -> [MirrorEntry] {
        try await read { db in
            try db.rows(
                "SELECT * FROM mirror WHERE account = ? AND mailbox = ? AND uid BETWEEN ? AND ? ORDER BY uid",
                [account.rawValue, mailbox.rawValue, range.lowerBound.rawValue, range.upperBound.rawValue]
            ).map { try $0.mirrorEntry() }
        }
    }

    /// Those of these messages that are in the mirror.
    public func mirror(
        account: AccountName, mailbox: MailboxName, of uids: [UID]
    ) async throws(JournalError) -> [MirrorEntry] {
        if uids.isEmpty { return [] }
        let list = Self.list(uids.map { Int64($0.rawValue) })
        return try await read { db in
            try db.rows(
                """
                SELECT * FROM mirror WHERE account = ? AND mailbox = ? AND uid IN (SELECT value FROM json_each(?))
                ORDER BY uid
                """, [account.rawValue, mailbox.rawValue, list]
            ).map { try $0.mirrorEntry() }
        }
    }

    /// How many messages the mirror has.
    public func mirrorCount(account: AccountName, mailbox: MailboxName) async throws(JournalError) -> Int {
        try await read { db in
            try db.count(
                "SELECT count(*) FROM mirror WHERE account = ? AND mailbox = ?", [account.rawValue, mailbox.rawValue])
        }
    }

    /// Those members of a set, of whatever size, that the mirror has; at most `limit`, the lowest.
    public func mirrored(
        _ uids: UIDSet, account: AccountName, mailbox: MailboxName, limit: Int
    ) async throws(JournalError) -> [MirrorEntry] {
        guard let low = uids.intervals.first?.lowerBound, let high = uids.intervals.last?.upperBound else { return [] }
        return try await read { db in
            let cursor = try Row.fetchCursor(
                db,
                sql: "SELECT * FROM mirror WHERE account = ? AND mailbox = ? AND uid BETWEEN ? AND ? ORDER BY uid",
                arguments: [account.rawValue, mailbox.rawValue, low, high])
            var entries: [MirrorEntry] = []
            while entries.count < limit, let row = try cursor.next() {
                if try uids.contains(row.uid()) { entries.append(try row.mirrorEntry()) }
            }
            return entries
        }
    }

    /// What is kept of these messages.
    public func mirroredFacts(
        account: AccountName, mailbox: MailboxName, of uids: [UID]
    ) async throws(JournalError) -> [UID: MirroredFacts] {
        if uids.isEmpty { return [:] }
        let list = Self.list(uids.map { Int64($0.rawValue) })
        return try await read { db in
            var facts: [UID: MirroredFacts] = [:]
            for row in try db.rows(
                """
                SELECT * FROM mirror_facts WHERE account = ? AND mailbox = ?
                    AND uid IN (SELECT value FROM json_each(?))
                """, [account.rawValue, mailbox.rawValue, list])
            {
                facts[try row.uid()] = MirroredFacts(
                    identity: MessageIdentity(rawValue: try row.decode(forColumn: "identity")),
                    internalDate: try row.decode(forColumn: "internal_date"), size: try row.decode(forColumn: "size"),
                    header: Array(try row.decode(Data.self, forColumn: "header")),
                    headerIsWhole: try row.decode(forColumn: "header_is_whole"))
            }
            return facts
        }
    }

    /// What steps of ours may be doing to these messages just now, or left undone for the mirror to know of.
    public func ownEffects(
        account: AccountName, mailbox: MailboxName, uidValidity: UIDValidity, of uids: [UID]
    ) async throws(JournalError) -> [UID: OwnEffect] {
        if uids.isEmpty { return [:] }
        let list = Self.list(uids.map { Int64($0.rawValue) })
        return try await read { db in
            var effects: [UID: OwnEffect] = [:]
            for row in try db.rows(
                """
                SELECT plan.uid, step.kind, step.state, step.arguments FROM plan JOIN step ON step.plan = plan.id
                WHERE plan.account = ? AND plan.mailbox = ? AND plan.uid_validity = ?
                    AND plan.uid IN (SELECT value FROM json_each(?))
                    AND json_extract(step.arguments, '$.copy') IS NULL
                    AND (step.kind = 'mark_deleted' AND step.state = 'done'
                        OR step.kind IN ('store_flags', 'mark_deleted', 'uid_move', 'uid_expunge')
                            AND (step.state IN ('begun', 'unknown') OR step.state = 'waiting' AND step.attempt > 0))
                """, [account.rawValue, mailbox.rawValue, uidValidity.rawValue, list])
            {
                try effects[row.uid(), default: OwnEffect()].note(
                    row.value("kind", StepKind.init(rawValue:)), isDone: row.value("state") { $0 == "done" },
                    StepArguments(storedJSON: row.decode(forColumn: "arguments")))
            }
            // Copies that others' changes are being carried to.
            for row in try db.rows(
                """
                SELECT json_extract(copy.outcome, '$.targetUID') AS uid,
                    json_extract(step.precondition, '$.carrying') AS carrying
                FROM \(StepID.removalsWithCopies)
                WHERE plan.state IN ('running', 'held') AND step.kind IN ('mark_deleted', 'uid_expunge')
                    AND step.state IN ('begun', 'waiting', 'unknown')
                    AND json_extract(step.precondition, '$.carrying') IS NOT NULL
                    AND coalesce(json_extract(copy.arguments, '$.account'), plan.account) = ?
                    AND json_extract(copy.arguments, '$.mailbox') = ?
                    AND json_extract(copy.outcome, '$.targetUIDValidity') = ?
                """, [account.rawValue, mailbox.rawValue, uidValidity.rawValue])
            {
                let carrying = FlagDifference(stored: try row.decode(forColumn: "carrying"))
                effects[try row.uid(), default: OwnEffect()].flags.formUnion(carrying.added.union(carrying.removed))
            }
            // Copies that are being taken back out of this mailbox.
            for row in try db.rows(
                """
                SELECT json_extract(step.arguments, '$.copy.uid') AS uid
                FROM step JOIN plan ON plan.id = step.plan
                WHERE step.state = 'begun' AND step.kind = 'uid_expunge' AND plan.account = ?
                    AND json_extract(step.arguments, '$.mailbox') = ?
                    AND json_extract(step.arguments, '$.copy.uidValidity') = ?
                """, [account.rawValue, mailbox.rawValue, uidValidity.rawValue])
            {
                effects[try row.uid(), default: OwnEffect()].removal = .pending
            }
            return effects
        }
    }
}

extension Journal {
    /// How many plans that a rule made for flags events of this message since then had a flag to set or clear.
    public func flagRounds(key: MessageKey, rule: String, since: Int64) async throws(JournalError) -> Int {
        try await read { db in
            try db.count(
                """
                SELECT count(*) FROM plan JOIN plan_rule ON plan_rule.plan = plan.id
                WHERE plan.account = ? AND plan.mailbox = ? AND plan.uid_validity = ? AND plan.uid = ?
                    AND plan.trigger > 'flags:' AND plan.trigger < 'flags;' AND plan.time >= ? AND plan_rule.rule = ?
                    AND EXISTS (SELECT 1 FROM step WHERE step.plan = plan.id AND step.kind = 'store_flags')
                """,
                [
                    key.account.rawValue, key.mailbox.rawValue, key.uidValidity.rawValue, key.uid.rawValue, since, rule,
                ])
        }
    }
}

extension OwnEffect {
    fileprivate mutating func note(_ kind: StepKind, isDone: Bool, _ arguments: StepArguments) {
        switch kind {
        case .storeFlags:
            flags.formUnion((arguments.addFlags + arguments.removeFlags).compactMap(Flag.init(wire:)))
        case .markDeleted:
            if !isDone { flags.insert(.deleted) }
            removal = isDone ? removal ?? .done : .pending
        case .uidMove, .uidExpunge:
            removal = .pending
        case .createFolder, .uidCopy, .append, .submit, .notify, .pipe:
            break
        }
    }
}

extension Row {
    fileprivate func mirrorEntry() throws -> MirrorEntry {
        MirrorEntry(
            key: try messageKey(), flags: Set(stored: try decode(forColumn: "flags")), modSeq: try modSeq("mod_seq"),
            changes: try decode(forColumn: "changes"))
    }
}
