import MailModel

/// The login by AUTH (RFC 4954): a password by PLAIN where offered (RFC 4616), else by LOGIN; an access token by
/// OAUTHBEARER, else by XOAUTH2.
struct LoginDialogue: Sendable {
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
    /// What answers the challenge that says why a token is refused.
    private let answerToFailure: SASLResponse?
    private var failure: BearerFailure?
    private let showsToken: Bool
    /// What must not be seen in an error, should the server repeat it.
    private let secrets: [String]

    /// What the server offered before the login; it holds for the envelope too.
    let extensions: ServerExtensions

    init(_ login: SubmissionLogin, extensions: ServerExtensions) throws(SMTPError) {
        self.extensions = extensions
        let secret = login.proof.secret.reveal()
        guard !login.user.utf8.contains(0), !secret.utf8.contains(0), !login.user.isEmpty, !secret.isEmpty else {
            throw SMTPError(
                code: .authFailed, scope: .account, stage: .authentication,
                detail: "user name or password is empty or carries a NUL; look at the account's configuration")
        }
        let offer: Offer
        switch login.proof {
        case .password(let password):
            offer = try Self.password(password, of: login.user, extensions.authMechanisms)
            answerToFailure = nil
        case .accessToken(let token, let host, let port):
            let (mechanism, message) = try Self.token(
                token, of: login.user, host: host, port: port, extensions.authMechanisms)
            offer = Offer(mechanism: mechanism.rawValue, responses: [message], mayBeInitial: true)
            answerToFailure = SASLResponse(Array(mechanism.answerToFailure.reveal().utf8))
        }
        showsToken = login.proof.isAccessToken
        let isInitial = offer.mayBeInitial && offer.responses[0].encoded.utf8.count <= Self.commandLimit
        opening = .auth(mechanism: offer.mechanism, initialResponse: isInitial ? offer.responses[0] : nil)
        // Kept when already given: some servers ask for it all the same.
        responses = offer.responses
        secrets = [secret, SASLResponse(Array(secret.utf8)).encoded] + offer.responses.map(\.encoded)
    }

    mutating func received(_ reply: SMTPReply) -> Step {
        switch reply.code {
        case 235:
            return .signedIn
        case 334:
            if let answerToFailure, failure == nil, let failure = BearerFailure(challenge: reply.lines.joined()) {
                self.failure = failure
                responses = []
                return .send(.authResponse(answerToFailure))
            }
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
            return .failed(refusal(reply))
        }
    }

    /// A token that is refused is no better than one that has run out: a new one is needed.
    private func refusal(_ reply: SMTPReply) -> SMTPError {
        var error = SMTPError(reply: reply, stage: .authentication)
        guard showsToken else { return error }
        if error.code == .authFailed {
            error.code = .oauthExpired
            error.detail = "the SMTP server refused the access token"
        }
        if let failure { error.detail += "\(failure)" }
        return error
    }

    /// A server that quotes the line it did not like must not carry the password into log and journal.
    func withoutSecrets(_ reply: SMTPReply) -> SMTPReply {
        let leaks = reply.lines.contains { line in secrets.contains { line.contains($0) } }
        return leaks ? SMTPReply(code: reply.code, lines: ["(text withheld: it repeats the login)"]) : reply
    }
}

// MARK: - Mechanisms

extension LoginDialogue {
    /// A mechanism with what it has to say.
    private struct Offer {
        var mechanism: String
        var responses: [SASLResponse]
        /// Whether the first response may stand in the command itself.
        var mayBeInitial: Bool
    }

    private static func password(
        _ password: Secret, of user: String, _ offered: Set<String>
    ) throws(SMTPError) -> Offer {
        let user = Array(user.utf8)
        let password = Array(password.reveal().utf8)
        if offered.contains("PLAIN") {
            return Offer(mechanism: "PLAIN", responses: [SASLResponse([0] + user + [0] + password)], mayBeInitial: true)
        }
        if offered.contains("LOGIN") {
            return Offer(
                mechanism: "LOGIN", responses: [SASLResponse(user), SASLResponse(password)], mayBeInitial: false)
        }
        throw unknownMechanisms(offered, "offers only logins that are not known here")
    }

    private static func token(
        _ token: Secret, of user: String, host: String, port: Int, _ offered: Set<String>
    ) throws(SMTPError) -> (BearerMechanism, SASLResponse) {
        guard let mechanism = BearerMechanism.best(of: offered) else {
            throw unknownMechanisms(offered, "takes no access tokens; it offers only")
        }
        guard let message = mechanism.message(user: user, token: token, host: host, port: port) else {
            throw SMTPError(
                code: .configuration, scope: .account, stage: .authentication,
                detail: "the access token, or the user name, holds characters that neither can have")
        }
        return (mechanism, SASLResponse(Array(message.reveal().utf8)))
    }

    private static func unknownMechanisms(_ offered: Set<String>, _ complaint: String) -> SMTPError {
        let names = offered.sorted().prefix(10).joined(separator: " ")
        return SMTPError(
            code: .loginDisabled, scope: .account, stage: .authentication,
            detail: names.isEmpty
                ? "the SMTP server offers no login on this connection"
                : "the SMTP server \(complaint): \(String(names.prefix(200)))")
    }
}
