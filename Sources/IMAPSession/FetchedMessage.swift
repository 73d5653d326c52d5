import IMAPSyntax
import MailModel

/// What one FETCH response said of a message.
public struct FetchedMessage: Equatable, Sendable {
    public struct Body: Equatable, Sendable {
        public var section: BodySection
        public var origin: Int?
        public var bytes: [UInt8]
    }

    public var sequence: SequenceNumber
    public var uid: UID?
    public var flags: Set<Flag>?
    public var internalDate: Int64?
    public var size: Int?
    public var modSeq: ModSeq?
    /// X-GM-MSGID.
    public var gmMessageID: UInt64?
    /// EMAILID (RFC 8474).
    public var emailID: String?
    public var structure: BodyStructure?
    public var bodies: [Body] = []

    public init(sequence: SequenceNumber) { self.sequence = sequence }

    /// The bytes of a section, the first if it came more than once.
    public func body(_ section: BodySection) -> [UInt8]? {
        bodies.first { $0.section == section }?.bytes
    }

    var bodyBytes: Int { bodies.reduce(0) { $0 + $1.bytes.count } }

    /// UID, flags, date and size together, when all of them came.
    public var facts: MessageFacts? {
        guard let uid, let flags, let internalDate, let size else { return nil }
        return MessageFacts(uid: uid, flags: flags, internalDate: internalDate, size: size, modSeq: modSeq)
    }
}
