/// The globals that test files have besides those of rules.
enum TestGlobal: String, CaseIterable {
    case test, message, file

    var reference: ReferenceEntry {
        switch self {
        case .test:
            ReferenceEntry(
                rawValue, .named("fun(definition: TestDefinition)"), [ReferenceParameter("name", .text, "")],
                "Makes a test of the name and the table behind it.",
                example: """
                    test "receipts are filed" {
                      message = message { from = "a@apple.com", subject = "Your receipt", text = "12.99" },
                      expect  = { mark "seen", move "Receipts" },
                      rules   = { "Receipts" },
                    }
                    """)
        case .message:
            ReferenceEntry(
                rawValue, .named("TestMessage"), [ReferenceParameter("fields", .named("MessageDefinition"), "")],
                "A message made of its fields.",
                example: ReferenceExample(
                    "message = message { from = \"Sam <sam@example.org>\", text = \"hi\" }", .testKey))
        case .file:
            ReferenceEntry(
                rawValue, .named("TestMessage"),
                [
                    ReferenceParameter("name", .text, "beside the test file, inside the rules folder"),
                    ReferenceParameter("fields", .named("MessageDefinition"), optional: true, ""),
                ], "A message from a file.", example: ReferenceExample("message = file \"receipt.eml\"", .testKey))
        }
    }
}

/// The keys of a test's table.
enum TestKey: String, CaseIterable {
    case message, expect, rules, before, now, state

    /// Either `expect` or `rules` is needed as well.
    var isRequired: Bool { self == .message }

    var reference: ReferenceEntry {
        func entry(_ type: ReferenceType, _ text: String, _ example: String) -> ReferenceEntry {
            ReferenceEntry(rawValue, type, text, example: ReferenceExample(example))
        }
        return switch self {
        case .message: entry(.named("TestMessage"), "The message that comes.", "message = file \"receipt.eml\"")
        case .expect:
            entry(
                .named("Action|Action[]"), "The actions of its plan, in any order; `{}` for none.",
                "expect = { mark \"seen\", move \"Receipts\" }")
        case .rules: entry(.textList, "The rules that matched, in order.", "rules = { \"Receipts\" }")
        case .before:
            entry(
                .named("TestMessage[]"), "Messages that are decided first, for rules that remember.",
                "before = { message { from = \"sam@example.org\", subject = \"hi\" } }")
        case .state:
            entry(
                .named("table<string, table>"), "What `state` of each rule begins with, by the rule's name.",
                "state = { [\"Receipts\"] = { count = 3 } }")
        case .now:
            entry(
                .time, "The time of the decision; default: when the message was received.", "now = \"2030-01-31 08:00\""
            )
        }
    }
}

/// The keys of `message { }` in a test.
enum TestMessageKey: String, CaseIterable {
    case from, to, cc, bcc
    case replyTo = "reply_to"
    case sender, subject, text, html, attachments, headers
    case listID = "list_id"
    case listUnsubscribe = "list_unsubscribe"
    case messageID = "message_id"
    case inReplyTo = "in_reply_to"
    case references, date
    case account, folder, event, received, flags, uid, size

    /// Where a message lies: what a `file` may have as well.
    static let places: [TestMessageKey] = [.account, .folder, .event, .received, .flags, .uid, .size]

    var reference: ReferenceEntry {
        func entry(_ type: ReferenceType, _ text: String, _ example: String) -> ReferenceEntry {
            ReferenceEntry(rawValue, type, text, example: ReferenceExample(example))
        }
        return switch self {
        case .from: entry(.text, "The `From` header.", "from = \"Sam Jones <sam@example.org>\"")
        case .to: entry(.texts, "The `To` header; default: the account's address.", "to = { \"jane@icloud.com\" }")
        case .cc: entry(.texts, "The `Cc` header.", "cc = \"team@acme.example\"")
        case .bcc: entry(.texts, "The `Bcc` header.", "bcc = \"jane@icloud.com\"")
        case .replyTo: entry(.texts, "The `Reply-To` header.", "reply_to = \"sam@example.org\"")
        case .sender: entry(.text, "The `Sender` header.", "sender = \"office@example.org\"")
        case .subject: entry(.text, "The `Subject` header.", "subject = \"Your receipt\"")
        case .text: entry(.text, "The plain text.", "text = \"Total: 12.99\"")
        case .html: entry(.text, "The HTML text.", "html = \"<p>Total: 12.99</p>\"")
        case .attachments:
            entry(
                .named("AttachmentDefinition[]"), "Its attachments: `filename`, `type`, `content`.",
                "attachments = { { filename = \"a.pdf\", type = \"application/pdf\", content = \"%PDF\" } }")
        case .headers:
            entry(
                .named("table<string, string|string[]>"), "Any other header fields.",
                "headers = { [\"X-Tag\"] = \"1\" }")
        case .listID: entry(.text, "The `List-Id` header.", "list_id = \"Dev <dev.lists.example>\"")
        case .listUnsubscribe:
            entry(
                .text, "The `List-Unsubscribe` header.", "list_unsubscribe = \"<https://lists.example/leave>\"")
        case .inReplyTo: entry(.texts, "The `In-Reply-To` header.", "in_reply_to = \"1@example.org\"")
        case .references: entry(.texts, "The `References` header.", "references = { \"1@example.org\" }")
        case .messageID: entry(.text, "The `Message-ID`, without brackets.", "message_id = \"1@example.org\"")
        case .date: entry(.time, "The `Date` header; default: `received`.", "date = \"2030-01-31 08:00\"")
        case .account:
            entry(.text, "The account it came to; default: the first of the configuration.", "account = \"home\"")
        case .folder: entry(.text, "The folder it came to; default `INBOX`.", "folder = \"INBOX\"")
        case .event:
            entry(
                .named("RuleEvent|EventDefinition"),
                "What happened: a name, or `{ kind =, added =, removed = }`; default `new`.",
                "event = { kind = \"flags\", added = { \"flagged\" } }")
        case .received:
            entry(
                .time, "When the server got it; default: the newest `Received`, else `date`, else now.",
                "received = \"2030-01-31 08:00\"")
        case .flags: entry(.textList, "Its flags and keywords.", "flags = { \"seen\" }")
        case .uid: entry(.integer, "Its number in the folder.", "uid = 7")
        case .size:
            entry(
                .named("Size"), "Its size; default: that of its bytes.", "size = \"5MB\"")
        }
    }
}
