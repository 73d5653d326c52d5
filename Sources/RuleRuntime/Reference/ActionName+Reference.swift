/// What an action takes, in words and as data.
struct ActionReference: Sendable {
    enum Form: Sendable {
        /// One value, options second.
        case value(ReferenceParameter, expected: String)
        /// One table.
        case table
        /// Nothing, or a table of options.
        case bare
        case nothing
    }

    var form: Form
    /// How it is written, for messages.
    var usage: String
    var options: [ReferenceParameter]
    var since = ReferenceEntry.firstVersion
    var text: String
    var example: String

    init(
        _ form: Form, _ usage: String, _ options: [ReferenceParameter], _ text: String, example: String
    ) {
        self.form = form
        self.usage = usage
        self.options = options
        self.text = text
        self.example = example
    }
}

extension ActionName {
    private static let references = Dictionary(uniqueKeysWithValues: allCases.map { ($0, $0.described()) })

    var reference: ActionReference { Self.references[self] ?? described() }

    private func described() -> ActionReference {
        switch self {
        case .move, .copy, .trash, .archive, .junk, .snooze: filing
        case .mark, .unmark, .keyword, .unkeyword: flagging
        case .forward, .redirect, .reply: sending
        case .notify, .pipe, .stop, .log: others
        }
    }

    private var filing: ActionReference {
        let folder = ReferenceParameter(
            "folder", .folder, "levels separated by `/`; `\"work:Clients\"` is in another account; or a `role`")
        return switch self {
        case .copy:
            ActionReference(
                .value(folder, expected: "a folder"), "copy \"Folder\" or copy(\"Folder\", { after = \"30d\" })",
                .delay + [.create], "Puts a copy into a folder, which is made when it is missing; the message stays.",
                example: "copy \"Taxes/2030\"")
        case .trash:
            ActionReference(
                .bare, "trash or trash { after = \"30d\" }", .delay,
                "Moves the message to the Trash folder; nothing is deleted for good.",
                example: "trash { after = \"30d\" }")
        case .archive:
            ActionReference(
                .bare, "archive or archive { after = \"30d\" }", .delay, "Moves the message to the Archive folder.",
                example: "archive")
        case .junk:
            ActionReference(
                .bare, "junk or junk { after = \"30d\" }", .delay, "Moves the message to the Junk folder.",
                example: "junk")
        case .snooze:
            ActionReference(
                .value(
                    ReferenceParameter(
                        "time", .named("Duration|TimeOfDay|Time"),
                        "a duration, the next such time of day, or a date with a time"), expected: "a time"),
                "snooze \"2h\" or snooze \"07:30\"", .delay,
                "Takes the message out of the inbox and brings it back, unread, at that time.",
                example: "snooze \"07:30\"")
        default:
            ActionReference(
                .value(folder, expected: "a folder"), "move \"Folder\" or move(\"Folder\", { after = \"30d\" })",
                .delay + [.create],
                "Moves the message to a folder, which is made when it is missing, and ends the rules for it.",
                example: "move(\"Receipts\", { after = \"30d\" })")
        }
    }

    private var flagging: ActionReference {
        let flag = ReferenceParameter(
            "flag", .named("FlagName"), "`\"seen\"`, `\"flagged\"`, `\"answered\"`, `\"draft\"`, or a keyword")
        let keyword = ReferenceParameter("name", .text, "the keyword, without spaces")
        return switch self {
        case .mark:
            ActionReference(
                .value(flag, expected: "a flag"), "mark \"seen\" or mark(\"seen\", { after = \"30d\" })", .delay,
                "Sets a flag.", example: "mark \"flagged\"")
        case .unmark:
            ActionReference(
                .value(flag, expected: "a flag"), "unmark \"seen\" or unmark(\"seen\", { after = \"30d\" })", .delay,
                "Takes a flag away.", example: "unmark \"seen\"")
        case .keyword:
            ActionReference(
                .value(keyword, expected: "a keyword"), "keyword \"Name\" or keyword(\"Name\", { after = \"30d\" })",
                .delay, "Sets a keyword, which many programs show as a label.", example: "keyword \"Invoice\"")
        default:
            ActionReference(
                .value(keyword, expected: "a keyword"),
                "unkeyword \"Name\" or unkeyword(\"Name\", { after = \"30d\" })", .delay, "Takes a keyword away.",
                example: "unkeyword(\"Invoice\", { after = \"1w\" })")
        }
    }

    private var sending: ActionReference {
        switch self {
        case .forward:
            ActionReference(
                .table, "forward { to = \"a@example.org\" }",
                [.recipients, .form, .note, .sender, .first, .unknown] + .delay,
                "Sends a new message from the account's address with this one in it.",
                example: "forward { to = \"oncall@example.com\", as = \"inline\", note = \"For you.\", first = true }")
        case .redirect:
            ActionReference(
                .table, "redirect { to = \"a@example.org\" }", [.recipients, .first, .unknown] + .delay,
                "Sends the message on as it is, with `Resent-` fields; some providers refuse that.",
                example: "redirect { to = { \"a@example.com\", \"b@example.com\" } }")
        default:
            ActionReference(
                .table, "reply { text = \"...\" }",
                [.replyText, .replySubject, .sender, .period, .unknown] + .delay,
                "Answers a person; never lists, automatic mail, or the same correspondent again within `period`.",
                example: "reply { text = \"I am back on Monday.\", period = \"1w\" }")
        }
    }

    private var others: ActionReference {
        switch self {
        case .notify:
            ActionReference(
                .table, "notify { channel = \"phone\", title = \"...\", body = \"...\" }",
                [.channel, .title, .body, .first] + .delay, "Tells a notify channel of the configuration.",
                example: "notify { channel = \"phone\", title = \"A letter\", body = \"from home\" }")
        case .pipe:
            ActionReference(
                .value(
                    ReferenceParameter("program", .text, "the name of a `[programs.NAME]` of the configuration"),
                    expected: "a program's name"), "pipe \"program\" or pipe(\"program\", { after = \"30d\" })", .delay,
                "Runs a program of the configuration with the message on its standard input.",
                example: "pipe \"archiver\"")
        case .stop:
            ActionReference(
                .nothing, "stop", [], "Ends the rules for this message; as `m:stop()` it ends the function at once.",
                example: "stop")
        default:
            ActionReference(
                .value(ReferenceParameter("text", .text, "what to write"), expected: "a text"), "log \"text\"", [],
                "Writes a line to the log and into the plan; in a function it may be called without `m:`.",
                example: "log \"a receipt came\"")
        }
    }
}
