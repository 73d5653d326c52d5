import MailModel

/// What one step does on a server or outside; the table of DESIGN §2 says which may be repeated.
public enum StepKind: String, Hashable, Sendable, CaseIterable, Codable {
    case storeFlags = "store_flags"
    case createFolder = "create_folder"
    case uidCopy = "uid_copy"
    case uidMove = "uid_move"
    case markDeleted = "mark_deleted"
    case uidExpunge = "uid_expunge"
    case append
    case submit, notify, pipe

    /// Whether it waits for the removal from the source, and cannot be taken back.
    public var leavesTheMailServer: Bool {
        switch self {
        case .submit, .notify, .pipe: true
        case .storeFlags, .createFolder, .uidCopy, .uidMove, .markDeleted, .uidExpunge, .append: false
        }
    }
}

/// A step as it is planned, before it has a number.
public struct StepDraft: Hashable, Sendable {
    /// The place in the plan's order; unique in it.
    public var position: Int
    /// Which of the plan's actions it belongs to.
    public var actionIndex: Int
    public var kind: StepKind
    public var arguments: StepArguments
    /// `false`: it waits for `JournalFact.released`.
    public var released: Bool
    /// Seconds since 1970 before which it does not begin.
    public var notBefore: Int64?
    /// One for each recipient of a `submit`.
    public var outbox: [OutboxDraft]
    /// Why it is superseded from the beginning; `nil`: it is to be carried out.
    public var omitted: String?

    public init(
        position: Int, actionIndex: Int, kind: StepKind, arguments: StepArguments = StepArguments(),
        released: Bool = true, notBefore: Int64? = nil, outbox: [OutboxDraft] = [], omitted: String? = nil
    ) {
        self.position = position
        self.actionIndex = actionIndex
        self.kind = kind
        self.arguments = arguments
        self.released = released
        self.notBefore = notBefore
        self.outbox = outbox
        self.omitted = omitted
    }
}

/// What a step works on. Which fields count depends on its kind; the others stay as they are here.
public struct StepArguments: Hashable, Sendable {
    /// The target's account; `nil`: the message's own.
    public var account: String?
    /// The target mailbox.
    public var mailbox: String?
    /// Whether a missing target is made.
    public var create = false
    public var addFlags: [String] = []
    public var removeFlags: [String] = []
    /// The notify channel, and what it says.
    public var channel: String?
    public var title: String?
    public var body: String?
    /// The program of a `pipe`.
    public var program: String?
    /// The spooled bytes that the step needs.
    public var spool: String?
    /// The position of the copy that `markDeleted` and `uidExpunge` depend on.
    public var copyStep: Int?
    /// The position of the step that this one takes back, in the same plan.
    public var takesBack: Int?
    /// The copy in `mailbox` that a `uidExpunge` removes: one that is taken back.
    public var copy: Place?

    public init(
        account: String? = nil, mailbox: String? = nil, create: Bool = false, addFlags: [String] = [],
        removeFlags: [String] = [], channel: String? = nil, title: String? = nil, body: String? = nil,
        program: String? = nil, spool: String? = nil, copyStep: Int? = nil, takesBack: Int? = nil,
        copy: Place? = nil
    ) {
        self.account = account
        self.mailbox = mailbox
        self.create = create
        self.addFlags = addFlags
        self.removeFlags = removeFlags
        self.channel = channel
        self.title = title
        self.body = body
        self.program = program
        self.spool = spool
        self.copyStep = copyStep
        self.takesBack = takesBack
        self.copy = copy
    }

    /// A message's place in a mailbox that another field names.
    public struct Place: Hashable, Sendable, Codable {
        public var uidValidity: UInt32
        public var uid: UInt32
        /// What it is recognised by there; `nil`: by the plan's identity.
        public var identity: String?

        public init(uidValidity: UInt32, uid: UInt32, identity: String? = nil) {
            self.uidValidity = uidValidity
            self.uid = uid
            self.identity = identity
        }
    }
}

