import Foundation
import GRDB
import MailModel

// Facts about mirrors, as they are stored.

extension MailboxName {
    func unmirror(_ uids: UIDSet?, account: AccountName, in db: Database) throws {
        guard let uids else {
            try db.run("DELETE FROM mirror WHERE account = ? AND mailbox = ?", [account.rawValue, rawValue])
            try db.run("DELETE FROM mirror_state WHERE account = ? AND mailbox = ?", [account.rawValue, rawValue])
            return
        }
        for interval in uids.intervals {
            try db.run(
                "DELETE FROM mirror WHERE account = ? AND mailbox = ? AND uid BETWEEN ? AND ?",
                [account.rawValue, rawValue, interval.lowerBound, interval.upperBound])
        }
    }
}

extension MirrorEntry {
    func store(in db: Database) throws {
        // A mirror that is built anew goes on counting where plans stand: a trigger is used once.
        try db.run(
            """
            INSERT INTO mirror (account, mailbox, uid_validity, uid, flags, mod_seq, changes)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, max(?7, coalesce((
                SELECT max(CAST(substr(trigger, 7) AS INTEGER)) FROM plan
                WHERE account = ?1 AND mailbox = ?2 AND uid_validity = ?3 AND uid = ?4
                    AND trigger > 'flags:' AND trigger < 'flags;'), 0)))
            ON CONFLICT (account, mailbox, uid) DO UPDATE SET
                uid_validity = excluded.uid_validity, flags = excluded.flags, mod_seq = excluded.mod_seq,
                changes = excluded.changes
            """,
            [
                key.account.rawValue, key.mailbox.rawValue, key.uidValidity.rawValue, key.uid.rawValue, flags.stored,
                modSeq?.stored, changes,
            ])
        guard let facts else { return }
        try db.run(
            """
            INSERT OR REPLACE INTO mirror_facts (account, mailbox, uid, identity, internal_date, size, header,
                header_is_whole)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                key.account.rawValue, key.mailbox.rawValue, key.uid.rawValue, facts.identity.rawValue,
                facts.internalDate, facts.size, Data(facts.header), facts.headerIsWhole,
            ])
    }
}

extension MirrorState {
    func store(in db: Database) throws {
        try db.run(
            """
            INSERT OR REPLACE INTO mirror_state (account, mailbox, uid_validity, built_to, is_complete, mod_seq, fields)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                account.rawValue, mailbox.rawValue, uidValidity.rawValue, builtTo.rawValue, isComplete,
                modSeq?.stored.flatMap { $0 > 0 ? $0 : nil }, fields.stored,
            ])
    }
}

extension MirrorState.Fields {
    /// Names of header fields have no spaces and no star.
    var stored: String? {
        switch self {
        case .none: nil
        case .some(let names): names.sorted().joined(separator: " ")
        case .all: "*"
        }
    }

    init(stored: String?) {
        switch stored {
        case nil: self = .none
        case "*"?: self = .all
        case let names?: self = .some(Set(names.split(separator: " ").map(String.init)))
        }
    }
}

extension FlagDifference {
    /// `+\Seen -$Work`; flags have no spaces.
    var stored: String {
        (added.sorted().map { "+\($0.rawValue)" } + removed.sorted().map { "-\($0.rawValue)" }).joined(separator: " ")
    }

    init(stored: String) {
        self.init()
        for word in stored.split(separator: " ") {
            guard let flag = Flag(wire: String(word.dropFirst())) else { continue }
            if word.hasPrefix("+") { added.insert(flag) } else { removed.insert(flag) }
        }
    }
}

