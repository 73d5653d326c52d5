import MailModel
import NIOCore

/// What the server said, piece by piece. FETCH comes in parts so that bodies stream; all else comes whole.
///
/// A FETCH is `fetchBegin`, then attributes and bodies in the server's order, then `fetchEnd`; a body is `bodyBegin`,
/// any number of `bodyBytes`, `bodyEnd`. Nothing comes between those of one FETCH.
public enum ResponseEvent: Equatable, Sendable {
    case untagged(UntaggedResponse)
    case tagged(TaggedResponse)
    case continuation(code: ResponseCode?, text: String)
    case fetchBegin(SequenceNumber)
    case fetchAttribute(FetchAttribute)
    /// `size` is what the server announced; a NIL body has size 0.
    case bodyBegin(section: BodySection, origin: Int?, size: Int)
    /// A slice of what was received, shared and not copied.
    case bodyBytes(ByteBuffer)
    case bodyEnd
    case fetchEnd
}

extension ResponseEvent: CustomStringConvertible {
    /// The kind of the event; nothing of mail or people.
    public var description: String {
        switch self {
        case .untagged(let response): "* \(response.name)"
        case .tagged(let response): "\(response.tag) \(response.status)"
        case .continuation: "+"
        case .fetchBegin(let number): "* \(number) FETCH"
        case .fetchAttribute(let attribute): "FETCH \(attribute.name)"
        case .bodyBegin(let section, _, let size): "FETCH BODY[\(section)] {\(size)}"
        case .bodyBytes(let bytes): "FETCH BODY \(bytes.readableBytes) bytes"
        case .bodyEnd: "FETCH BODY end"
        case .fetchEnd: "FETCH end"
        }
    }
}

/// The end of a command (RFC 3501 §7.1).
public struct TaggedResponse: Hashable, Sendable {
    public enum Status: String, Hashable, Sendable {
        case ok, no, bad
    }

    public let tag: String
    public let status: Status
    public let code: ResponseCode?
    /// For people; empty when the server gave none. As received: may carry control characters.
    public let text: String

    public init(tag: String, status: Status, code: ResponseCode? = nil, text: String = "") {
        self.tag = tag
        self.status = status
        self.code = code
        self.text = text
    }
}
