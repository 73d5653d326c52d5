/// What a webhook gets, as JSON. Keys are never renamed, only added.
struct WebhookPayload: Encodable {
    var title: String
    var body: String
    var account: String
    var rule: String
    var messageID: String
    var plan: String
    var key: String
    /// What a digest stands for; absent in others.
    var heldBack: [WebhookPayload]?

    init(_ notification: Notification) {
        title = notification.title
        body = notification.body
        account = notification.account
        rule = notification.rule
        messageID = notification.messageID
        plan = notification.plan
        key = notification.key
        heldBack = notification.heldBack.isEmpty ? nil : notification.heldBack.map(WebhookPayload.init)
    }

    private enum CodingKeys: String, CodingKey {
        case title, body, account, rule
        case messageID = "message_id"
        case plan, key
        case heldBack = "held_back"
    }
}
