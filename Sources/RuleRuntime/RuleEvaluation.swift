import MailModel

/// One message being decided: what the plan holds so far, and what the rule at work did.
final class RuleEvaluation {
    let view: MessageView
    let context: EvaluationContext
    let account: RuleAccount?
    /// The live rules' plan; a dry rule gets a copy of its own.
    var plan: RulePlan
    var state: RuleStateBuffer
    var log: [String] = []

    /// The rule at work.
    var rule: CompiledRule
    /// What it looked at; `nil`: not noted.
    var tests: [RuleEvidence.Test]?
    /// What it read that is not fetched.
    var need: MessageNeed?
    var stopped = false
    /// Whether it asked for an action that takes the message away now, be it the one that another rule asked for too.
    var removes = false
    /// Whether a `when` function runs, which must not plan.
    var isAsking = false

    private static let testLimit = 1_000

    init(
        view: MessageView, context: EvaluationContext, account: RuleAccount?, state: RuleStateBuffer, rule: CompiledRule
    ) {
        self.view = view
        self.context = context
        self.account = account
        self.state = state
        self.rule = rule
        plan = RulePlan(flags: view.message.flags, account: view.message.account.rawValue)
    }

    /// Adds what a template asks for; `stop` ends the rules.
    func add(_ template: ActionTemplate) throws(RuleMisuse) {
        guard let planned = template.planned(for: view, rule: rule.name, context: context) else {
            stopped = true
            return
        }
        if let refusal = account?.refusal(of: planned.action) { throw RuleMisuse(refusal, at: template.position) }
        do {
            try plan.add(planned)
        } catch {
            throw RuleMisuse(error.message, at: template.position)
        }
        if planned.after == nil, planned.action.removesFromSource { removes = true }
        view.flags = plan.flags
    }

    func evaluate(_ condition: Condition) throws(ConditionFailure) -> Truth {
        // A function may ask in a loop.
        let notes = tests.map { $0.count < Self.testLimit } ?? false
        guard notes else {
            var evaluator = ConditionEvaluator(view: view, context: context, tests: nil)
            return try evaluator.evaluate(condition)
        }
        var evaluator = ConditionEvaluator(view: view, context: context, tests: tests)
        defer { tests = evaluator.tests }
        return try evaluator.evaluate(condition)
    }
}
