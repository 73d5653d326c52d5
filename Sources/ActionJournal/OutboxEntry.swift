import MailModel

/// An outbox row's number in the journal. Never used again.
public struct OutboxID: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let rawValue: Int64

    public init(_ rawValue: Int64) { self.rawValue = rawValue }

    public var description: String { String(rawValue) }
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// How far one message to one recipient is.
///
/// `dotSent` is durable before the final dot goes out: only then can a lost reply mean `unknown`.
public enum OutboxState: String, Hashable, Sendable, CaseIterable, Codable {
    /// Not released: the rest of the plan is not safe yet.
    case waiting
    case ready, begun
    case dotSent = "dot_sent"
    case accepted, refused, unknown, held, superseded
}

/// What came of one attempt to send.
public enum AttemptResult: String, Hashable, Sendable, CaseIterable, Codable {
    case accepted, refused, deferred, unknown
}

/// A message to one recipient, before it has a number.
public struct OutboxDraft: Hashable, Sendable {
    public var recipient: String
    /// The envelope sender.
    public var sender: String
    /// Of the message that is sent; the same in every attempt.
    public var messageID: String
    /// The file in the spool folder with the bytes; the same in every attempt.
    public var spool: String
    public var policy: UnknownPolicy

    public init(recipient: String, sender: String, messageID: String, spool: String, policy: UnknownPolicy) {
        self.recipient = recipient
        self.sender = sender
        self.messageID = messageID
        self.spool = spool
        self.policy = policy
    }
}

/// One attempt to send an outbox row.
public struct OutboxAttempt: Hashable, Sendable {
    /// Seconds since 1970.
    public var time: Int64
    public var result: AttemptResult
    /// What the server answered, or what happened instead.
    public var text: String

    public init(time: Int64, result: AttemptResult, text: String) {
        self.time = time
        self.result = result
        self.text = text
    }
}

/// A row of the outbox: one message to one recipient.
public struct OutboxEntry: Hashable, Sendable {
    public var id: OutboxID
    public var plan: PlanID
    public var step: StepID
    /// The account that sends.
    public var account: AccountName
    /// The message that made it, for the loop guards.
    public var identity: MessageIdentity
    public var draft: OutboxDraft
    public var state: OutboxState
    /// Seconds since 1970 before which it is not tried; `nil`: at once.
    public var notBefore: Int64?
    /// Attempts begun.
    public var begun: Int
    /// Attempts with their results, oldest first; left empty by `dueOutbox`.
    public var attempts: [OutboxAttempt]

    public init(
        id: OutboxID, plan: PlanID, step: StepID, account: AccountName, identity: MessageIdentity,
        draft: OutboxDraft, state: OutboxState, notBefore: Int64? = nil, begun: Int = 0,
        attempts: [OutboxAttempt] = []
    ) {
        self.id = id
        self.plan = plan
        self.step = step
        self.account = account
        self.identity = identity
        self.draft = draft
        self.state = state
        self.notBefore = notBefore
        self.begun = begun
        self.attempts = attempts
    }
}
