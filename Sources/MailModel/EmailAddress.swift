/// One address of a header, decoded: `Jane Doe <jane+shop@example.org>`.
public struct EmailAddress: Hashable, Sendable, Codable {
    /// The display name, decoded; empty when there is none.
    public var name: String
    /// What stands before the `@`, unquoted, as written.
    public var localpart: String
    /// What stands after the `@`, lower case, U-labels; empty when the address has none.
    public var domain: String

    public init(name: String, localpart: String, domain: String) {
        self.name = name
        self.localpart = localpart
        self.domain = domain
    }

    /// `jane+shop@example.org`.
    public var address: String { domain.isEmpty ? localpart : "\(localpart)@\(domain)" }

    /// What follows the first `+` of the local part (RFC 5233); empty when there is none.
    public var detail: String {
        guard let plus = localpart.firstIndex(of: "+") else { return "" }
        return String(localpart[localpart.index(after: plus)...])
    }
}

/// An address that may stand in an SMTP envelope: no CR, LF, NUL, space, angle brackets; refused when it is made.
public struct EnvelopeAddress: Hashable, Sendable, CustomStringConvertible {
    public let rawValue: String

    /// The sender of what nobody is to be told of (RFC 5321 §4.5.5). Never a recipient.
    public static let null = EnvelopeAddress(unchecked: "")

    /// `nil` unless it is `local@domain` in printable characters, at most 64 bytes before the `@` and 254 in all
    /// (RFC 5321 §4.5.3.1).
    public init?(_ rawValue: String) {
        guard let at = rawValue.lastIndex(of: "@"), at != rawValue.startIndex, rawValue.utf8.count <= 254,
            rawValue[..<at].utf8.count <= 64
        else {
            return nil
        }
        guard rawValue.index(after: at) != rawValue.endIndex else { return nil }
        let forbidden: Set<UInt8> = [UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: ","), 0x7F]
        guard rawValue.utf8.allSatisfy({ $0 > 0x20 && !forbidden.contains($0) }) else { return nil }
        self.rawValue = rawValue
    }

    private init(unchecked: String) { rawValue = unchecked }

    /// Whether the transport needs SMTPUTF8 (RFC 6531) for it.
    public var isASCII: Bool { rawValue.utf8.allSatisfy { $0 < 0x80 } }
    public var description: String { rawValue }
}
