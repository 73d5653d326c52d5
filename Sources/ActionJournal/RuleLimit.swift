import MailModel

/// How many plans that move, send or run something a rule may make in a time (DESIGN §2.10).
public struct RuleLimit: Hashable, Sendable {
    /// The sliding window, in seconds.
    public static let window: Int64 = 600
    /// How far back a rule's usual rate is looked up, in seconds.
    static let memory: Int64 = 28 * 86_400
    /// Catching up, a rule may do so many times what it usually does in the time.
    static let catchUpFactor: Int64 = 3

    public var rule: String
    /// Plans in the window; `nil`: without limit.
    public var plans: Int?

    public init(rule: String, plans: Int?) {
        self.rule = rule
        self.plans = plans
    }

    /// How many plans are usual in a time.
    ///
    /// - Parameters:
    ///   - count: plans made in `span` seconds; a rule that is younger than a day is judged as if it were that old.
    ///   - absence: the time to catch up with, in seconds.
    static func allowance(count: Int, span: Int64, absence: Int64) -> Int {
        let usual = Double(count) / Double(max(span, 86_400))
        return Int((Double(catchUpFactor) * usual * Double(absence)).rounded(.up))
    }
}

/// A plan that is held because a rule is past its limit.
public struct RuleHold: Hashable, Sendable {
    public var plan: PlanID
    public var rule: String
    /// Plans in the window.
    public var limit: Int
    /// Whether it is the first in a while: the one that is told to a person.
    public var isFirst: Bool

    public init(plan: PlanID, rule: String, limit: Int, isFirst: Bool) {
        self.plan = plan
        self.rule = rule
        self.limit = limit
        self.isFirst = isFirst
    }
}

/// What became of decisions in the journal.
public struct Recording: Hashable, Sendable {
    /// In the order of the decisions.
    public var decisions: [RecordedDecision]
    public var holds: [RuleHold]

    public init(decisions: [RecordedDecision] = [], holds: [RuleHold] = []) {
        self.decisions = decisions
        self.holds = holds
    }
}
