import MailModel

/// One message of a mailbox as it was last seen; what flag changes are told by.
public struct MirrorEntry: Hashable, Sendable {
    public var key: MessageKey
    public var flags: Set<Flag>
    public var modSeq: ModSeq?
    /// How many changes of its flags were seen; the `n` of the trigger `flags:<n>`. A new row never starts below the
    /// changes that have a plan.
    public var changes: Int
    /// Stored beside what is known already; `nil` leaves that as it is.
    public var facts: MirroredFacts?

    public init(
        key: MessageKey, flags: Set<Flag>, modSeq: ModSeq? = nil, changes: Int = 0, facts: MirroredFacts? = nil
    ) {
        self.key = key
        self.flags = flags
        self.modSeq = modSeq
        self.changes = changes
        self.facts = facts
    }
}

/// What is kept of a message so that rules can be asked about it when it is gone.
public struct MirroredFacts: Hashable, Sendable {
    public var identity: MessageIdentity
    /// INTERNALDATE in seconds since 1970.
    public var internalDate: Int64
    /// RFC822.SIZE in bytes.
    public var size: Int
    /// The header fields that rules can need, as a header block.
    public var header: [UInt8]
    /// Whether `header` holds every field of the message.
    public var headerIsWhole: Bool

    public init(
        identity: MessageIdentity, internalDate: Int64, size: Int, header: [UInt8], headerIsWhole: Bool
    ) {
        self.identity = identity
        self.internalDate = internalDate
        self.size = size
        self.header = header
        self.headerIsWhole = headerIsWhole
    }
}

/// How far the mirror of a mailbox is built, and up to where it is in step with the server.
public struct MirrorState: Hashable, Sendable {
    /// Which header fields the mirror keeps of each message.
    public enum Fields: Hashable, Sendable {
        case none
        /// In lower case.
        case some(Set<String>)
        case all

        /// Whether these are enough where those are wanted.
        public func suffice(for wanted: Fields) -> Bool {
            switch (self, wanted) {
            case (_, .none), (.all, _): true
            case (.some(let kept), .some(let names)): kept.isSuperset(of: names)
            case (.none, _), (.some, .all): false
            }
        }
    }

    public var account: AccountName
    public var mailbox: MailboxName
    public var uidValidity: UIDValidity
    /// While it is being built: the first UID that is not in it yet.
    public var builtTo: UID
    public var isComplete: Bool
    /// `nil` where the server keeps none, or none is known.
    public var modSeq: ModSeq?
    public var fields: Fields

    public init(
        account: AccountName, mailbox: MailboxName, uidValidity: UIDValidity, builtTo: UID = .first,
        isComplete: Bool = false, modSeq: ModSeq? = nil, fields: Fields = .none
    ) {
        self.account = account
        self.mailbox = mailbox
        self.uidValidity = uidValidity
        self.builtTo = builtTo
        self.isComplete = isComplete
        self.modSeq = modSeq
        self.fields = fields
    }
}
