import MailModel

/// Which plans `Journal.plans` gives. What is left out does not narrow; what is given narrows together.
public struct PlanQuery: Hashable, Sendable {
    /// `nil`: any; empty: none.
    public var ids: Set<PlanID>?
    /// Only plans above this number, for following and paging.
    public var after: PlanID?
    /// Only plans below this number, for paging towards older ones.
    public var before: PlanID?
    /// Decided at or after, in seconds since 1970.
    public var since: Int64?
    /// Decided before, in seconds since 1970.
    public var until: Int64?
    /// A rule that matched.
    public var rule: String?
    public var account: AccountName?
    public var mailbox: MailboxName?
    /// With or without its brackets.
    public var messageID: String?
    public var identity: MessageIdentity?
    public var key: MessageKey?
    public var trigger: PlanTrigger?
    /// The trigger up to its first colon: `new`, `sweep`, `flags`.
    public var triggerKind: String?
    /// `nil`: any; empty: none.
    public var states: Set<PlanState>?
    public var limit: Int?
    public var newestFirst: Bool

    public init(
        id: PlanID? = nil, ids: Set<PlanID>? = nil, after: PlanID? = nil, before: PlanID? = nil,
        since: Int64? = nil, until: Int64? = nil, rule: String? = nil, account: AccountName? = nil,
        mailbox: MailboxName? = nil, messageID: String? = nil, identity: MessageIdentity? = nil,
        key: MessageKey? = nil, trigger: PlanTrigger? = nil, triggerKind: String? = nil, state: PlanState? = nil,
        states: Set<PlanState>? = nil, limit: Int? = nil, newestFirst: Bool = false
    ) {
        self.ids = id.map { [$0] } ?? ids
        self.after = after
        self.before = before
        self.since = since
        self.until = until
        self.rule = rule
        self.account = account
        self.mailbox = mailbox
        self.messageID = messageID
        self.identity = identity
        self.key = key
        self.trigger = trigger
        self.triggerKind = triggerKind
        self.states = state.map { [$0] } ?? states
        self.limit = limit
        self.newestFirst = newestFirst
    }
}

/// How much of what the journal holds.
public struct JournalCounts: Hashable, Sendable {
    /// States without plans are left out.
    public var plans: [PlanState: Int]
    /// States without rows are left out.
    public var outbox: [OutboxState: Int]
    /// Delayed actions that are not due yet or not done.
    public var timers: Int

    public init(plans: [PlanState: Int] = [:], outbox: [OutboxState: Int] = [:], timers: Int = 0) {
        self.plans = plans
        self.outbox = outbox
        self.timers = timers
    }
}
