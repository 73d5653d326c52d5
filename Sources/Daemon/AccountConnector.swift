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

    /// A connection that is signed in.
    struct Session: Sendable {
        var connection: IMAPConnection
        var server: SignedIn
    }

    /// A connection, signed in. Each form of the user name gets a connection of its own: providers hang up after a
    /// refused login.
    func connect() async throws -> Session {
        var refusal = SessionError(code: .authFailed, scope: .account, text: "there is no user name to try")
        for name in namesToTry() {
            let password = try await password()
            switch await attempt(name, password) {
            case .success(let session):
                remember(name)
                return session
            case .failure(let error):
                guard let refused = error as? SessionError, refused.code == .authFailed || refused.isLoginRefusal
                else { throw error }
                refusal = explain(refused, password)
                // Only a refused name or password is worth another form of the name.
                guard refusal.code == .authFailed || refusal.code == .appPasswordShape else { throw refusal }
            }
        }
        throw refusal
    }

    // Apart from the asynchronous code, and kept apart: with a lock inlined into `connect` the optimiser crashes.
    @inline(never)
    private func namesToTry() -> [String] {
        if let known = goodName.withLock({ $0 }) { return [known] }
        return account.userNames
    }

    @inline(never)
    private func remember(_ name: String) { goodName.withLock { $0 = name } }

    @inline(never)
    private func attempt(_ name: String, _ password: Secret) async -> Result<Session, any Error> {
        do {
            let signedIn = try await dialer.signIn(
                to: Endpoint(account.imap), user: name, proof: .password(password), clientID: Self.clientID,
                deadlines: account.sessionDeadlines
            )
            return .success(Session(connection: signedIn.connection, server: signedIn.server))
        } catch {
            return .failure(error)
        }
    }

    /// What the provider means by its refusal, and what to do about it.
    @inline(never)
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
            dialer: dialer, endpoint: Endpoint(smtp), deadlines: account.submissionDeadlines, logger: logger,
            login: { [self] in SubmissionLogin(user: user, password: try await password()) }
        )
    }

    @inline(never)
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
