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
    private let credential: AccountCredential
    private let dialer: Dialer
    private let logger: Logger
    /// The user name that the server took, so that others are not tried again.
    private let goodName = Mutex<String?>(nil)

    init(account: AccountConfiguration, credential: AccountCredential, dialer: Dialer, logger: Logger) {
        self.account = account
        self.credential = credential
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
            do {
                let session = try await connect(as: name)
                remember(name)
                return session
            } catch let error as SessionError where error.code == .authFailed || error.code == .appPasswordShape {
                // Only a refused name or password is worth another form of the name.
                refusal = error
            }
        }
        throw refusal
    }

    /// A token that has run out under our hands is renewed, once.
    private func connect(as name: String) async throws -> Session {
        let proof = try await credential.proof(for: account.imap)
        switch await attempt(name, proof) {
        case .success(let session): return session
        case .failure(let error):
            let reason = explain(error, proof)
            guard proof.isAccessToken, (reason as? SessionError)?.code == .oauthExpired else { throw reason }
        }
        await credential.forget(proof)
        let renewed = try await credential.proof(for: account.imap)
        return try await attempt(name, renewed).mapError { explain($0, renewed) }.get()
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
    private func attempt(_ name: String, _ proof: LoginProof) async -> Result<Session, any Error> {
        do {
            let signedIn = try await dialer.signIn(
                to: Endpoint(account.imap), user: name, proof: proof, clientID: Self.clientID,
                deadlines: account.sessionDeadlines
            )
            return .success(Session(connection: signedIn.connection, server: signedIn.server))
        } catch {
            return .failure(error)
        }
    }

    /// What the provider means by its refusal, and what to do about it.
    @inline(never)
    private func explain(_ error: any Error, _ proof: LoginProof) -> any Error {
        guard let refused = error as? SessionError, refused.code == .authFailed || refused.isLoginRefusal else {
            return error
        }
        let fits: Bool? =
            switch proof {
            case .password(let password): account.profile.signIn.appPasswordShape.map { $0.matches(password) }
            case .accessToken: nil
            }
        let verdict = ServerMessageClassifier.imapLogin(
            IMAPRefusal(moment: .login, status: .no, responseCode: refused.responseCode?.name, text: refused.text),
            profile: account.profile, passwordFits: fits
        )
        var explained = refused
        explained.code = verdict.code
        explained.scope = verdict.scope
        explained.advice = verdict.advice
        guard proof.isAccessToken, [.authFailed, .oauthExpired].contains(verdict.code) else { return explained }
        explained.code = .oauthExpired
        explained.scope = .account
        explained.advice = AccountCredential.adviceAboutToken(account)
        return explained
    }

    /// Who submits the account's mail; `nil` when it has no submission server.
    func submitter() -> (any MailSubmitting)? {
        guard let smtp = account.smtp else { return nil }
        let user = account.smtpUserNames.first ?? account.user
        return RenewingSubmitter(credential: credential, server: smtp) { [self] proof in
            SMTPSubmitter(
                dialer: dialer, endpoint: Endpoint(smtp), deadlines: account.submissionDeadlines,
                logger: logger,
                login: { SubmissionLogin(user: user, proof: proof) }
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
