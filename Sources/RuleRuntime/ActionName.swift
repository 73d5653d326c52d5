/// The actions that rules know, by name.
enum ActionName: String, CaseIterable {
    case move, copy, trash, archive, junk, mark, unmark, keyword, unkeyword, forward, redirect, reply, notify, pipe
    case snooze, stop, log

    /// What may stand in its table of options.
    var options: Set<String> {
        let delay: Set = ["after", "recheck"]
        return switch self {
        case .move, .copy: delay.union(["create"])
        case .trash, .archive, .junk, .mark, .unmark, .keyword, .unkeyword, .pipe: delay
        case .forward: delay.union(["to", "as", "note", "from", "first", "unknown"])
        case .redirect: delay.union(["to", "first", "unknown"])
        case .reply: delay.union(["subject", "text", "from", "period", "unknown"])
        case .notify: delay.union(["channel", "title", "body", "first"])
        case .snooze: delay
        case .stop, .log: []
        }
    }

    var form: Form {
        switch self {
        case .move, .copy: .text("a folder")
        case .mark, .unmark: .text("a flag")
        case .keyword, .unkeyword: .text("a keyword")
        case .pipe: .text("a program's name")
        case .log: .text("a text")
        case .snooze: .text("a time")
        case .forward, .redirect, .reply, .notify: .table
        case .trash, .archive, .junk: .bare
        case .stop: .nothing
        }
    }

    enum Form: Equatable {
        /// One value, options second.
        case text(String)
        /// One table.
        case table
        /// Nothing, or a table of options.
        case bare
        case nothing
    }

    /// How it is written, for messages.
    var usage: String {
        switch self {
        case .move, .copy: "\(rawValue) \"Folder\" or \(rawValue)(\"Folder\", { after = \"30d\" })"
        case .mark, .unmark: "\(rawValue) \"seen\" or \(rawValue)(\"seen\", { after = \"30d\" })"
        case .keyword, .unkeyword: "\(rawValue) \"Name\" or \(rawValue)(\"Name\", { after = \"30d\" })"
        case .pipe: "pipe \"program\" or pipe(\"program\", { after = \"30d\" })"
        case .log: "log \"text\""
        case .snooze: "snooze \"2h\" or snooze \"07:30\""
        case .forward, .redirect: "\(rawValue) { to = \"a@example.org\" }"
        case .reply: "reply { text = \"...\" }"
        case .notify: "notify { channel = \"phone\", title = \"...\", body = \"...\" }"
        case .trash, .archive, .junk: "\(rawValue) or \(rawValue) { after = \"30d\" }"
        case .stop: "stop"
        }
    }
}