extension StepID {
    /// Brings what this step did into the mirror, in the transaction that says that it is done: nobody will take it for
    /// another hand's change.
    func reflectInMirror(in db: Database) throws {
        if try reflectCopyTakenBack(in: db) { return }
        guard
            let row = try db.row(
                """
                SELECT step.kind, step.arguments, step.attempt, mirror.account, mirror.mailbox, mirror.uid, mirror.flags
                FROM step JOIN plan ON plan.id = step.plan
                JOIN mirror ON mirror.account = plan.account AND mirror.mailbox = plan.mailbox
                    AND mirror.uid = plan.uid AND mirror.uid_validity = plan.uid_validity
                WHERE step.id = ? AND step.kind IN ('store_flags', 'mark_deleted', 'uid_move', 'uid_expunge')
                """, [rawValue])
        else { return }
        let account = try row.account()
        let mailbox = try row.mailbox()
        let uid = try row.uid()
        var flags = Set<Flag>(stored: try row.decode(forColumn: "flags"))
        switch try row.value("kind", StepKind.init(rawValue:)) {
        case .uidMove, .uidExpunge:
            return try mailbox.unmirror(UIDSet(uid), account: account, in: db)
        case .markDeleted:
            flags.insert(.deleted)
        case .storeFlags:
            // One that never began found the flags as wanted and changed nothing.
            guard try row.decode(Int.self, forColumn: "attempt") > 0 else { return }
            let arguments = try StepArguments(storedJSON: try row.decode(forColumn: "arguments"))
            flags.formUnion(arguments.addFlags.compactMap(Flag.init(wire:)))
            flags.subtract(arguments.removeFlags.compactMap(Flag.init(wire:)))
        case .createFolder, .uidCopy, .append, .submit, .notify, .pipe:
            return
        }
        try db.run(
            "UPDATE mirror SET flags = ? WHERE account = ? AND mailbox = ? AND uid = ?",
            [flags.stored, account.rawValue, mailbox.rawValue, uid.rawValue])
    }

    /// Brings flags that were carried to a copy into the mirror of the mailbox that it is in.
    func reflectCarried(in db: Database) throws {
        let row = try db.row(
            """
            SELECT mirror.account, mirror.mailbox, mirror.uid, mirror.flags,
                json_extract(step.precondition, '$.carrying') AS carrying
            FROM \(Self.removalsWithCopies)
                JOIN mirror ON mirror.account = coalesce(json_extract(copy.arguments, '$.account'), plan.account)
                    AND mirror.mailbox = json_extract(copy.arguments, '$.mailbox')
                    AND mirror.uid_validity = json_extract(copy.outcome, '$.targetUIDValidity')
                    AND mirror.uid = json_extract(copy.outcome, '$.targetUID')
            WHERE step.id = ?
            """, [rawValue])
        if let row, let carrying = try row.decode(String?.self, forColumn: "carrying") {
            let flags = FlagDifference(stored: carrying).applied(to: Set(stored: try row.decode(forColumn: "flags")))
            try db.run(
                "UPDATE mirror SET flags = ? WHERE account = ? AND mailbox = ? AND uid = ?",
                [flags.stored, try row.account().rawValue, try row.mailbox().rawValue, try row.uid().rawValue])
        }
        try db.run("UPDATE step SET precondition = json_remove(precondition, '$.carrying') WHERE id = ?", [rawValue])
    }

    /// Steps that remove a source, each beside the one that made the copy it relies on.
    static let removalsWithCopies = """
        step JOIN plan ON plan.id = step.plan
            JOIN step AS copy ON copy.plan = step.plan AND copy.position = json_extract(step.arguments, '$.copyStep')
        """

    /// A copy that is taken back goes from the mirror of the mailbox that it was made in.
    ///
    /// - Returns: whether this step is such a removal.
    private func reflectCopyTakenBack(in db: Database) throws -> Bool {
        guard
            let row = try db.row(
                """
                SELECT coalesce(json_extract(step.arguments, '$.account'), plan.account) AS account,
                    json_extract(step.arguments, '$.mailbox') AS mailbox,
                    json_extract(step.arguments, '$.copy.uidValidity') AS uid_validity,
                    json_extract(step.arguments, '$.copy.uid') AS uid
                FROM step JOIN plan ON plan.id = step.plan
                WHERE step.id = ? AND step.kind = 'uid_expunge' AND json_extract(step.arguments, '$.copy') IS NOT NULL
                """, [rawValue])
        else { return false }
        try db.run(
            "DELETE FROM mirror WHERE account = ? AND mailbox = ? AND uid_validity = ? AND uid = ?",
            [
                try row.account().rawValue, try row.mailbox().rawValue, try row.uidValidity().rawValue,
                try row.uid().rawValue,
            ])
        return true
    }
}
