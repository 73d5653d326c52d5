import GRDB
import MailModel

/// A part of a plan's delayed actions that is due, with everything that tells where the message was left.
public struct DuePart: Hashable, Sendable {
    public var plan: PlanWork
    public var part: DelayedActions.Part
    /// The timers that end when it comes to pass.
    public var timers: [TimerID]
    /// The plans that earlier parts became, in their order.
    public var earlier: [PlanWork]
}

extension Journal {
    /// Delayed actions that are due, the longest due first.
    public func dueTimers(now: Int64, limit: Int) async throws(JournalError) -> [JournalTimer] {
        try await read { db in
            try db.rows("SELECT * FROM timer WHERE due <= ? ORDER BY due, id LIMIT ?", [now, limit]).map {
                try $0.journalTimer()
            }
        }
    }

    /// The next part of each plan whose time has come, the longest due first. What has to wait for the plan itself, or
    /// for an earlier part, is left out.
    public func dueParts(account: AccountName, now: Int64, limit: Int) async throws(JournalError) -> [DuePart] {
        try await read { db in
            let plans = try db.work(
                """
                SELECT \(PlanReader.columns) FROM plan JOIN (
                    SELECT timer.plan AS id, min(timer.due) AS due FROM timer JOIN plan ON plan.id = timer.plan
                    WHERE timer.due <= ? AND plan.account = ?
                        AND plan.state NOT IN ('proposed', 'planned', 'running', 'held')
                    GROUP BY timer.plan) AS first ON first.id = plan.id
                ORDER BY first.due, plan.id LIMIT ?
                """, [now, account.rawValue, limit])
            if plans.isEmpty { return [] }
            let rows = try db.rows(
                "SELECT * FROM timer WHERE due <= ? AND plan IN (SELECT value FROM json_each(?))",
                [now, Self.list(plans.map(\.plan.id.rawValue))])
            let timers = Dictionary(grouping: try rows.map { try $0.journalTimer() }, by: \.plan)
            return try plans.compactMap { plan in try db.nextPart(of: plan, due: timers[plan.plan.id] ?? []) }
        }
    }

    /// When the next delayed action is due, in seconds since 1970; of all accounts, or of one.
    public func nextTimerDue(account: AccountName? = nil) async throws(JournalError) -> Int64? {
        guard let account else { return try await read { db in try db.number("SELECT min(due) FROM timer") } }
        return try await read { db in
            try db.number(
                """
                SELECT min(timer.due) FROM timer JOIN plan ON plan.id = timer.plan
                WHERE plan.account = ? AND plan.state NOT IN ('proposed', 'held')
                """, [account.rawValue])
        }
    }
}

extension Database {
    fileprivate func nextPart(of plan: PlanWork, due: [JournalTimer]) throws -> DuePart? {
        // A plan that came to nothing takes what was to follow with it, all at once.
        let isDone = plan.mayBeFollowed
        let delayed = plan.plan.delayed
        guard let part = due.compactMap({ delayed.part(of: $0.draft.actionIndex) }).min(by: { $0.number < $1.number })
        else {
            return nil
        }
        let own = due.filter { !isDone || part.indices.contains($0.draft.actionIndex) }.map(\.id)
        let earlier = try followers(of: plan.plan.id)
        guard !isDone || earlier.allSatisfy({ $0.plan.state.isSettled }) else { return nil }
        return DuePart(plan: plan, part: part, timers: own, earlier: earlier)
    }

    /// The plans that parts of this plan's delayed actions became.
    func followers(of plan: PlanID) throws -> [PlanWork] {
        let first = PlanTrigger.after(plan: plan).description
        return try work(
            """
            SELECT \(PlanReader.columns) FROM plan
            WHERE trigger = ? OR (trigger > ? AND trigger < ?) ORDER BY id
            """, [first, "\(first):", "\(first);"])
    }
}

extension PlanState {
    /// Whether nothing of it is still to come by itself.
    fileprivate var isSettled: Bool {
        switch self {
        case .done, .failed, .rolledBack, .superseded, .undone: true
        case .proposed, .planned, .running, .held: false
        }
    }
}

extension TimerID {
    func finish(in db: Database) throws { try db.run("DELETE FROM timer WHERE id = ?", [rawValue]) }
}

extension TimerDraft {
    /// A timer that is there already stays as it is.
    func store(plan: PlanID, in db: Database) throws {
        try db.run(
            "INSERT INTO timer (plan, action, due, recheck) VALUES (?, ?, ?, ?) ON CONFLICT (plan, action) DO NOTHING",
            [plan.rawValue, actionIndex, due, recheck])
    }
}

extension Row {
    fileprivate func journalTimer() throws -> JournalTimer {
        JournalTimer(
            id: TimerID(try decode(forColumn: "id")), plan: PlanID(try decode(forColumn: "plan")),
            draft: TimerDraft(
                actionIndex: try decode(forColumn: "action"), due: try decode(forColumn: "due"),
                recheck: try decode(forColumn: "recheck")))
    }
}
