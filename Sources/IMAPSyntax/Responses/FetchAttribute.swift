import MailModel

/// One item of a FETCH response that is no body (RFC 3501 §7.4.2, RFC 7162, RFC 8474, X-GM-EXT-1).
public enum FetchAttribute: Hashable, Sendable {
    case uid(UID)
    /// Flags that do not fit the grammar are left out.
    case flags([Flag])
    /// Seconds since 1970.
    case internalDate(Int64)
    /// RFC822.SIZE in bytes, as the server says it.
    case size(Int)
    case modSeq(ModSeq)
    indirect case envelope(Envelope)
    indirect case bodyStructure(BodyStructure)
    case emailID(String)
    case threadID(String?)
    case gmMessageID(UInt64)
    case gmThreadID(UInt64)
    /// Decoded from modified UTF-7.
    case gmLabels([String])
    /// An item that is not known, or one whose value does not parse.
    case unknown(String)

    /// The item's name; nothing of its content.
    public var name: String {
        switch self {
        case .uid: "UID"
        case .flags: "FLAGS"
        case .internalDate: "INTERNALDATE"
        case .size: "RFC822.SIZE"
        case .modSeq: "MODSEQ"
        case .envelope: "ENVELOPE"
        case .bodyStructure: "BODYSTRUCTURE"
        case .emailID: "EMAILID"
        case .threadID: "THREADID"
        case .gmMessageID: "X-GM-MSGID"
        case .gmThreadID: "X-GM-THRID"
        case .gmLabels: "X-GM-LABELS"
        case .unknown(let name): name
        }
    }
}
