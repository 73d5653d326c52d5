import MailModel

/// A timer's number in the journal.
public struct TimerID: Hashable, Sendable, CustomStringConvertible {
    public let rawValue: Int64

    public init(_ rawValue: Int64) { self.rawValue = rawValue }

    public var description: String { String(rawValue) }
}

/// A delayed action of the plan that it is stored with.
public struct TimerDraft: Hashable, Sendable {
    /// Which of the plan's actions is delayed.
    public var actionIndex: Int
    /// Seconds since 1970.
    public var due: Int64
    /// Whether the rule's condition is asked again when it is due.
    public var recheck: Bool

    public init(actionIndex: Int, due: Int64, recheck: Bool = false) {
        self.actionIndex = actionIndex
        self.due = due
        self.recheck = recheck
    }
}

/// A delayed action that did not come to pass yet.
public struct JournalTimer: Hashable, Sendable {
    public var id: TimerID
    public var plan: PlanID
    public var draft: TimerDraft

    public init(id: TimerID, plan: PlanID, draft: TimerDraft) {
        self.id = id
        self.plan = plan
        self.draft = draft
    }
}
