import GRDB
import MailModel

/// A plan with what followed from it, and whether somebody takes it back already.
public struct UndoCandidate: Hashable, Sendable {
    public var work: PlanWork
    /// The plans that its delayed actions became, in their order.
    public var followers: [PlanWork]
    /// Those of its delayed actions that are still to come.
    public var timers: [TimerID]
    /// The newest plan that takes it back, whatever came of it.
    public var undo: PlanRecord?
}

extension Journal {
    /// What it takes to judge whether and how plans can be taken back, in the order of their numbers.
    public func undoCandidates(_ plans: Set<PlanID>) async throws(JournalError) -> [UndoCandidate] {
        let list = Self.list(plans.map(\.rawValue))
        let triggers = Self.list(plans.map { PlanTrigger.undo(plan: $0).description })
        return try await read { db in
            let work = try db.work(
                "SELECT \(PlanReader.columns) FROM plan WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
                [list])
            let undos = try db.work(
                """
                SELECT \(PlanReader.columns) FROM plan WHERE trigger IN (SELECT value FROM json_each(?)) ORDER BY id
                """, [triggers])
            let byTrigger = Dictionary(undos.map { ($0.plan.trigger, $0.plan) }, uniquingKeysWith: { $1 })
            return try work.map { entry in
                let timers = try db.rows("SELECT id FROM timer WHERE plan = ?", [entry.plan.id.rawValue])
                return UndoCandidate(
                    work: entry,
                    followers: entry.plan.delayed.parts.isEmpty ? [] : try db.followers(of: entry.plan.id),
                    timers: try timers.map { TimerID(try $0.decode(forColumn: "id")) },
                    undo: byTrigger[.undo(plan: entry.plan.id)])
            }
        }
    }

    /// The newest decisions that did something, a whole sweep counted as one; what was taken back and what only showed
    /// is no decision.
    public func latestDecisions(_ count: Int) async throws(JournalError) -> Set<PlanID> {
        try await read { db in
            // Newest first, and only as far as it takes: a journal has many plans.
            let newest = try Row.fetchCursor(
                db, sql: "SELECT id, trigger FROM plan WHERE \(Self.undoable) ORDER BY id DESC")
            var plans: Set<PlanID> = []
            var sweeps: Set<String> = []
            var decisions = 0
            while decisions < count, let row = try newest.next() {
                let trigger: String = try row.decode(forColumn: "trigger")
                if !trigger.hasPrefix("sweep:") {
                    plans.insert(PlanID(try row.decode(Int64.self, forColumn: "id")))
                } else if !sweeps.insert(trigger).inserted {
                    continue
                }
                decisions += 1
            }
            for sweep in sweeps {
                let rows = try db.rows("SELECT id FROM plan WHERE \(Self.undoable) AND trigger = ?", [sweep])
                for row in rows { plans.insert(PlanID(try row.decode(Int64.self, forColumn: "id"))) }
            }
            return plans
        }
    }

    /// Decisions that did something: of a rule, since then, of a sweep. What is left out does not narrow.
    public func decisions(
        since: Int64? = nil, rule: String? = nil, sweep: Int64? = nil
    ) async throws(JournalError) -> Set<PlanID> {
        var conditions = Self.undoable
        var arguments: StatementArguments = []
        if let sweep {
            conditions += " AND trigger = ?"
            arguments += [PlanTrigger.sweep(run: sweep).description]
        }
        if let since {
            conditions += " AND time >= ?"
            arguments += [since]
        }
        if let rule {
            conditions += " AND id IN (SELECT plan FROM plan_rule WHERE rule = ? AND time >= ?)"
            arguments += [rule, since ?? .min]
        }
        return try await read { [conditions, arguments] db in
            let rows = try db.rows("SELECT id FROM plan WHERE \(conditions)", arguments)
            return Set(try rows.map { PlanID(try $0.decode(Int64.self, forColumn: "id")) })
        }
    }

    private static let undoable = """
        state IN ('running', 'done', 'failed', 'held') AND trigger NOT LIKE 'undo:%' AND trigger NOT LIKE '%:dry'
            AND EXISTS (SELECT 1 FROM step WHERE step.plan = plan.id AND (step.state = 'done' OR plan.state = 'held'))
        """
}
