import GRDB
import MailModel

/// What `forget` did.
public struct ForgottenMessage: Hashable, Sendable {
    /// Plans that were removed with everything in them.
    public var plans: Int
    /// Plans that are still being carried out, and so stay.
    public var open: [PlanID]

    public init(plans: Int, open: [PlanID]) {
        self.plans = plans
        self.open = open
    }
}

extension Journal {
    /// Removes what the journal says of a message: its plans with their headlines, evidence and texts, and the header
    /// fields that a mirror keeps.
    ///
    /// Its identity stays, a digest without content: by it the message is not taken for a new one, and not sent twice.
    /// Plans that are under way stay too; they are told. What was removed is overwritten on the disk.
    ///
    /// - Parameter messageID: with or without its brackets.
    public func forget(messageID: String) async throws(JournalError) -> ForgottenMessage {
        let id = PlanQuery.withoutBrackets(messageID)
        let forgotten = try await write { db in
            // Counts for this connection from now on, which does no harm.
            try db.run("PRAGMA secure_delete = ON")
            let plans = try db.rows("SELECT id, \(Self.isUnderWay) AS open FROM plan WHERE message_id = ?", [id])
                .map {
                    (
                        id: try $0.decode(Int64.self, forColumn: "id"),
                        isOpen: try $0.decode(Bool.self, forColumn: "open")
                    )
                }
            // What a mirror keeps of it for the day it is removed.
            try db.run("DELETE FROM mirror_facts WHERE instr(header, CAST(? AS BLOB)) > 0", [id])
            let closed = plans.filter { !$0.isOpen }.map(\.id)
            try db.run("DELETE FROM plan WHERE id IN (SELECT value FROM json_each(?))", [Self.list(closed)])
            return ForgottenMessage(plans: closed.count, open: plans.filter(\.isOpen).map { PlanID($0.id) })
        }
        do {
            // The log still has the old pages.
            try await pool.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        } catch {
            throw JournalError(error, path: path)
        }
        return forgotten
    }

    /// Whether something may still happen to a plan: true for those that neither age nor a wish may remove.
    static let isUnderWay = """
        (plan.state IN ('planned', 'running', 'held')
            OR EXISTS (SELECT 1 FROM timer WHERE timer.plan = plan.id)
            OR EXISTS (SELECT 1 FROM step WHERE step.plan = plan.id AND step.state = 'begun')
            OR EXISTS (
                SELECT 1 FROM step JOIN outbox ON outbox.step = step.id
                WHERE step.plan = plan.id AND outbox.state IN ('ready', 'begun', 'dot_sent', 'unknown')))
        """
}
