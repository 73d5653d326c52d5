/// A kind of value that rules get hold of, with what can be read of it and asked of it.
struct ReferenceObject: Sendable {
    /// Its class in the annotations.
    var name: String
    /// For messages: `an address has no field "adress"`.
    var title: String
    var text: String
    /// What must be there to get one; examples see it as `it`.
    var getting: String
    var fields: [ReferenceEntry] = []
    /// Called with a colon.
    var methods: [ReferenceEntry] = []
    /// What `it[key]` gives for any key.
    var element: (key: ReferenceType, value: ReferenceType)?

    var names: [String] { (fields + methods).map(\.name) }
}

extension ReferenceObject {
    static let all = [address, flags, headers, event, attachment, part, expression, list]

    static let address = ReferenceObject(
        name: "Address", title: "an address", text: "An address, which prints as a header would show it.",
        getting: "m.from",
        fields: [
            ReferenceEntry("name", .text, "The display name.", example: "print(it.name)"),
            ReferenceEntry("address", .text, "`localpart@domain`.", example: "print(it.address)"),
            ReferenceEntry("domain", .text, "What stands behind the `@`.", example: "print(it.domain)"),
            ReferenceEntry("localpart", .text, "What stands before the `@`.", example: "print(it.localpart)"),
            ReferenceEntry(
                "detail", .text, "What stands behind the `+` of the local part.", example: "print(it.detail)"),
        ])

    static let flags = ReferenceObject(
        name: "Flags", title: "flags", text: "The names of flags in order, and each name `true`.", getting: "m.flags",
        fields: MessageFlagName.allCases.map { flag in
            ReferenceEntry(flag.rawValue, .boolean, flag.text, example: ReferenceExample("print(it.\(flag.rawValue))"))
        }, element: (.text, .boolean))

    static let headers = ReferenceObject(
        name: "Headers", title: "m.headers", text: "Header fields by name; `pairs` gives every one in order.",
        getting: "m.headers", element: (.text, .text))

    static let event = ReferenceObject(
        name: "Event", title: "m.event", text: "What happened to the message.", getting: "m.event",
        fields: [
            ReferenceEntry(
                "kind", .choice(RuleEventKind.allCases.map(\.rawValue) + ["sweep"]),
                "Which event it is.", example: "print(it.kind)"),
            ReferenceEntry(
                "added", .named("Flags"), "With `flags`: what was set.",
                example: "if it.added.flagged then m:copy \"Flagged\" end"),
            ReferenceEntry(
                "removed", .named("Flags"), "With `flags`: what was taken away.", example: "print(#it.removed)"),
        ])

    private static let size = ReferenceEntry("size", .integer, "Its decoded bytes.", example: "print(it.size)")
    private static let content = ReferenceEntry(
        "content", .text, "Its decoded bytes.", example: "print(#it.content)")
    private static let mediaType = ReferenceEntry(
        "type", .text, "Its media type: `application/pdf`.", example: "print(it.type)")
    private static let filename = ReferenceEntry(
        "filename", .text, "Its file name, decoded; `\"\"` without one.", example: "print(it.filename)")

    static let attachment = ReferenceObject(
        name: "Attachment", title: "an attachment", text: "A file that came with the message.",
        getting: "m.attachments[1]", fields: [filename, mediaType, size, content])

    static let part = ReferenceObject(
        name: "Part", title: "a part", text: "A part of the message's structure.", getting: "m.parts[1]",
        fields: [
            ReferenceEntry("path", .text, "Where it stands: `1.2`.", example: "print(it.path)"), mediaType, filename,
            ReferenceEntry(
                "disposition", .text, "`inline`, `attachment`, or `\"\"`.", example: "print(it.disposition)"),
            ReferenceEntry(
                "content_id", .text, "Its `Content-ID` without brackets.", example: "print(it.content_id)"), size,
            content,
        ])

    static let expression = ReferenceObject(
        name: "Expression", title: "a regex", text: "A Perl-compatible expression, compiled.",
        getting: "regex [[#(\\d+)]]",
        methods: [
            ReferenceEntry(
                "match", .named("string?"), [ReferenceParameter("text", .text, "")],
                "The captures of the first match, all of it when there are none, or nothing; a capture that took no part"
                    + " is `false`.", example: "print(it:match(m.subject))"),
            ReferenceEntry(
                "test", .boolean, [ReferenceParameter("text", .text, "")], "Whether it is found.",
                example: "if it:test(m.subject) then m:mark \"flagged\" end"),
        ])

    static let list = ReferenceObject(
        name: "List", title: "a list", text: "Lines of a file or addresses of a vCard, in order.",
        getting: "vip",
        methods: [
            ReferenceEntry(
                "has", .boolean, [ReferenceParameter("text", .text, "")],
                "Whether the text is in it, whatever its case; as a list it goes to `:one_of`.",
                example: "if m.from and it:has(m.from.address) then m:mark \"flagged\" end")
        ], element: (.integer, .text))
}

/// The flags that have names of their own; any other name is a keyword.
enum MessageFlagName: String, CaseIterable {
    case seen, flagged, answered, draft

    var text: String {
        switch self {
        case .seen: "It was read."
        case .flagged: "It is marked, with a star or a flag."
        case .answered: "It was answered."
        case .draft: "It is not finished."
        }
    }
}

/// What can be asked of `m` besides actions.
enum MessageMethod: String, CaseIterable {
    case ask = "is"
    case headerAll = "header_all"

    var reference: ReferenceEntry {
        switch self {
        case .ask:
            ReferenceEntry(
                rawValue, .boolean, [ReferenceParameter("condition", .named("Condition"), "")],
                "Asks a condition of the message.",
                example: "if m:is(from:domain \"apple.com\" & ~bulk) then m:mark \"flagged\" end")
        case .headerAll:
            ReferenceEntry(
                rawValue, .textList, [ReferenceParameter("name", .text, "")],
                "The values of every header field of that name, in order.",
                example: "print(#m:header_all \"Received\")")
        }
    }
}
