import Accounts
import Doctor
import Foundation
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
    /// How long the server may take, by default as long as is usual.
    private let deadlines: SessionDeadlines
    private let loginGuard: LoginGuard
    /// The user name that the server took, so that others are not tried again.
    private let goodName = Mutex<String?>(nil)

    /// - Parameter deadlines: `nil`: those of the account.
    init(
        account: AccountConfiguration, credential: AccountCredential, dialer: Dialer, logger: Logger,
        deadlines: SessionDeadlines? = nil,
        clock: @escaping @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) }
    ) {
        self.account = account
        self.credential = credential
        self.dialer = dialer
        self.logger = logger
        self.deadlines = deadlines ?? account.sessionDeadlines
        loginGuard = LoginGuard(clock: clock)
    }

    /// A connection that is signed in.
    struct Session: Sendable {
        var connection: IMAPConnection
        var server: SignedIn
    }

    /// A connection, signed in. What the server refused is not tried again until the secret has changed, or for long.
    func connect() async throws -> Session {
        let account = account
        return try await loginGuard.login(
            secret: { try await account.keptPassword() }, explain: { FaultExplanation($0, of: account) }
        ) {
            try await self.connectByAnyName()
        }
    }

    /// The user name that the server took; `nil` before it took one.
    @inline(never)
    var acceptedName: String? { goodName.withLock { $0 } }

    /// Reads the secret, and forgets it.
    func readSecret() async throws { _ = try await credential.proof(for: account.imap) }

    /// A person wants a refused login tried again now.
    func reopen() { loginGuard.reopen() }

    /// The server said something on a connection that stood: it may have asked everybody to wait.
    func note(_ error: any Error, _ explanation: FaultExplanation) { loginGuard.note(error, explanation) }

    /// Each form of the user name gets a connection of its own: providers hang up after a
    /// refused login.
    private func connectByAnyName() async throws -> Session {
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
        if case .password(let password) = proof { loginGuard.trying(password) }
        do {
            let signedIn = try await dialer.signIn(
                to: Endpoint(account.imap), user: name, proof: proof, clientID: Self.clientID, deadlines: deadlines
            )
            // Again, before anything that can return a literal: a proxy in front rewrites the first ones (providers §1.2).
            if account.profile.quirks.capabilityTwice { _ = try await signedIn.connection.run(.capability) }
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
        let password: Secret? = if case .password(let password) = proof { password } else { nil }
        let explanation = FaultExplanation(refused, of: account, password: password)
        var explained = refused
        explained.code = explanation.code
        explained.scope = explanation.scope
        explained.advice = explanation.advice
        explained.retryAfter = explanation.retryAfter
        guard proof.isAccessToken, [.authFailed, .oauthExpired].contains(explanation.code) else { return explained }
        explained.code = .oauthExpired
        explained.scope = .account
        explained.advice = AccountCredential.adviceAboutToken(account)
        return explained
    }

    /// Who submits the account's mail; `nil` when it has no submission server.
    ///
    /// - Parameters:
    ///   - loginGuard: is told of each password that goes out.
    ///   - deadlines: shorter than the account's when somebody waits.
    ///   - witness: is told what TLS came to; with it only the configured port is tried.
    func submitter(
        _ loginGuard: LoginGuard? = nil, deadlines: SubmissionDeadlines? = nil, witness: TLSWitness? = nil
    ) -> (any MailSubmitting)? {
        guard let smtp = account.smtp else { return nil }
        let user = account.smtpUserNames.first ?? account.user
        let submitter = { @Sendable [self] (login: @escaping @Sendable () -> SubmissionLogin?) in
            SMTPSubmitter(
                dialer: dialer, endpoint: Endpoint(smtp),
                alternatives: witness == nil ? account.otherSubmissions.map { Endpoint($0) } : [],
                deadlines: deadlines ?? account.submissionDeadlines, logger: logger, witness: witness, login: login)
        }
        // No secret is read that is not to be sent.
        guard smtp.signsIn else { return submitter { nil } }
        return RenewingSubmitter(credential: credential, server: smtp) { proof in
            submitter {
                if case .password(let password) = proof { loginGuard?.trying(password) }
                return SubmissionLogin(user: user, proof: proof)
            }
        }
    }
}

extension AccountConfiguration {
    /// The provider's other ways to submit, as long as the person has not chosen one.
    fileprivate var otherSubmissions: [ServerEndpoint] { smtp == profile.smtp ? profile.smtpAlternatives : [] }
}
