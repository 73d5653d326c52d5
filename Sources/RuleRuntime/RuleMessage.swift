import MIMEParsing
import MailModel

/// What happened to a message.
public enum RuleEvent: Hashable, Sendable {
    case new
    case movedIn
    case removed
    case flags(added: Set<Flag>, removed: Set<Flag>)
    /// Due for that scheduled rule only.
    case schedule(rule: String)
    case sweep

    /// The name that rules use.
    public var name: String {
        switch self {
        case .new: "new"
        case .movedIn: "moved_in"
        case .removed: "removed"
        case .flags: "flags"
        case .schedule: "schedule"
        case .sweep: "sweep"
        }
    }
}

/// A message as it was found, with as much of it as was fetched.
public struct RuleMessage: Sendable {
    public var account: AccountName
    public var mailbox: MailboxName
    public var uid: UInt32
    public var event: RuleEvent
    public var flags: Set<Flag>
    /// Bytes.
    public var size: Int
    /// INTERNALDATE, seconds since 1970.
    public var received: Int64
    public var header: HeaderBlock
    /// Whether `header` holds every field; otherwise it holds those of `fetchedFields`.
    public var headerIsWhole: Bool
    /// Lower-cased names of the fields that were asked for; `nil`: those of the runtime's `needs`.
    public var fetchedFields: Set<String>?
    /// The whole message, once fetched.
    public var raw: [UInt8]?
    /// The message without the contents of its files (`MessageExcerpt`), when that was fetched instead.
    public var excerpt: [UInt8]?

    public init(
        account: AccountName, mailbox: MailboxName, uid: UInt32, event: RuleEvent, flags: Set<Flag>, size: Int,
        received: Int64, header: HeaderBlock, headerIsWhole: Bool, fetchedFields: Set<String>? = nil,
        raw: [UInt8]? = nil
    ) {
        self.account = account
        self.mailbox = mailbox
        self.uid = uid
        self.event = event
        self.flags = flags
        self.size = size
        self.received = received
        self.header = header
        self.headerIsWhole = headerIsWhole
        self.fetchedFields = fetchedFields
        self.raw = raw
    }
}
