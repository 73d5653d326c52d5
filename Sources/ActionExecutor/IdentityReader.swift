import IMAPSession
import IMAPSyntax
import MIMEParsing
import MailModel
import MessageDigest

/// Computes message identities (DESIGN §2): the server's own id where it has one, else a digest of what never changes.
public enum IdentityReader: Hashable, Sendable {
    case gmail
    case emailID
    case digest
    /// The four header fields alone: what stays of a message that was given to another account, whatever its server makes
    /// of size and date.
    case content

    /// The header fields that every header fetch includes, whatever the rules read.
    public static let fields = ["Message-ID", "Date", "From", "Subject"]

    public init(capabilities: Set<String>) {
        if capabilities.contains("X-GM-EXT-1") {
            self = .gmail
        } else if capabilities.contains("OBJECTID") {
            self = .emailID
        } else {
            self = .digest
        }
    }

    /// Whether folders are labels: a message that stands in one already gets no second UID there when it is moved or
    /// copied to it.
    var hasLabels: Bool { self == .gmail }

    /// What finds a message by its identity; `nil` where the server cannot be asked for it.
    func searchKey(for identity: MessageIdentity) -> SearchKey? {
        guard hasLabels, identity.rawValue.hasPrefix(Self.gmailPrefix) else { return nil }
        return UInt64(identity.rawValue.dropFirst(Self.gmailPrefix.count)).map(SearchKey.gmMessageID)
    }

    private static let gmailPrefix = "gm:"

    /// What to fetch beside UID, INTERNALDATE, RFC822.SIZE and the four header fields.
    public var fetchItems: [FetchItem] {
        switch self {
        case .gmail: [.gmMessageID]
        case .emailID: [.emailID]
        case .digest, .content: []
        }
    }

    /// What a fetch needs when nothing but the identity is wanted.
    public var wholeFetch: [FetchItem] {
        [.uid, .internalDate, .size, .bodyPeek(.headerFields(Self.fields), partial: nil)] + fetchItems
    }

    /// `nil` when the server left out what it takes.
    public func identity(of message: FetchedMessage, header: HeaderBlock) -> MessageIdentity? {
        switch self {
        case .gmail:
            if let id = message.gmMessageID { return MessageIdentity(rawValue: "\(Self.gmailPrefix)\(id)") }
        case .emailID:
            if let id = message.emailID { return MessageIdentity(rawValue: "id:\(id)") }
        case .digest:
            break
        case .content:
            return Self.contentIdentity(of: header)
        }
        guard let internalDate = message.internalDate, let size = message.size else { return nil }
        let input = IdentityFacts.digestInput(size: size, internalDate: internalDate, header: header)
        return MessageIdentity(rawValue: "sha256:" + MessageDigest.hex(MessageDigest.sha256(input)))
    }

    /// What `content` makes of a header: it needs nothing else.
    public static func contentIdentity(of header: HeaderBlock) -> MessageIdentity {
        let input = IdentityFacts.digestInput(size: 0, internalDate: 0, header: header)
        return MessageIdentity(rawValue: "content:" + MessageDigest.hex(MessageDigest.sha256(input)))
    }

    /// The identity of a message fetched with `wholeFetch`.
    public func identity(of message: FetchedMessage) -> MessageIdentity? {
        guard let bytes = message.bodies.first?.bytes else { return nil }
        return identity(of: message, header: HeaderBlock(bytes))
    }
}
