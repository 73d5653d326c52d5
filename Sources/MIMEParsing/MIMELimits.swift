/// How much of a message is looked at (FAULTS "A hostile or broken IMAP server"). What goes past a limit is left out,
/// never an error; `ParsedMessage.limitsReached` says so.
public struct MIMELimits: Sendable {
    /// Multiparts and messages inside each other.
    public var nesting = 64
    /// Parts of a message, containers counted.
    public var parts = 2000
    /// Bytes of one header field.
    public var headerField = 1 << 20
    /// Bytes of all header fields together.
    public var headerBlock = 4 << 20
    /// Addresses of one header field.
    public var addresses = 5000
    /// Parameters of one header field, RFC 2231 segments counted each.
    public var parameters = 128

    public init() {}

    public static let standard = MIMELimits()
}

/// A limit that a message went past, so that something of it was left out.
public enum MIMELimit: String, CaseIterable, Sendable {
    case nesting, parts, addresses, parameters
    case headerField = "header_field"
    case headerBlock = "header_block"
}
