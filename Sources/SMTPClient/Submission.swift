import MailModel

/// One message to hand to a submission server, with its envelope.
public struct Submission: Sendable {
    public var sender: EnvelopeAddress
    /// Each gets its own outcome, in this order.
    public var recipients: [EnvelopeAddress]
    /// The message with any line endings; they become CRLF on the wire.
    public var data: [UInt8]
    /// Only asks whether the server would take sender and recipients: DATA is never said, `accepted` means that it would.
    public var isRehearsal = false

    public init(sender: EnvelopeAddress, recipients: [EnvelopeAddress], data: [UInt8]) {
        self.sender = sender
        self.recipients = recipients
        self.data = data
    }

    /// Whether the message carries bytes above 127 (RFC 6152).
    public var needs8BitMIME: Bool { data.contains { $0 >= 0x80 } }
}

/// Who signs in. `none` stands where a server takes mail without.
public struct SubmissionLogin: Sendable {
    public var user: String
    public var proof: LoginProof

    public init(user: String, proof: LoginProof) {
        self.user = user
        self.proof = proof
    }

    public init(user: String, password: Secret) { self.init(user: user, proof: .password(password)) }
}

/// How the connection is protected.
public enum SubmissionSecurity: Hashable, Sendable {
    /// TLS is up before the greeting.
    case tls
    /// Plain until STARTTLS; nothing of the mail or the login goes out before.
    case startTLS
    /// Plain throughout; who makes it promises that the peer is this machine.
    case none
}

/// The name that EHLO gives: a host name or an address literal such as `[127.0.0.1]` (RFC 5321 §4.1.3).
public struct HelloName: Hashable, Sendable, CustomStringConvertible {
    public let rawValue: String

    public static let loopback = HelloName(unchecked: "[127.0.0.1]")

    /// `nil` unless it is at most 255 of `A-Z a-z 0-9 . - _`, or in brackets those and `:`.
    public init?(_ rawValue: String) {
        let isLiteral = rawValue.hasPrefix("[") && rawValue.hasSuffix("]") && rawValue.utf8.count > 2
        let inner = isLiteral ? rawValue.dropFirst().dropLast() : rawValue[...]
        guard !inner.isEmpty, rawValue.utf8.count <= 255 else { return nil }
        let allowed = inner.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            case UInt8(ascii: ":"):
                isLiteral
            default:
                false
            }
        }
        guard allowed else { return nil }
        self.rawValue = rawValue
    }

    private init(unchecked: String) { rawValue = unchecked }

    public var description: String { rawValue }
}
