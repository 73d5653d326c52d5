/// How far a submission dialogue is; every error, refusal and deadline names it.
public enum SubmissionStage: String, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    case greeting
    case hello
    case startTLS = "starttls"
    case handshake
    case authentication
    case sender
    case recipient
    case data
    /// The message's bytes are on the way; the final dot is not.
    case transfer
    /// The final dot is out, its reply is not in.
    case receipt

    /// What a person would call it.
    public var description: String {
        switch self {
        case .greeting: "the greeting"
        case .hello: "EHLO"
        case .startTLS: "STARTTLS"
        case .handshake: "the TLS handshake"
        case .authentication: "the login"
        case .sender: "MAIL FROM"
        case .recipient: "RCPT TO"
        case .data: "DATA"
        case .transfer: "the transfer of the message"
        case .receipt: "the message"
        }
    }
}
