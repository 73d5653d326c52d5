import Accounts
import IMAPSession
import Logging
import MailModel
import MailTransport
import SMTPClient
import Synchronization

/// Connects one account to its servers: reads the secret when it is needed and forgets it after.
final class AccountConnector: Sendable {
    static let clientID = [("name", "Postmoon"), ("version", programVersion)]

    let account: AccountConfiguration
    private let dialer: Dialer
    private let logger: Logger
    /// The user name that the server took, so that others are not tried again.
    private let goodName = Mutex<String?>(nil)

    init(account: AccountConfiguration, dialer: Dialer, logger: Logger) {
        self.account = account
        self.dialer = dialer
        self.logger = logger
    }

    /// A connection, signed in. Each form of the user name gets a connection of its own: providers hang up after a
    /// refused login.
    func connect() async throws -> (connection: IMAPConnection, server: SignedIn) {
        let known = goodName.withLock { $0 }
        let names = known.map { [$0] } ?? account.userNames
        var refusal: (any Error)?
        for name in names {
            let password = try await password()
            do {
                let signedIn = try await dialer.signIn(
                    to: Endpoint(account.imap), user: name, password: password, clientID: Self.clientID
                )
                goodName.withLock { $0 = name }
                return signedIn
            } catch let error as SessionError where error.code == .authFailed || error.isLoginRefusal {
                let explained = explain(error, password)
                guard explained.code == .authFailed || explained.code == .appPasswordShape else { throw explained }
                refusal = explained
            }
        }
        throw refusal ?? SessionError(code: .authFailed, scope: .account, text: "there is no user name to try")
    }

    /// What the provider means by its refusal, and what to do about it.
    private func explain(_ error: SessionError, _ password: Secret) -> SessionError {
        let fits = account.profile.signIn.appPasswordShape.map { $0.matches(password) }
        let verdict = ServerMessageClassifier.imapLogin(
            IMAPRefusal(moment: .login, status: .no, responseCode: error.responseCode?.name, text: error.text),
            profile: account.profile, passwordFits: fits
        )
        var explained = error
        explained.code = verdict.code
        explained.scope = verdict.scope
        explained.advice = verdict.advice
        return explained
    }

    /// Who submits the account's mail; `nil` when it has no submission server.
    func submitter() -> SMTPSubmitter? {
        guard let smtp = account.smtp else { return nil }
        let user = account.smtpUserNames.first ?? account.user
        return SMTPSubmitter(
            dialer: dialer, endpoint: Endpoint(smtp), deadlines: .standard, logger: logger,
            login: { [self] in SubmissionLogin(user: user, password: try await password()) }
        )
    }

    private func password() async throws -> Secret {
        switch account.credential {
        case .password(let source):
            return try await source.read()
        case .oauth2:
            throw SessionError(
                code: .oauthExpired, scope: .account, text: "oauth2 sign-in cannot be carried out by this version yet"
            )
        }
    }
}

extension Endpoint {
    init(_ server: ServerEndpoint) {
        self.init(
            host: server.host, port: server.port, security: TransportSecurity(server.security),
            caFile: server.caFile
        )
    }
}

extension TransportSecurity {
    init(_ security: ConnectionSecurity) {
        self =
            switch security {
            case .tls: .tls
            case .startTLS: .startTLS
            case .none: .none
            }
    }
}
