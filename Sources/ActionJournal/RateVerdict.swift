import GRDB
import MailModel

/// Whether a decision is within its rules' limits, found out in the transaction that stores it.
struct RateVerdict {
    /// The plan's state, held or as it was decided.
    let state: PlanState
    let error: String?
    private let limits: [RuleLimit]
    private let exceeded: (rule: String, plans: Int)?

    init(_ decision: DecisionRecord, in db: Database) throws {
        let goesAhead = [.planned, .running, .done].contains(decision.state)
        limits = goesAhead ? decision.limits : []
        exceeded = try limits.lazy.compactMap { limit in
            try Self.exceeds(limit, decision, in: db).map { (limit.rule, $0) }
        }.first
        guard let exceeded else {
            state = decision.state
            error = decision.error
            return
        }
        state = .held
        error =
            "rule \(exceeded.rule): it made \(exceeded.plans) plans within \(RuleLimit.window / 60) minutes, which is its"
            + " limit; the message stays as it is until the plan is released"
    }

    /// Whether what leaves the mail server may go: a plan that is not carried out yet releases nothing, `first` or not.
    var mayRelease: Bool { state == .planned || state == .running }

    /// Whether the plan counts for that rule's limit: held ones do not, since they change nothing.
    func counts(for rule: String) -> Bool { exceeded == nil && limits.contains { $0.rule == rule } }

    /// Remembers that the rule is past its limit, and says whether that is news.
    func note(_ plan: PlanID?, at time: Int64, in db: Database) throws -> RuleHold? {
        guard let exceeded, let plan else { return nil }
        let last = try db.number("SELECT last_held FROM rule_limit WHERE rule = ?", [exceeded.rule])
        try db.run(
            """
            INSERT INTO rule_limit (rule, last_held) VALUES (?, ?)
            ON CONFLICT (rule) DO UPDATE SET last_held = excluded.last_held
            """, [exceeded.rule, time])
        // Held again before the window has passed: it is still the same flood.
        let isFirst = last.map { abs(time - $0) > RuleLimit.window } ?? true
        return RuleHold(plan: plan, rule: exceeded.rule, limit: exceeded.plans, isFirst: isFirst)
    }

    /// The limit that the plan is past; `nil` when there is room.
    private static func exceeds(_ limit: RuleLimit, _ decision: DecisionRecord, in db: Database) throws -> Int? {
        guard let most = limit.plans else { return nil }
        let now = decision.time
        // Decisions of other mailboxes may carry a slightly later time; what lies further ahead is from a clock that
        // was set back since.
        let count = try db.count(
            "SELECT count(*) FROM plan_rule WHERE rule = ? AND counted = 1 AND time > ? AND time <= ?",
            [limit.rule, now - RuleLimit.window, now + RuleLimit.window])
        if count < most { return nil }
        let allowance = try allowance(limit.rule, decision, in: db)
        return count < allowance ? nil : max(most, allowance)
    }

    /// What the rule may do while it catches up; what is done then leaves room for as long as it is in the window.
    private static func allowance(_ rule: String, _ decision: DecisionRecord, in db: Database) throws -> Int {
        let now = decision.time
        let stored = try db.number(
            "SELECT allowance FROM rule_limit WHERE rule = ? AND allowed_until > ?", [rule, now])
        let known = stored.map(Int.init) ?? 0
        guard decision.absence > RuleLimit.window else { return known }
        let end = now - decision.absence
        let count = try db.count(
            "SELECT count(*) FROM plan_rule WHERE rule = ? AND counted = 1 AND time > ? AND time <= ?",
            [rule, end - RuleLimit.memory, end])
        let first = try db.number(
            "SELECT min(time) FROM plan_rule WHERE rule = ? AND counted = 1 AND time > ?",
            [rule, end - RuleLimit.memory])
        let span = max(0, end - (first ?? end))
        let allowance = max(known, RuleLimit.allowance(count: count, span: span, absence: decision.absence))
        try db.run(
            """
            INSERT INTO rule_limit (rule, allowance, allowed_until) VALUES (?, ?, ?)
            ON CONFLICT (rule) DO UPDATE SET
                allowance = excluded.allowance, allowed_until = excluded.allowed_until
            """, [rule, allowance, now + RuleLimit.window])
        return allowance
    }
}
