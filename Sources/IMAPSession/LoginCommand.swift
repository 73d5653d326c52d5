import Foundation
import IMAPSyntax
import MailModel
import NIOCore

/// The one command that signs in, by the best way that the server offers: a token by OAUTHBEARER, else XOAUTH2; a
/// password by SASL-IR PLAIN, else AUTHENTICATE PLAIN, else LOGIN.
struct LoginCommand {
    let command: SubmittedCommand
    /// What must not be seen in an error, should the server repeat it.
    private let secrets: [Secret]
    private let showsToken: Bool

    init(_ request: SignInRequest, offered: Set<String>) throws(SessionError) {
        switch request.proof {
        case .password(let password):
            (command, secrets) = try Self.password(password, of: request.user, offered)
            showsToken = false
        case .accessToken(let token, let host, let port):
            (command, secrets) = try Self.token(token, of: request.user, host: host, port: port, offered)
            showsToken = true
        }
    }

    private static func password(
        _ password: Secret, of user: String, _ offered: Set<String>
    ) throws(SessionError) -> (SubmittedCommand, [Secret]) {
        // `NUL user NUL password` (RFC 4616).
        let plain = Secret("\0\(user)\0\(password.reveal())")
        if offered.contains("AUTH=PLAIN") { return (authenticate("PLAIN", plain, offered), [password, plain]) }
        guard !offered.contains("LOGINDISABLED") else {
            throw SessionError(
                code: .loginDisabled, scope: .account, command: "LOGIN",
                text:
                    "the server accepts no password on this connection (LOGINDISABLED); use security = \"tls\" or \"starttls\""
            )
        }
        return (SubmittedCommand(.login(user: user, password: password)), [password, plain])
    }

    private static func token(
        _ token: Secret, of user: String, host: String, port: Int, _ offered: Set<String>
    ) throws(SessionError) -> (SubmittedCommand, [Secret]) {
        let names = offered.lazy.filter { $0.hasPrefix("AUTH=") }.map { String($0.dropFirst("AUTH=".count)) }
        guard let mechanism = BearerMechanism.best(of: names) else {
            throw SessionError(
                code: .loginDisabled, scope: .account, command: "AUTHENTICATE",
                text: "the server takes no access tokens (neither OAUTHBEARER nor XOAUTH2); use `password`"
            )
        }
        guard let message = mechanism.message(user: user, token: token, host: host, port: port) else {
            throw SessionError(
                code: .configuration, scope: .account, command: "AUTHENTICATE",
                text: "the access token, or the user name, is empty or holds characters that neither can have"
            )
        }
        let command = authenticate(mechanism.rawValue, message, offered, thereupon: mechanism.answerToFailure)
        return (command, [token, message])
    }

    /// - Parameter last: what answers a challenge after the message itself.
    private static func authenticate(
        _ mechanism: String, _ message: Secret, _ offered: Set<String>, thereupon last: Secret? = nil
    ) -> SubmittedCommand {
        let isInitial = offered.contains("SASL-IR")
        let answers = (isInitial ? [] : [message]) + (last.map { [$0] } ?? [])
        return SubmittedCommand(
            .authenticate(mechanism: mechanism, initialResponse: isInitial ? message : nil),
            continuations: answers.map(CommandEncoder.authenticationResponse)
        )
    }

    /// What a NO or BAD means here: a fault of the account, without anything of the login.
    func refusal(_ reply: CommandResult) -> SessionError {
        var error = reply.error
        if showsToken, let failure = BearerFailure(challenge: reply.lastChallenge) { error.text += "\(failure)" }
        // Some servers repeat the line that they did not understand.
        error.text = masked(error.text)
        error.scope = .account
        if error.code == FaultCode(rawValue: "refused") || error.code == .protocolError { error.code = .authFailed }
        // A token that is refused is no better than one that has run out: a new one is needed.
        if showsToken, error.code == .authFailed { error.code = .oauthExpired }
        return error
    }

    private func masked(_ text: String) -> String {
        var masked = text
        for secret in secrets.map({ $0.reveal() }) where !secret.isEmpty {
            for form in [secret, Data(secret.utf8).base64EncodedString()] {
                masked = masked.replacing(form, with: "…")
            }
        }
        return masked
    }
}
