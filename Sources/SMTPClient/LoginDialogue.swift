import MailModel

/// The login by AUTH (RFC 4954): PLAIN where offered (RFC 4616), else LOGIN.
struct LoginDialogue: Sendable {
    enum Mechanism: String, Sendable {
        case plain = "PLAIN"
        case login = "LOGIN"
    }

    /// What the machine does after a reply.
    enum Step: Equatable {
        case send(SubmissionCommand)
        case signedIn
        case failed(SMTPError)
    }

    /// Commands longer than this get their response in a line of its own (RFC 5321 §4.5.3.1.4).
    private static let commandLimit = 500

    /// The AUTH command.
    let opening: SubmissionCommand
    /// What is still to be given to challenges, in order.
    private var responses: [SASLResponse]
    /// What must not be seen in an error, should the server repeat it.
    private let secrets: [String]

    /// What the server offered before the login; it holds for the envelope too.
    let extensions: ServerExtensions

    init(_ login: SubmissionLogin, extensions: ServerExtensions) throws(SMTPError) {
        self.extensions = extensions
        let offered = extensions.authMechanisms
        let user = Array(login.user.utf8)
        let password = Array(login.password.reveal().utf8)
        guard !user.contains(0), !password.contains(0), !user.isEmpty, !password.isEmpty else {
            throw SMTPError(
                code: .authFailed, scope: .account, stage: .authentication,
                detail: "user name or password is empty or carries a NUL; look at the account's configuration")
        }
        if offered.contains(Mechanism.plain.rawValue) {
            let response = SASLResponse([0] + user + [0] + password)
            let isShort = response.encoded.utf8.count <= Self.commandLimit
            opening = .auth(mechanism: Mechanism.plain.rawValue, initialResponse: isShort ? response : nil)
            // Kept when already given: some servers ask for it all the same.
            responses = [response]
        } else if offered.contains(Mechanism.login.rawValue) {
            opening = .auth(mechanism: Mechanism.login.rawValue, initialResponse: nil)
            responses = [SASLResponse(user), SASLResponse(password)]
        } else {
            let names = offered.sorted().prefix(10).joined(separator: " ")
            throw SMTPError(
                code: .loginDisabled, scope: .account, stage: .authentication,
                detail: names.isEmpty
                    ? "the SMTP server offers no login on this connection"
                    : "the SMTP server offers only logins that are not known here: \(String(names.prefix(200)))")
        }
        secrets = [login.password.reveal()] + responses.map(\.encoded) + [SASLResponse(password).encoded]
    }

    mutating func received(_ reply: SMTPReply) -> Step {
        switch reply.code {
        case 235:
            return .signedIn
        case 334:
            guard !responses.isEmpty else {
                return .failed(
                    .protocolError("the SMTP server asks for more than the login has", stage: .authentication))
            }
            return .send(.authResponse(responses.removeFirst()))
        default:
            let reply = withoutSecrets(reply)
            guard reply.isTransient || reply.isPermanent else {
                return .failed(
                    .protocolError(
                        "the SMTP server's answer does not fit the login", stage: .authentication, reply: reply))
            }
            return .failed(SMTPError(reply: reply, stage: .authentication))
        }
    }

    /// A server that quotes the line it did not like must not carry the password into log and journal.
    func withoutSecrets(_ reply: SMTPReply) -> SMTPReply {
        let leaks = reply.lines.contains { line in secrets.contains { line.contains($0) } }
        return leaks ? SMTPReply(code: reply.code, lines: ["(text withheld: it repeats the login)"]) : reply
    }
}