/// What was so just before a step began; with it recovery finds out whether the step happened.
public struct StepPrecondition: Codable, Hashable, Sendable {
    public var flagsBefore: [String]?
    public var targetUIDValidity: UInt32?
    /// A lower bound of the target's UIDNEXT: a copy made by this step has a UID at or above it.
    public var targetUIDNext: UInt32?
    /// The verified copy that removing the source rests on.
    public var copyUIDValidity: UInt32?
    public var copyUID: UInt32?
    /// What a receiver tells repetitions by.
    public var idempotencyKey: String?
    /// What a copy in another account is recognised by.
    public var contentIdentity: String?

    public init(
        flagsBefore: [String]? = nil, targetUIDValidity: UInt32? = nil, targetUIDNext: UInt32? = nil,
        copyUIDValidity: UInt32? = nil, copyUID: UInt32? = nil, idempotencyKey: String? = nil,
        contentIdentity: String? = nil
    ) {
        self.flagsBefore = flagsBefore
        self.targetUIDValidity = targetUIDValidity
        self.targetUIDNext = targetUIDNext
        self.copyUIDValidity = copyUIDValidity
        self.copyUID = copyUID
        self.idempotencyKey = idempotencyKey
        self.contentIdentity = contentIdentity
    }
}

/// What a step left behind: where the message is now, or what the other side said.
public struct StepOutcome: Codable, Hashable, Sendable {
    public var targetUIDValidity: UInt32?
    public var targetUID: UInt32?
    public var detail: String?
    /// The fault's name, where the step failed.
    public var code: String?
    /// The message's flags just before, as the server showed them.
    public var flagsBefore: [String]?

    public init(
        targetUIDValidity: UInt32? = nil, targetUID: UInt32? = nil, detail: String? = nil, code: String? = nil,
        flagsBefore: [String]? = nil
    ) {
        self.targetUIDValidity = targetUIDValidity
        self.targetUID = targetUID
        self.detail = detail
        self.code = code
        self.flagsBefore = flagsBefore
    }
}

// Written by hand so that only what is set is stored, and so that a field added later reads in old rows.
extension StepArguments: Codable {
    private enum CodingKeys: String, CodingKey {
        case account, mailbox, create, addFlags, removeFlags, channel, title, body, program, spool, copyStep
        case takesBack, copy
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        account = try values.decodeIfPresent(String.self, forKey: .account)
        mailbox = try values.decodeIfPresent(String.self, forKey: .mailbox)
        create = try values.decodeIfPresent(Bool.self, forKey: .create) ?? false
        addFlags = try values.decodeIfPresent([String].self, forKey: .addFlags) ?? []
        removeFlags = try values.decodeIfPresent([String].self, forKey: .removeFlags) ?? []
        channel = try values.decodeIfPresent(String.self, forKey: .channel)
        title = try values.decodeIfPresent(String.self, forKey: .title)
        body = try values.decodeIfPresent(String.self, forKey: .body)
        program = try values.decodeIfPresent(String.self, forKey: .program)
        spool = try values.decodeIfPresent(String.self, forKey: .spool)
        copyStep = try values.decodeIfPresent(Int.self, forKey: .copyStep)
        takesBack = try values.decodeIfPresent(Int.self, forKey: .takesBack)
        copy = try values.decodeIfPresent(Place.self, forKey: .copy)
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encodeIfPresent(account, forKey: .account)
        try values.encodeIfPresent(mailbox, forKey: .mailbox)
        if create { try values.encode(create, forKey: .create) }
        if !addFlags.isEmpty { try values.encode(addFlags, forKey: .addFlags) }
        if !removeFlags.isEmpty { try values.encode(removeFlags, forKey: .removeFlags) }
        try values.encodeIfPresent(channel, forKey: .channel)
        try values.encodeIfPresent(title, forKey: .title)
        try values.encodeIfPresent(body, forKey: .body)
        try values.encodeIfPresent(program, forKey: .program)
        try values.encodeIfPresent(spool, forKey: .spool)
        try values.encodeIfPresent(copyStep, forKey: .copyStep)
        try values.encodeIfPresent(takesBack, forKey: .takesBack)
        try values.encodeIfPresent(copy, forKey: .copy)
    }
}
