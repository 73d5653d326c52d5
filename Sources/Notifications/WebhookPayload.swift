/// What a webhook gets, as JSON. Keys are never renamed, only added.
struct WebhookPayload: Encodable {
    var title: String
    var body: String
    var account: String
    var rule: String
    var messageID: String
    var plan: String
    var key: String

    init(_ notification: Notification) {
        title = notification.title
        body = notification.body
        account = notification.account
        rule = notification.rule
        messageID = notification.messageID
        plan = notification.plan
        key = notification.key
    }

    private enum CodingKeys: String, CodingKey {
        case title, body, account, rule
        case messageID = "message_id"
        case plan, key
    }
}
