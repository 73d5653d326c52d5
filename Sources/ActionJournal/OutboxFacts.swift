import GRDB
import MailModel

// Facts about the outbox.

extension OutboxID {
    func begin(at time: Int64, in db: Database) throws {
        try db.change(
            """
            UPDATE outbox SET state = 'begun', begun = begun + 1, begun_at = ?
            WHERE id = ? AND (state = 'ready' OR (state = 'unknown' AND policy = 'resend'))
            """, [time, rawValue], otherwise: "outbox row \(self) may not begin")
    }

    func noteDotSent(at time: Int64, in db: Database) throws {
        try db.change(
            "UPDATE outbox SET state = 'dot_sent', begun_at = ? WHERE id = ? AND state IN ('begun', 'dot_sent')",
            [time, rawValue], otherwise: "outbox row \(self) was not begun")
    }

    func set(_ state: OutboxState, notBefore: Int64?, in db: Database) throws {
        try db.change(
            "UPDATE outbox SET state = ?, not_before = ? WHERE id = ?", [state.rawValue, notBefore, rawValue],
            otherwise: "there is no outbox row \(self)")
    }

    func note(_ attempt: OutboxAttempt, in db: Database) throws {
        try db.run(
            """
            INSERT INTO attempt (outbox, number, time, result, text)
            SELECT ?, coalesce(max(number), 0) + 1, ?, ?, ? FROM attempt WHERE outbox = ?
            """, [rawValue, attempt.time, attempt.result.rawValue, attempt.text.storedText, rawValue])
        // What may have arrived counts as sent: loops and ceilings go by it.
        guard attempt.result == .accepted || attempt.result == .unknown else { return }
        try db.run(
            """
            INSERT INTO sent (outbox, account, identity, target, at)
            SELECT outbox.id, plan.account, plan.identity, lower(outbox.recipient), ?
            FROM outbox JOIN step ON step.id = outbox.step JOIN plan ON plan.id = step.plan WHERE outbox.id = ?
            ON CONFLICT (outbox) DO UPDATE SET at = excluded.at
            """, [attempt.time, rawValue])
    }
}
