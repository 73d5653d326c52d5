import MIMEParsing
import MailModel

/// The fields of `m`.
enum MessageField: String, CaseIterable {
    case account, folder, uid, event, flags, size, received, date, age, subject, from, to, cc, bcc
    case replyTo = "reply_to"
    case sender
    case listID = "list_id"
    case listUnsubscribe = "list_unsubscribe"
    case messageID = "message_id"
    case inReplyTo = "in_reply_to"
    case references, headers, text, html, attachments, parts, raw

    static let methods = ActionName.allCases.map(\.rawValue) + MessageMethod.allCases.map(\.rawValue)

    /// What has to be fetched when the value is not at hand.
    var need: MessageNeed {
        switch self {
        case .text, .html: .texts
        case .attachments, .parts, .raw: .body
        default: .wholeHeader
        }
    }

    /// The value for Lua; `nil`: not fetched. `age` and `headers` are the prelude's.
    func value(in view: MessageView) -> RuleValue? {
        let message = view.message
        return switch self {
        case .account: .string(message.account.rawValue)
        case .folder: .string(message.mailbox.rawValue)
        case .uid: .integer(Int64(message.uid))
        case .event: Self.event(message.event)
        case .flags: Self.flags(view.flags)
        case .size: .integer(Int64(message.size))
        case .received: .integer(message.received)
        case .date: view.date.map { $0.map { .integer($0) } ?? .null }
        case .subject: text("Subject", view)
        case .from: address("From", view)
        case .sender: address("Sender", view)
        case .to: addresses("To", view)
        case .cc: addresses("Cc", view)
        case .bcc: addresses("Bcc", view)
        case .replyTo: addresses("Reply-To", view)
        case .listID: view.listID.map { .string($0?.text ?? "") }
        case .listUnsubscribe: text("List-Unsubscribe", view)
        case .messageID: view.messageID.map { .string($0?.text ?? "") }
        case .inReplyTo: identifiers("In-Reply-To", view).map { .string($0.first ?? "") }
        case .references: identifiers("References", view).map { .list($0.map { .string($0) }) }
        case .text: view.body.map { .string($0.text) }
        case .html: view.outline.map { .string($0.html) }
        case .attachments: view.attachments.map { .list($0.map(Self.attachment)) }
        case .parts: view.parsed.map { .list($0.allParts.map(Self.part)) }
        case .raw: message.raw.map { .bytes($0) }
        case .age, .headers: .null
        }
    }

    private func text(_ name: String, _ view: MessageView) -> RuleValue? {
        view.values(name).map { .string($0.texts.first?.text ?? "") }
    }

    private func address(_ name: String, _ view: MessageView) -> RuleValue? {
        view.values(name).map { $0.addresses.first.map { Self.address($0.value) } ?? .null }
    }

    private func addresses(_ name: String, _ view: MessageView) -> RuleValue? {
        view.values(name).map { values in
            .object(metatable: "addresses", .list(values.addresses.map { Self.address($0.value) }))
        }
    }

    private func identifiers(_ name: String, _ view: MessageView) -> [String]? {
        view.values(name).map { $0.fields.flatMap { MessageIDList.parse($0.rawValue) } }
    }

    static func address(_ address: EmailAddress) -> RuleValue {
        .object(
            metatable: "address",
            table([
                ("name", .string(address.name)), ("address", .string(address.address)),
                ("domain", .string(address.domain)), ("localpart", .string(address.localpart)),
                ("detail", .string(address.detail)), ("header", .string(address.inHeader)),
            ]))
    }

    private static func event(_ event: RuleEvent) -> RuleValue {
        var added: Set<Flag> = []
        var removed: Set<Flag> = []
        if case .flags(let more, let fewer) = event { (added, removed) = (more, fewer) }
        return table([("kind", .string(event.name)), ("added", flags(added)), ("removed", flags(removed))])
    }

    private static func flags(_ flags: Set<Flag>) -> RuleValue { .list(flags.sorted().map { .string($0.name) }) }

    private static func attachment(_ attachment: Attachment) -> RuleValue {
        table([
            ("filename", .string(attachment.filename)), ("type", .string(attachment.type)),
            ("size", .integer(Int64(attachment.size))),
        ])
    }

    private static func part(_ part: MessagePart) -> RuleValue {
        table([
            ("path", .string(part.path)), ("type", .string(part.mediaType)),
            ("filename", .string(part.filename ?? "")), ("disposition", .string(part.disposition ?? "")),
            ("content_id", .string(part.contentID ?? "")), ("size", .integer(Int64(part.decodedSize))),
        ])
    }

    private static func table(_ fields: [(String, RuleValue)]) -> RuleValue {
        .table(fields.map { RulePair(key: .string($0.0), value: $0.1) })
    }
}
