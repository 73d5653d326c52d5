/// What a subject is about, in words and as data.
struct SubjectReference: Sendable {
    enum Source: Sendable {
        /// Every address of these header fields.
        case addresses([String])
        case header(String)
        case text(TextSource)
        case size
        case time(TimeSource)
        case authentication
    }

    var source: Source
    var since = ReferenceEntry.firstVersion
    var text: String
    var example: String

    init(_ source: Source, _ text: String, example: String) {
        self.source = source
        self.text = text
        self.example = example
    }

    var group: SubjectGroup {
        switch source {
        case .addresses: .address
        case .header, .text: .text
        case .size: .size
        case .time: .time
        case .authentication: .authentication
        }
    }
}

extension SubjectName {
    var reference: SubjectReference {
        switch self {
        case .from: .init(.addresses(["From"]), "Who wrote it.", example: "from:domain \"apple.com\"")
        case .to: .init(.addresses(["To"]), "The `To` addresses.", example: "to:detail \"shop\"")
        case .cc: .init(.addresses(["Cc"]), "The `Cc` addresses.", example: "cc:me()")
        case .bcc: .init(.addresses(["Bcc"]), "The `Bcc` addresses.", example: "~bcc:exists()")
        case .replyTo:
            .init(.addresses(["Reply-To"]), "Where answers are wanted.", example: "reply_to:domain \"acme.example\"")
        case .sender:
            .init(
                .addresses(["Sender"]), "The `Sender` address, when somebody else than `From` sent it.",
                example: "sender:exists()")
        case .recipient:
            .init(
                .addresses(["To", "Cc", "Bcc"]), "All addresses of `To`, `Cc` and `Bcc` together.",
                example: "recipient:is \"team@acme.example\"")
        case .subject: .init(.header("Subject"), "The subject, decoded.", example: "subject:contains \"receipt\"")
        case .listID:
            .init(
                .text(.listID), "The identifier between the brackets of `List-Id`.",
                example: "list_id:ends \".lists.example\"")
        case .messageID:
            .init(.text(.messageID), "The `Message-ID` without brackets.", example: "message_id:ends \"@apple.com\"")
        case .body:
            .init(.text(.body), "The text of the message, as `m.text`.", example: "body:contains \"unsubscribe\"")
        case .filename:
            .init(.text(.filename), "The names of the attachments, each alone.", example: "filename:ends \".pdf\"")
        case .size: .init(.size, "The size of the whole message.", example: "size:over \"5MB\"")
        case .date: .init(.time(.date), "The time that the sender gave it.", example: "date:before \"2020-01-01\"")
        case .received:
            .init(
                .time(.received), "The time at which the server got it.",
                example: "received:between(\"22:00\", \"07:00\")")
        case .auth:
            .init(
                .authentication, "What the receiving server found out about the sender (`Authentication-Results`).",
                example: "auth:pass \"dkim\"")
        }
    }
}
