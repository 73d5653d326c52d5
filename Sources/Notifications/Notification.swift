import MessageDigest

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
    /// What a digest stands for; empty in others.
    public var heldBack: [Notification] = []

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

extension Notification {
    /// Titles that a digest lists.
    static let mostTitles = 50

    /// One in place of several that a ceiling held back, at least one. Its key depends on theirs.
    public static func digest(of notifications: [Notification]) -> Notification {
        let titles = notifications.prefix(mostTitles).map { notification in
            let title = NoticeText.shortened(NoticeText.line(notification.title), to: 200)
            return "- \(title.isEmpty ? "(no title)" : title)"
                + (notification.rule.isEmpty ? "" : " (\(notification.rule))")
        }
        let rest = notifications.count - titles.count
        let keys = notifications.map(\.key).joined(separator: "\n")
        var digest = Notification(
            title: "\(notifications.count) notifications",
            body: (titles + (rest > 0 ? ["and \(rest) more"] : [])).joined(separator: "\n"),
            key: "digest-\(MessageDigest.hex(Array(MessageDigest.sha256(Array(keys.utf8)).prefix(16))))",
            account: notifications.first?.account ?? "", rule: "", messageID: "", plan: "")
        digest.heldBack = notifications
        return digest
    }
}
