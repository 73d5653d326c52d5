import MailModel
import NIOCore

/// One line to the server. Prints without what signs in.
public enum SubmissionCommand: Equatable, Sendable, CustomStringConvertible {
    case hello(HelloName)
    case startTLS
    case auth(mechanism: String, initialResponse: SASLResponse?)
    case authResponse(SASLResponse)
    case mail(EnvelopeAddress, size: Int?, is8BitMIME: Bool, isSMTPUTF8: Bool)
    case recipient(EnvelopeAddress)
    case data
    case quit

    /// The bytes for the wire, CRLF included. No value that comes in here can carry CR or LF.
    func write(into buffer: inout ByteBuffer) {
        buffer.writeString(line { $0.encoded })
        buffer.writeStaticString("\r\n")
    }

    public var description: String { line { _ in "<secret>" } }

    /// The command without anything of the mail or the login, for logs.
    var verb: String {
        switch self {
        case .hello: "EHLO"
        case .startTLS: "STARTTLS"
        case .auth, .authResponse: "AUTH"
        case .mail: "MAIL"
        case .recipient: "RCPT"
        case .data: "DATA"
        case .quit: "QUIT"
        }
    }

    private func line(secret: (SASLResponse) -> String) -> String {
        switch self {
        case .hello(let name): return "EHLO \(name)"
        case .startTLS: return "STARTTLS"
        case .auth(let mechanism, let response): return "AUTH \(mechanism)" + (response.map { " " + secret($0) } ?? "")
        case .authResponse(let response): return secret(response)
        case .mail(let sender, let size, let is8BitMIME, let isSMTPUTF8):
            var line = "MAIL FROM:<\(sender)>"
            if let size { line += " SIZE=\(size)" }
            if is8BitMIME { line += " BODY=8BITMIME" }
            if isSMTPUTF8 { line += " SMTPUTF8" }
            return line
        case .recipient(let address): return "RCPT TO:<\(address)>"
        case .data: return "DATA"
        case .quit: return "QUIT"
        }
    }
}

/// What answers a challenge; prints as `<secret>`.
public struct SASLResponse: Equatable, Sendable, CustomStringConvertible, CustomReflectable {
    /// Base64.
    let encoded: String

    init(_ bytes: [UInt8]) {
        encoded = Base64.encode(bytes)
    }

    public var description: String { "<secret>" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
