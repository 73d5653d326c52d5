import MailModel

/// A plan as `log`, `why`, `undo` and `status` show it.
public struct PlanView: Hashable, Sendable {
    public var plan: PlanRecord
    /// The rules that matched, in order.
    public var rules: [String]
    public var evidence: [RuleEvidence]
    /// All steps, in the order of their positions.
    public var steps: [StepRecord]
    /// What became of the delayed actions whose time has come, by their places among the plan's actions.
    public var cameToPass: [Int: StepState]

    public init(
        plan: PlanRecord, rules: [String], evidence: [RuleEvidence], steps: [StepRecord],
        cameToPass: [Int: StepState] = [:]
    ) {
        self.plan = plan
        self.rules = rules
        self.evidence = evidence
        self.steps = steps
        self.cameToPass = cameToPass
    }

    /// One action of the plan, with how far it is.
    public struct Action: Hashable, Sendable {
        public var action: PlannedAction
        public var state: StepState
        /// Of all its recipients, oldest first.
        public var attempts: [OutboxAttempt]

        public init(action: PlannedAction, state: StepState, attempts: [OutboxAttempt]) {
            self.action = action
            self.state = state
            self.attempts = attempts
        }
    }

    /// The plan's actions in order.
    public var actions: [Action] {
        plan.actions.enumerated().map { index, action in
            let own = steps.filter { $0.actionIndex == index }
            let attempts = own.flatMap(\.outbox).flatMap(\.attempts).sorted { $0.time < $1.time }
            return Action(action: action, state: state(of: action, at: index, steps: own), attempts: attempts)
        }
    }

    /// The least finished of an action's steps speaks for it.
    private func state(of action: PlannedAction, at index: Int, steps: [StepRecord]) -> StepState {
        // Done and taken back again is not done.
        if plan.state == .rolledBack, steps.contains(where: { $0.arguments.takesBack != nil }) { return .superseded }
        if let state = Self.leastFinished(steps.map(\.state)) { return state }
        // No step: a delayed action, or one like `log` that is done with the decision itself.
        if action.after != nil { return cameToPass[index] ?? .waiting }
        switch plan.state {
        case .proposed, .planned, .held: return .waiting
        case .running, .done, .rolledBack, .undone: return .done
        case .failed: return .failed
        case .superseded: return .superseded
        }
    }

    static func leastFinished(_ states: [StepState]) -> StepState? {
        [.failed, .unknown, .begun, .waiting, .superseded, .done].first(where: states.contains)
    }
}
