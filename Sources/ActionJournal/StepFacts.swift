import GRDB
import MailModel

// Facts about steps and plans.

extension StepID {
    func begin(_ precondition: StepPrecondition, at time: Int64, in db: Database) throws {
        try db.change(
            """
            UPDATE step SET state = 'begun', precondition = ?, begun_at = ?, finished_at = NULL, outcome = NULL,
                attempt = attempt + 1
            WHERE id = ? AND released = 1 AND state = 'waiting'
            """, [precondition.storedJSON, time, rawValue],
            otherwise: "step \(self) may not begin")
    }

    func finish(_ state: StepState, _ outcome: StepOutcome?, at time: Int64, in db: Database) throws {
        let finishedAt: Int64? = state == .waiting || state == .begun ? nil : time
        try db.change(
            """
            UPDATE step SET state = ?, outcome = coalesce(?, outcome), finished_at = ?, not_before = NULL WHERE id = ?
            """, [state.rawValue, outcome?.storedJSON, finishedAt, rawValue],
            otherwise: "there is no step \(self)")
        if state == .done { try reflectInMirror(in: db) }
    }

    func withdraw(_ outcome: StepOutcome, at time: Int64, in db: Database) throws {
        try db.run(
            """
            UPDATE step SET state = 'superseded', outcome = ?, finished_at = ?, not_before = NULL
            WHERE id = ? AND state IN ('waiting', 'unknown')
                AND NOT EXISTS (SELECT 1 FROM outbox WHERE step = step.id AND state IN ('begun', 'dot_sent'))
            """, [outcome.storedJSON, time, rawValue])
        guard db.changesCount > 0 else { return }
        try db.run(
            """
            UPDATE outbox SET state = 'superseded', not_before = NULL
            WHERE step = ? AND state IN ('waiting', 'ready', 'held')
            """, [rawValue])
    }

    func wait(until notBefore: Int64?, in db: Database) throws {
        try db.change(
            "UPDATE step SET state = 'waiting', finished_at = NULL, not_before = ? WHERE id = ?",
            [notBefore, rawValue], otherwise: "there is no step \(self)")
    }

    func doubt(until time: Int64, in db: Database) throws {
        try db.change(
            "UPDATE step SET not_before = ? WHERE id = ? AND state = 'begun'", [time, rawValue],
            otherwise: "step \(self) was not begun")
    }

    func noteCarrying(_ difference: FlagDifference, in db: Database) throws {
        try db.change(
            """
            UPDATE step SET precondition = json_set(coalesce(precondition, '{}'), '$.carrying', ?)
            WHERE id = ? AND kind IN ('mark_deleted', 'uid_expunge')
            """, [difference.stored, rawValue], otherwise: "step \(self) removes no source")
    }
}

extension PlanID {
    func rekey(_ key: MessageKey, in db: Database) throws {
        try db.run(
            "UPDATE OR IGNORE plan SET account = ?, mailbox = ?, uid_validity = ?, uid = ? WHERE id = ?",
            [key.account.rawValue, key.mailbox.rawValue, key.uidValidity.rawValue, key.uid.rawValue, rawValue])
        if db.changesCount > 0 { return }
        try db.change(
            "UPDATE plan SET state = 'held', error = ? WHERE id = ?",
            ["the message has another plan for the same event since the server renumbered it", rawValue],
            otherwise: "there is no plan \(self)")
    }

    func release(in db: Database) throws {
        try db.run(
            "UPDATE step SET released = 1 WHERE plan = ? AND released = 0 AND kind IN ('submit', 'notify', 'pipe')",
            [rawValue])
        try db.run(
            """
            UPDATE outbox SET state = 'ready'
            WHERE state = 'waiting' AND step IN (SELECT id FROM step WHERE plan = ?)
            """, [rawValue])
    }
}
