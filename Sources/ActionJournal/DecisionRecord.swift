import MailModel

/// What a person recognises a message by.
public struct MessageHeadline: Hashable, Sendable {
    /// Without the brackets; empty when the message has none.
    public var messageID: String
    public var subject: String
    public var from: String

    public init(messageID: String, subject: String, from: String) {
        self.messageID = messageID
        self.subject = subject
        self.from = from
    }
}

/// What was decided for one message and one event, ready to be stored.
///
/// A decision that has actions, steps or an error, or that failed, becomes a plan; of any other only the message's
/// identity and what rules changed in their `state` are kept.
public struct DecisionRecord: Hashable, Sendable {
    public var key: MessageKey
    public var identity: MessageIdentity
    public var trigger: PlanTrigger
    /// When it was decided, in seconds since 1970.
    public var time: Int64
    public var headline: MessageHeadline
    /// The event as people and JSON name it.
    public var event: String
    /// Which generation of the rules decided.
    public var generation: Int64
    public var state: PlanState
    public var actions: [PlannedAction]
    /// The rules that matched, in order.
    public var rules: [String]
    public var evidence: [RuleEvidence]
    public var error: String?
    public var steps: [StepDraft]
    public var stateChanges: [RuleStateChange]
    /// The message's flags as the rules saw them.
    public var flags: Set<Flag>
    /// Of a flags event: how they had changed.
    public var flagChange: FlagDifference?
    /// Delayed actions, stored with the plan.
    public var timers: [TimerDraft]
    /// Timers that come to their end with this decision, in the same transaction.
    public var finishedTimers: [TimerID]
    /// The rules whose `limit` the plan counts for; past one of them it is held.
    public var limits: [RuleLimit]
    /// For how long nobody looked before it was decided, in seconds: what came together meanwhile is no flood.
    public var absence: Int64
    /// Whether it takes the place of a plan for the same event that failed in a rule; the plan keeps its number.
    public var replacesFailed: Bool

    public init(
        key: MessageKey, identity: MessageIdentity, trigger: PlanTrigger, time: Int64, headline: MessageHeadline,
        event: String, generation: Int64, state: PlanState, actions: [PlannedAction] = [], rules: [String] = [],
        evidence: [RuleEvidence] = [], error: String? = nil, steps: [StepDraft] = [],
        stateChanges: [RuleStateChange] = [], flags: Set<Flag> = [], flagChange: FlagDifference? = nil,
        timers: [TimerDraft] = [], finishedTimers: [TimerID] = [], limits: [RuleLimit] = [], absence: Int64 = 0,
        replacesFailed: Bool = false
    ) {
        self.key = key
        self.identity = identity
        self.trigger = trigger
        self.time = time
        self.headline = headline
        self.event = event
        self.generation = generation
        self.state = state
        self.actions = actions
        self.rules = rules
        self.evidence = evidence
        self.error = error
        self.steps = steps
        self.stateChanges = stateChanges
        self.flags = flags
        self.flagChange = flagChange
        self.timers = timers
        self.finishedTimers = finishedTimers
        self.limits = limits
        self.absence = absence
        self.replacesFailed = replacesFailed
    }

    var makesPlan: Bool { !actions.isEmpty || !steps.isEmpty || error != nil || state == .failed }
}

/// What became of a decision in the journal.
public enum RecordedDecision: Hashable, Sendable {
    case planned(PlanID)
    /// The event had a plan already; nothing of the decision was stored.
    case known(PlanID)
    /// It made no plan.
    case noted

    public var plan: PlanID? {
        switch self {
        case .planned(let plan), .known(let plan): plan
        case .noted: nil
        }
    }
}
