/// One message to a person: what a rule's `notify` says, and where it comes from.
public struct Notification: Hashable, Sendable {
    public var title: String
    public var body: String
    /// The same for every attempt at this notification (idempotency).
    public var key: String
    public var account: String
    public var rule: String
    public var messageID: String
    public var plan: String

    public init(
        title: String, body: String, key: String, account: String, rule: String, messageID: String, plan: String
    ) {
        self.title = title
        self.body = body
        self.key = key
        self.account = account
        self.rule = rule
        self.messageID = messageID
        self.plan = plan
    }
}
