/// A mailbox name as the server writes it: the very bytes go back on the wire, and `decoded` is for people.
///
/// Compared by these bytes, but `INBOX` is the same in any case (RFC 3501 §5.1).
public struct WireMailboxName: Hashable, Sendable, CustomStringConvertible {
    /// What stands on the wire, unquoted.
    public let raw: [UInt8]
    /// UTF-8 of the modified UTF-7 (RFC 3501 §5.1.3). A name that is none, such as raw UTF-8, stays as it is.
    public let decoded: String

    public static let inbox = WireMailboxName(decoded: "INBOX")

    /// As received.
    public init(raw: [UInt8]) {
        let isInbox = raw.count == 5 && zip(raw, "INBOX".utf8).allSatisfy { $0 & 0xDF == $1 }
        self.raw = isInbox ? Array("INBOX".utf8) : raw
        decoded = ModifiedUTF7.decode(self.raw) ?? String(decoding: self.raw, as: UTF8.self)
    }

    /// To be sent. The encoder refuses names that are empty or carry CR, LF or NUL.
    public init(decoded: String) {
        self.init(raw: ModifiedUTF7.encode(decoded))
    }

    public var isInbox: Bool { raw == Self.inbox.raw }
    public var description: String { decoded }

    public static func == (left: Self, right: Self) -> Bool { left.raw == right.raw }
    public func hash(into hasher: inout Hasher) { hasher.combine(raw) }
}
