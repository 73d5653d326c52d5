import MailModel
import NIOCore

extension FaultCode {
    /// The server refused the message for what it says, not for its envelope, size or quota.
    public static let smtpMessageRefused = Self(rawValue: "smtp_message_refused")
}

/// Why a submission did not get through.
///
/// Scope `message`: this message would fail again. `connection`: another connection may do better. `account`: no
/// message of the account goes out until somebody or time mends it.
public struct SMTPError: Fault, Hashable {
    public var code: FaultCode
    public var scope: FaultScope
    /// Where in the dialogue; `nil` when it never began.
    public var stage: SubmissionStage?
    /// What the server said, where it said something.
    public var reply: SMTPReply?
    /// The rest of the sentence that begins with the server.
    public var detail: String
    /// What to do, in a sentence; empty when there is nothing to add.
    public var advice = ""

    public init(
        code: FaultCode, scope: FaultScope, stage: SubmissionStage? = nil, reply: SMTPReply? = nil, detail: String
    ) {
        self.code = code
        self.scope = scope
        self.stage = stage
        self.reply = reply
        self.detail = detail
    }

    /// Seconds for which the server asked to be left alone.
    public var retryAfter: Int? { reply.flatMap { $0.isTransient ? RetryTime.asked(in: $0.text) : nil } }

    public var description: String {
        var sentence = detail
        if let stage { sentence += " (at \(stage))" }
        if let reply { sentence += ": \(reply)" }
        return "\(sentence) (\(code))" + (advice.isEmpty ? "" : ". \(advice)")
    }
}

extension SMTPError {
    /// A refusal or deferral by the server, classified.
    init(reply: SMTPReply, stage: SubmissionStage) {
        let code = reply.faultCode(at: stage)
        self.init(
            code: code, scope: Self.scope(of: code, at: stage), stage: stage, reply: reply,
            detail: Self.sentence(for: code)
        )
    }

    /// An error of another module that ended this dialogue, such as a certificate that is not trusted.
    init(_ error: any Error, stage: SubmissionStage?) {
        switch error {
        case let error as SMTPError: self = error
        case let fault as any Fault:
            self.init(code: fault.code, scope: fault.scope, stage: stage, detail: fault.description)
        case let error as IOError:
            self.init(
                code: .connectionLost, scope: .connection, stage: stage,
                detail: "the connection broke off (errno \(error.errnoCode))")
        default:
            self.init(
                code: .connectionLost, scope: .connection, stage: stage, detail: "the connection failed: \(error)")
        }
    }

    /// The same with the stage filled in where it had none.
    func located(at stage: SubmissionStage?) -> Self {
        var error = self
        error.stage = self.stage ?? stage
        return error
    }

    static func protocolError(_ detail: String, stage: SubmissionStage? = nil, reply: SMTPReply? = nil) -> Self {
        Self(code: .protocolError, scope: .connection, stage: stage, reply: reply, detail: detail)
    }

    static func limitExceeded(_ what: String) -> Self {
        Self(code: .limitExceeded, scope: .connection, detail: "the SMTP server went past a limit: \(what)")
    }

    static func connectionLost(at stage: SubmissionStage?) -> Self {
        Self(
            code: .connectionLost, scope: .connection, stage: stage, detail: "the SMTP server closed the connection")
    }

    static func timeout(at stage: SubmissionStage) -> Self {
        let detail =
            stage == .greeting
            ? "the SMTP server sent no greeting in time; the port may speak TLS from the start, or a firewall swallows it"
            : "the SMTP server did not answer in time"
        return Self(code: .connectionTimeout, scope: .connection, stage: stage, detail: detail)
    }

    static func startTLSMissing(isMasked: Bool) -> Self {
        Self(
            code: isMasked ? .startTLSStripped : .startTLSMissing, scope: .connection, stage: .hello,
            detail: isMasked
                ? "something between here and the SMTP server removes STARTTLS; use the port with TLS from the start"
                : "the SMTP server does not offer STARTTLS; nothing was sent in the clear")
    }

    static func startTLSUnavailable(_ reply: SMTPReply) -> Self {
        Self(
            code: .unavailable, scope: .connection, stage: .startTLS, reply: reply,
            detail: "the SMTP server has no TLS at the moment")
    }

    /// Bytes that came in the clear where only TLS may come.
    static func injected(at stage: SubmissionStage?) -> Self {
        .protocolError("the SMTP server, or somebody in its place, sent more behind its answer", stage: stage)
    }

    /// - Parameter stage: `sender` or `recipient`, by whose address it is.
    static func addressNeedsSMTPUTF8(at stage: SubmissionStage) -> Self {
        Self(
            code: stage == .sender ? .smtpSenderRefused : .smtpRecipientRefused, scope: .message, stage: stage,
            detail: "the address is not plain ASCII and the SMTP server does not take such addresses (SMTPUTF8)")
    }

    static func notDurable(_ error: any Error) -> Self {
        let fault = error as? any Fault
        return Self(
            code: fault?.code ?? .journalUnavailable, scope: fault?.scope ?? .process, stage: .transfer,
            detail: fault?.description ?? "the message was not sent, since that could not be written down before")
    }

    /// Whether a peer's first bytes are a TLS alert or handshake record: content type, then version 3.x.
    static func looksLikeTLS(_ bytes: [UInt8]) -> Bool {
        bytes.count >= 2 && (0x14...0x16).contains(bytes[0]) && bytes[1] == 3
    }

    /// What else it may be that does not talk SMTP.
    static func unreadableReply(startingWith line: [UInt8]) -> Self {
        if looksLikeTLS(line) {
            return Self(
                code: .plainOnTLSPort, scope: .connection,
                detail: "the port speaks TLS from the start; set security to tls or take the STARTTLS port")
        }
        let text = PrintableText.make(line.prefix(80))
        let peer =
            if text.hasPrefix("* ") {
                "an IMAP server answers on this port"
            } else if text.hasPrefix("+OK") {
                "a POP server answers on this port"
            } else if text.hasPrefix("HTTP/") {
                "a web server answers on this port"
            } else {
                "the server's reply is no SMTP"
            }
        return .protocolError("\(peer): \(text)")
    }

    private static func scope(of code: FaultCode, at stage: SubmissionStage) -> FaultScope {
        switch code {
        case .authFailed, .appPasswordNeeded, .loginDisabled, .smtpQuota, .throttled: .account
        case .smtpSenderRefused, .smtpRecipientRefused, .smtpTooLarge, .smtpMessageRefused: .message
        default: .connection
        }
    }

    private static func sentence(for code: FaultCode) -> String {
        switch code {
        case .authFailed: "the SMTP server refused user name or password"
        case .appPasswordNeeded: "the SMTP server wants an app password instead of the main one"
        case .loginDisabled: "the SMTP server does not let this account sign in for sending; switch it on there"
        case .smtpSenderRefused: "the SMTP server refused the sender's address; send from one of the account's own"
        case .smtpRecipientRefused: "the SMTP server refused the recipient"
        case .smtpTooLarge: "the SMTP server refused the message as too large"
        case .smtpQuota: "the account's sending limit is used up; it frees itself with time"
        case .smtpMessageRefused: "the SMTP server refused the message"
        case .throttled: "the SMTP server wants fewer requests"
        case .tooManyConnections: "the SMTP server counts too many connections"
        case .startTLSMissing: "the SMTP server wants STARTTLS first"
        case .unavailable: "the SMTP server cannot take it now"
        default: "the SMTP server gave an answer that does not fit"
        }
    }
}
