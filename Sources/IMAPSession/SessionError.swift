import IMAPSyntax
import MailModel

/// What went wrong on one IMAP connection, with the command and mailbox it concerns.
public struct SessionError: Fault, Equatable {
    public var code: FaultCode
    public var scope: FaultScope
    /// The command's name (`UID MOVE`), without its arguments.
    public var command: String?
    public var mailbox: String?
    /// The server's response code, where it gave one.
    public var responseCode: ResponseCode?
    /// The server's own text, or ours when it said nothing; at most 300 characters, control characters removed.
    public var text: String
    /// What to do, in a sentence; empty when there is nothing to add.
    public var advice = ""
    /// Seconds for which the server asked to be left alone.
    public var retryAfter: Int?
    /// Whether the server said this as its last word (BYE).
    public var isFarewell = false
    /// Whether it was said before anything was asked for, in place of a greeting.
    public var isGreeting = false

    public init(
        code: FaultCode, scope: FaultScope, command: String? = nil, mailbox: String? = nil,
        responseCode: ResponseCode? = nil, text: String
    ) {
        self.code = code
        self.scope = scope
        self.command = command
        self.mailbox = mailbox
        self.responseCode = responseCode
        self.text = String(
            String.UnicodeScalarView(
                text.unicodeScalars.lazy.filter { $0.value >= 0x20 && $0.value != 0x7F }.prefix(300))
        )
    }

    public var description: String {
        var parts: [String] = []
        if let command { parts.append(command) }
        if let mailbox { parts.append("in folder “\(mailbox)”") }
        let head = parts.isEmpty ? "" : parts.joined(separator: " ") + ": "
        return "\(head)\(text) (\(code))" + (advice.isEmpty ? "" : ". \(advice)")
    }

    /// Whether the server refused LOGIN or AUTHENTICATE, for whatever reason.
    public var isLoginRefusal: Bool { ["LOGIN", "AUTHENTICATE"].contains(command ?? "") && scope == .account }

    /// Whether the same command may succeed later without anybody doing anything.
    public var isTransient: Bool {
        switch responseCode {
        case .unavailable, .inUse, .serverBug, .limit: return true
        default: break
        }
        return [.connectionLost, .connectionTimeout, .unavailable, .throttled, .tooManyConnections].contains(code)
    }

    static func connectionLost(_ text: String) -> SessionError {
        SessionError(code: .connectionLost, scope: .connection, text: text)
    }

    static func protocolError(_ text: String) -> SessionError {
        SessionError(code: .protocolError, scope: .connection, text: text)
    }
}
