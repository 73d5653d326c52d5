import GRDB
import MailModel

extension Journal {
    /// Stores facts, and in the same transaction what they make of the plans they concern.
    ///
    /// Several runners finish steps of one plan at the same time; only what is read after a fact was stored, in its own
    /// transaction, shows whether it was the last one.
    ///
    /// - Parameter consequences: given a plan with all its steps as they now stand; what it gives is stored too. Not asked
    ///   about a plan of which every step is done: that is done.
    /// - Returns: the consequences that were stored.
    @discardableResult
    public func apply(
        _ facts: [JournalFact], settling plans: Set<PlanID>,
        by consequences: @escaping @Sendable (PlanWork) -> [JournalFact]
    ) async throws(JournalError) -> [JournalFact] {
        if facts.isEmpty, plans.isEmpty { return [] }
        return try await write { db in
            try facts.store(in: db)
            if plans.isEmpty { return [] }
            let open = try db.finishDone(plans)
            if open.isEmpty { return [] }
            let following = try db.work(
                "SELECT \(PlanReader.columns) FROM plan WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
                [Self.list(open.map(\.rawValue))]
            ).flatMap(consequences)
            try following.store(in: db)
            return following
        }
    }

    /// Plans that are `planned` or `running` though none of their steps is open: what a crash between two facts left.
    public func unsettledPlans() async throws(JournalError) -> Set<PlanID> {
        try await read { db in
            let rows = try db.rows(
                """
                SELECT id FROM plan WHERE state IN ('planned', 'running')
                    AND EXISTS (SELECT 1 FROM step WHERE step.plan = plan.id)
                    AND NOT EXISTS (
                        SELECT 1 FROM step WHERE step.plan = plan.id AND step.state IN ('waiting', 'begun')
                            AND step.released = 1)
                """)
            return Set(try rows.map { PlanID(try $0.decode(Int64.self, forColumn: "id")) })
        }
    }
}
