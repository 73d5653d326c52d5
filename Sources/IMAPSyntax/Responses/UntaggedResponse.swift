import MailModel

/// A response that belongs to no command by name (RFC 3501 §7).
public enum UntaggedResponse: Hashable, Sendable {
    case status(ConditionStatus, ResponseCode?, String)
    /// In upper case.
    case capability([String])
    /// In upper case (RFC 5161).
    case enabled([String])
    case flags([Flag])
    case list(ListEntry)
    case lsub(ListEntry)
    case mailboxStatus(WireMailboxName, [StatusAttribute])
    /// UIDs or sequence numbers, as asked.
    case search([UInt32], ModSeq?)
    case esearch(ESearchResult)
    case exists(UInt32)
    case recent(UInt32)
    case expunge(SequenceNumber)
    case vanished(earlier: Bool, UIDSet)
    case namespace(NamespaceResponse)
    case id(Identification)
    case quota(QuotaUsage)
    /// A response that is not known, or one whose content does not parse and may be passed over.
    case other(String)

    /// The response's name; nothing of its content.
    public var name: String {
        switch self {
        case .status(let status, _, _): status.rawValue.uppercased()
        case .capability: "CAPABILITY"
        case .enabled: "ENABLED"
        case .flags: "FLAGS"
        case .list: "LIST"
        case .lsub: "LSUB"
        case .mailboxStatus: "STATUS"
        case .search: "SEARCH"
        case .esearch: "ESEARCH"
        case .exists: "EXISTS"
        case .recent: "RECENT"
        case .expunge: "EXPUNGE"
        case .vanished: "VANISHED"
        case .namespace: "NAMESPACE"
        case .id: "ID"
        case .quota: "QUOTA"
        case .other(let name): name
        }
    }
}

/// The status of an untagged status response.
public enum ConditionStatus: String, Hashable, Sendable {
    case ok, no, bad, preauth, bye
}

/// One value of a STATUS response (RFC 3501 §7.2.4, RFC 7162, RFC 8438, RFC 8474). Impossible values are left out.
public enum StatusAttribute: Hashable, Sendable {
    case messages(UInt32)
    case recent(UInt32)
    case unseen(UInt32)
    case deleted(UInt32)
    case uidNext(UID)
    case uidValidity(UIDValidity)
    case highestModSeq(ModSeq)
    case size(UInt64)
    case mailboxID(String)
    case other(String)
}

/// A mailbox of LIST or LSUB (RFC 3501 §7.2.2, RFC 6154).
public struct ListEntry: Hashable, Sendable {
    /// In lower case: `\noselect`, `\sent`.
    public let attributes: [String]
    /// What stands between levels; `nil` where names are flat.
    public let delimiter: Character?
    public let name: WireMailboxName

    public init(attributes: [String], delimiter: Character?, name: WireMailboxName) {
        self.attributes = attributes
        self.delimiter = delimiter
        self.name = name
    }

    public func has(_ attribute: String) -> Bool { attributes.contains(attribute) }
}

/// The answer to SEARCH with RETURN (RFC 4731).
public struct ESearchResult: Hashable, Sendable {
    /// The tag of the command that it answers.
    public var tag: String?
    /// Whether the numbers are UIDs.
    public var isUID = false
    public var min: UInt32?
    public var max: UInt32?
    public var count: UInt32?
    /// What was found, as intervals; `nil` when not asked for or when nothing was found.
    public var all: UIDSet?
    public var modSeq: ModSeq?

    public init() {}
}

/// The server's namespaces (RFC 2342).
public struct NamespaceResponse: Hashable, Sendable {
    public struct Namespace: Hashable, Sendable {
        public let prefix: WireMailboxName
        public let delimiter: Character?

        public init(prefix: WireMailboxName, delimiter: Character?) {
            self.prefix = prefix
            self.delimiter = delimiter
        }
    }

    public var personal: [Namespace] = []
    public var otherUsers: [Namespace] = []
    public var shared: [Namespace] = []

    public init() {}
}

/// What a server or a client says about itself (RFC 2971).
public struct Identification: Hashable, Sendable {
    public struct Field: Hashable, Sendable {
        public let name: String
        public let value: String?

        public init(name: String, value: String?) {
            self.name = name
            self.value = value
        }
    }

    public var fields: [Field]

    public init(_ fields: [Field]) { self.fields = fields }

    /// The first value of that name, in any case.
    public subscript(name: String) -> String? {
        fields.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}
