import NIOCore

/// A command's bytes. Prints none of them: there may be a password among them.
public struct EncodedCommand: Sendable, CustomStringConvertible, CustomReflectable {
    /// What follows an APPEND: the message, streamed by the session, and then CRLF.
    public struct MessageLiteral: Hashable, Sendable {
        public let size: Int
        /// Whether the server has to answer `+` before the message goes out.
        public let waitsForContinuation: Bool
    }

    /// Each after the first waits for a continuation request.
    public internal(set) var segments: [ByteBuffer]
    public internal(set) var message: MessageLiteral?

    public var description: String { "<command in \(segments.count) segments>" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// How strings that cannot be quoted go out.
public enum LiteralForm: Hashable, Sendable {
    /// `{n}`, and wait for the server (RFC 3501).
    case synchronizing
    /// `{n+}` (LITERAL+, RFC 7888).
    case nonSynchronizing
    /// `{n+}` up to 4,096 bytes, else `{n}` (LITERAL-, RFC 7888).
    case limited4096

    func waits(_ size: Int) -> Bool {
        switch self {
        case .synchronizing: true
        case .nonSynchronizing: false
        case .limited4096: size > 4_096
        }
    }
}
