import MailModel

/// Something that happened, in the past tense: one line of the journal. Times are seconds since 1970.
public enum JournalFact: Hashable, Sendable {
    /// Durable before the step's command is sent. Refused for a step that is not released or not waiting.
    case stepBegun(StepID, StepPrecondition, at: Int64)
    case stepFinished(StepID, StepState, StepOutcome?, at: Int64)
    /// The step waits again, until then; `nil`: it may begin at once.
    case stepDeferred(StepID, notBefore: Int64?)
    /// A person does not want the step any more, and nor what it was to send. One that was begun meanwhile goes on.
    case stepWithdrawn(StepID, StepOutcome, at: Int64)
    /// A look found nothing of a begun step, and is repeated then. Refused for a step that is not begun.
    case stepInDoubt(StepID, until: Int64)
    /// Durable before a step that removes a source changes flags of its copy, to what others made of them on the source.
    case carrying(StepID, FlagDifference)
    /// The copy has these flags now.
    case carried(StepID)
    /// Steps that a plan turned out to need, such as those that take it back.
    case stepsAdded(PlanID, [StepDraft])
    /// The plan's message was found in another place. A plan for the same event that is there already keeps it, and this
    /// one is held.
    case planRekeyed(PlanID, MessageKey)
    /// The error is what the plan shows from now on; `nil` clears it.
    case planState(PlanID, PlanState, error: String?)
    /// The message is safe: outbox rows become `ready`, `submit`, `notify` and `pipe` steps may begin.
    case released(PlanID)
    /// Refused for a row that is not `ready`, or `unknown` under `resend`.
    case outboxBegun(OutboxID, at: Int64)
    /// Durable before the final dot goes out. Refused for a row that was not begun.
    case outboxDotSent(OutboxID, at: Int64)
    /// One attempt's result, and the state it leaves the row in: `ready` with a time for what is tried again.
    case outboxFinished(
        OutboxID, OutboxState, AttemptResult, text: String, notBefore: Int64?, at: Int64)
    /// A change that is no attempt: found not sent after a crash, let go by a person, superseded.
    case outboxState(OutboxID, OutboxState, notBefore: Int64?)
    case progress(MailboxProgress)
    /// What was known of the mailbox's UIDs under this UIDVALIDITY means nothing any more, though the server keeps it: all
    /// of it is from now on under another, which no server has, as after a renumbering.
    case uidsVoided(AccountName, MailboxName, UIDValidity)
    /// A UIDNEXT seen in a mailbox that is a target. Only ever raises the bound kept under the same UIDVALIDITY.
    case uidNextBound(AccountName, MailboxName, UIDValidity, UID)
    /// Postmoon took this message out of that mailbox; coming back there raises no event.
    case takenOut(AccountName, MailboxName, MessageIdentity, at: Int64)
    case identitySeen(MessageIdentity, MessageKey, at: Int64)
    case ruleState(RuleStateChange)
    case timerFinished(TimerID)
    /// Delayed actions of a plan that has none yet: it was only proposed, and is let go now.
    case timersAdded(PlanID, [TimerDraft])
    /// When a scheduled rule is due, or how far its run got.
    case scheduled(ScheduledRule)
    /// The rule is not scheduled any more.
    case unscheduled(AccountName, rule: String)
    case mirrored([MirrorEntry])
    /// The messages are no longer there; `nil`: the whole mirror is void (its UIDVALIDITY changed, or nobody needs it).
    case unmirrored(AccountName, MailboxName, UIDSet?)
    case mirrorState(MirrorState)
    case paused(PauseScope, until: Int64?, at: Int64)
    case resumed(PauseScope)
    case noted(key: String, value: String?)
}

/// What a person stopped by `pause`.
public enum PauseScope: Hashable, Sendable {
    case everything
    case account(AccountName)
    case rule(String)
}

/// A pause that is in force.
public struct Pause: Hashable, Sendable {
    public var scope: PauseScope
    /// Seconds since 1970; `nil`: until `resume`.
    public var until: Int64?
    public var since: Int64

    public init(scope: PauseScope, until: Int64?, since: Int64) {
        self.scope = scope
        self.until = until
        self.since = since
    }
}
