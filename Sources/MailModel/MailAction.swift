/// What a rule asks for. A value: nothing happens until it was journalled.
public enum MailAction: Hashable, Sendable, Codable {
    case move(FolderTarget)
    case copy(FolderTarget)
    /// Moves to the account's folder of that role.
    case trash
    case archive
    case junk
    case mark(flag: String)
    case unmark(flag: String)
    case keyword(String)
    case unkeyword(String)
    case forward(ForwardRequest)
    case redirect(RedirectRequest)
    case reply(ReplyRequest)
    case notify(NotifyRequest)
    /// Runs a configured program with the message on standard input.
    case pipe(program: String)
    /// Out of INBOX until then (seconds since 1970).
    case snooze(until: Int64)
    case log(String)

    /// Whether it takes the message out of its folder, and so ends the run for it.
    public var removesFromSource: Bool {
        switch self {
        case .move, .trash, .archive, .junk, .snooze: true
        case .copy, .mark, .unmark, .keyword, .unkeyword, .forward, .redirect, .reply, .notify, .pipe, .log: false
        }
    }

    /// Whether a rule's `limit` counts a plan for it (DESIGN §2.10): it moves, trashes, sends or runs something.
    public var countsTowardsLimit: Bool {
        switch self {
        case .move, .trash, .archive, .junk, .snooze, .forward, .redirect, .reply, .pipe: true
        case .copy, .mark, .unmark, .keyword, .unkeyword, .notify, .log: false
        }
    }

    /// The name that rules and JSON use.
    public var name: String {
        switch self {
        case .move: "move"
        case .copy: "copy"
        case .trash: "trash"
        case .archive: "archive"
        case .junk: "junk"
        case .mark: "mark"
        case .unmark: "unmark"
        case .keyword: "keyword"
        case .unkeyword: "unkeyword"
        case .forward: "forward"
        case .redirect: "redirect"
        case .reply: "reply"
        case .notify: "notify"
        case .pipe: "pipe"
        case .snooze: "snooze"
        case .log: "log"
        }
    }
}

/// A folder to file into: by name or by role, in this or another account.
public struct FolderTarget: Hashable, Sendable, Codable {
    public enum Place: Hashable, Sendable, Codable {
        case name(String)
        case role(MailboxRole)
    }

    /// `nil`: the message's own account.
    public var account: String?
    public var place: Place
    /// Whether a missing folder is made.
    public var create: Bool

    public init(account: String? = nil, place: Place, create: Bool = true) {
        self.account = account
        self.place = place
        self.create = create
    }
}

/// What happens when a send's outcome is unknown (DESIGN §2.5).
public enum UnknownPolicy: String, Hashable, Sendable, Codable {
    case resend, hold
}

public struct ForwardRequest: Hashable, Sendable, Codable {
    public enum Form: String, Hashable, Sendable, Codable {
        case attachment, inline
    }

    public var to: [String]
    public var form: Form
    /// Text put above the forwarded message; empty for none.
    public var note: String
    /// One of the account's own addresses; `nil`: the account's address.
    public var from: String?
    /// Released before the rest of the plan is safe.
    public var first: Bool
    /// `nil`: the account's policy.
    public var unknown: UnknownPolicy?

    public init(
        to: [String], form: Form = .attachment, note: String = "", from: String? = nil, first: Bool = false,
        unknown: UnknownPolicy? = nil
    ) {
        self.to = to
        self.form = form
        self.note = note
        self.from = from
        self.first = first
        self.unknown = unknown
    }
}

public struct RedirectRequest: Hashable, Sendable, Codable {
    public var to: [String]
    public var first: Bool
    public var unknown: UnknownPolicy?

    public init(to: [String], first: Bool = false, unknown: UnknownPolicy? = nil) {
        self.to = to
        self.first = first
        self.unknown = unknown
    }
}

public struct ReplyRequest: Hashable, Sendable, Codable {
    public var subject: String?
    public var text: String
    public var from: String?
    /// Seconds in which one correspondent gets at most one reply.
    public var period: Int64
    public var unknown: UnknownPolicy?

    public init(
        subject: String? = nil, text: String, from: String? = nil, period: Int64, unknown: UnknownPolicy? = nil
    ) {
        self.subject = subject
        self.text = text
        self.from = from
        self.period = period
        self.unknown = unknown
    }
}

public struct NotifyRequest: Hashable, Sendable, Codable {
    public var channel: String
    public var title: String
    public var body: String
    public var first: Bool

    public init(channel: String, title: String, body: String, first: Bool = false) {
        self.channel = channel
        self.title = title
        self.body = body
        self.first = first
    }
}
