import MailModel

/// A stored plan.
public struct PlanRecord: Hashable, Sendable {
    public var id: PlanID
    public var key: MessageKey
    public var identity: MessageIdentity
    public var trigger: PlanTrigger
    /// When it was decided, in seconds since 1970.
    public var time: Int64
    public var headline: MessageHeadline
    public var event: String
    public var generation: Int64
    public var state: PlanState
    public var actions: [PlannedAction]
    public var error: String?
    /// The message's flags as the rules saw them.
    public var flags: Set<Flag>
    /// Of a flags event: how they had changed.
    public var flagChange: FlagDifference?

    public init(
        id: PlanID, key: MessageKey, identity: MessageIdentity, trigger: PlanTrigger, time: Int64,
        headline: MessageHeadline, event: String, generation: Int64, state: PlanState, actions: [PlannedAction],
        error: String? = nil, flags: Set<Flag> = [], flagChange: FlagDifference? = nil
    ) {
        self.id = id
        self.key = key
        self.identity = identity
        self.trigger = trigger
        self.time = time
        self.headline = headline
        self.event = event
        self.generation = generation
        self.state = state
        self.actions = actions
        self.error = error
        self.flags = flags
        self.flagChange = flagChange
    }
}

/// A stored step.
public struct StepRecord: Hashable, Sendable {
    public var id: StepID
    public var plan: PlanID
    public var position: Int
    public var actionIndex: Int
    public var kind: StepKind
    public var arguments: StepArguments
    public var state: StepState
    public var released: Bool
    /// What was noted when it last began.
    public var precondition: StepPrecondition?
    public var outcome: StepOutcome?
    /// How often it began.
    public var attempt: Int
    public var notBefore: Int64?
    public var begunAt: Int64?
    public var finishedAt: Int64?
    /// One for each recipient of a `submit`, with its attempts.
    public var outbox: [OutboxEntry]

    public init(
        id: StepID, plan: PlanID, position: Int, actionIndex: Int, kind: StepKind, arguments: StepArguments,
        state: StepState, released: Bool, precondition: StepPrecondition? = nil, outcome: StepOutcome? = nil,
        attempt: Int = 0, notBefore: Int64? = nil, begunAt: Int64? = nil, finishedAt: Int64? = nil,
        outbox: [OutboxEntry] = []
    ) {
        self.id = id
        self.plan = plan
        self.position = position
        self.actionIndex = actionIndex
        self.kind = kind
        self.arguments = arguments
        self.state = state
        self.released = released
        self.precondition = precondition
        self.outcome = outcome
        self.attempt = attempt
        self.notBefore = notBefore
        self.begunAt = begunAt
        self.finishedAt = finishedAt
        self.outbox = outbox
    }
}

/// A plan to carry on with: all of its steps, finished ones too, in the order of their positions.
public struct PlanWork: Hashable, Sendable {
    public var plan: PlanRecord
    public var steps: [StepRecord]

    public init(plan: PlanRecord, steps: [StepRecord]) {
        self.plan = plan
        self.steps = steps
    }

    /// Whether what was to follow from it still may: the message is where the plan wanted it, though something that it
    /// sent or ran may have failed. Else a snoozed message would not come back because a forward was refused.
    public var mayBeFollowed: Bool {
        switch plan.state {
        case .done: true
        case .failed:
            !steps.isEmpty
                && steps.allSatisfy { $0.kind.leavesTheMailServer || $0.state == .done || $0.state == .superseded }
        case .proposed, .planned, .running, .rolledBack, .superseded, .held, .undone: false
        }
    }
}
