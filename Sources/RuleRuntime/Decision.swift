import MailModel

/// What the rules want for one event of one message.
public struct Decision: Sendable, Hashable {
    public var actions: [PlannedAction] = []
    /// One entry for each rule that was asked.
    public var evidence: [RuleEvidence] = []
    /// Names of the rules that matched, in order.
    public var matchedRules: [String] = []
    /// Lines of `print`.
    public var log: [String] = []
    public var stateChanges: [RuleStateChange] = []
    /// What `dry_run` rules would add.
    public var proposed: [PlannedAction] = []

    public init() {}
}

/// What is not fetched yet and decides.
public enum MessageNeed: Hashable, Sendable, Comparable {
    case wholeHeader
    /// Its texts and the names of its files: the whole message, or an excerpt of it.
    case texts
    /// The whole message.
    case body
}

/// How an evaluation ended.
public enum DecisionOutcome: Sendable {
    case decided(Decision)
    /// Fetch it and decide again, from the start: nothing of this try remains.
    case needs(MessageNeed)
    /// Nothing is planned for the message.
    case failed(RuleFailure)
}

/// A rule that failed, with what is needed to find out why.
public struct RuleFailure: Error, Sendable, Hashable, CustomStringConvertible {
    public var rule: String
    public var position: SourcePosition
    public var message: String
    public var traceback: String
    /// Whether it used up its steps, time or memory.
    public var spentBudget: Bool
    public var evidence: [RuleEvidence]
    /// How often the rule failed so far, this time included.
    public var failures = RuleFailures()

    public init(
        rule: String, position: SourcePosition, message: String, traceback: String = "", spentBudget: Bool = false,
        evidence: [RuleEvidence] = []
    ) {
        self.rule = rule
        self.position = position
        self.message = message
        self.traceback = traceback
        self.spentBudget = spentBudget
        self.evidence = evidence
    }

    /// `file:line: rule NAME: message`.
    public var description: String { "\(position): rule \(rule): \(message)" }
}

/// How often a rule of one runtime failed.
public struct RuleFailures: Sendable, Hashable {
    /// Since it last matched and did what it was to do.
    public var inARow = 0
    /// How often it used up its budget.
    public var spentBudget = 0

    public init(inARow: Int = 0, spentBudget: Int = 0) {
        self.inARow = inARow
        self.spentBudget = spentBudget
    }

    mutating func note(_ failure: RuleFailure) {
        inARow += 1
        if failure.spentBudget { spentBudget += 1 }
    }
}

/// Which rules leave evidence.
public enum EvidenceDetail: Sendable {
    /// Every rule that was asked, always.
    case always
    /// Every rule that was asked, but only when one of them matched or failed: nothing is kept of other decisions.
    case whenMatched
}

/// What the rules can need of a message, known before one is seen.
public struct RuleNeeds: Sendable, Hashable {
    /// Names of header fields, as written in rules; `nil`: the whole header.
    public var headerFields: Set<String>?
    /// Whether some rule may read text, parts or attachments.
    public var body: Bool

    public init(headerFields: Set<String>?, body: Bool) {
        self.headerFields = headerFields
        self.body = body
    }
}
