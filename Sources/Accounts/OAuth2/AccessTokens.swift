import HTTPRequest
import Logging
import MailModel

/// The access tokens of one account: renewed when they have run out, by one request at a time however many ask.
///
/// A token is held for as long as it is good, since each connection and each message sent needs one and providers
/// limit how often they give one out. The refresh token is read for each renewal and not held.
public actor AccessTokens {
    private let account: AccountName
    private let client: OAuth2Refresh
    private let store: RefreshTokenStore
    private let endpoint: TokenEndpoint
    private let clock: @Sendable () -> Int64
    private let logger: Logger
    private var kept: (token: Secret, until: Int64)?
    private var renewal: Task<Secret, any Error>?
    /// A refresh token that was given in place of another and could not be stored.
    private var unsaved: (token: Secret, insteadOf: String)?
    /// A refresh token that was refused, by its digest, and until when it is not shown again.
    private var refused: (digest: String, error: OAuth2Error, until: Int64)?

    /// Seconds before its end at which a token counts as run out: it has to last for the login.
    static let margin: Int64 = 60
    /// Seconds for which a refresh token that was refused is not tried again, unless it changes.
    static let pause: Int64 = 1_800

    /// - Parameter clock: seconds since 1970.
    public init(
        account: AccountName, client: OAuth2Refresh, stateFolder: String, http: any HTTPPerforming,
        clock: @escaping @Sendable () -> Int64, logger: Logger
    ) {
        self.account = account
        self.client = client
        store = RefreshTokenStore(account: account, configured: client.refreshToken, stateFolder: stateFolder)
        endpoint = TokenEndpoint(url: client.tokenURL, http: http)
        self.clock = clock
        self.logger = logger
    }

    /// A token that should be good.
    ///
    /// Throws `OAuth2Error` or `SecretError`.
    public func token() async throws -> Secret {
        if let kept, clock() < kept.until { return kept.token }
        if let renewal { return try await renewal.value }
        // Not a child: others wait for it too, and once the provider has given a new refresh token it must be stored,
        // whoever has lost interest.
        let task = Task {
            defer { renewal = nil }
            return try await renew()
        }
        renewal = task
        return try await task.value
    }

    /// A server did not take the token: the next one asked for is a new one.
    public func forget(_ token: Secret) {
        if kept?.token.reveal() == token.reveal() { kept = nil }
    }

    private func renew() async throws -> Secret {
        let token = try await refreshToken()
        if let refused, refused.digest == RefreshTokenStore.digest(token), clock() < refused.until {
            throw refused.error
        }
        switch try await ask(with: token) {
        case .granted(let grant): return await take(grant, after: token)
        case .refused(let refusal):
            // Another program may have renewed it in the meantime, `postmoon doctor` for one.
            let now = try await refreshToken()
            guard now.reveal() != token.reveal(), case .granted(let grant) = try await ask(with: now) else {
                let error = OAuth2Error(refusal, account: account)
                if !error.isTransient {
                    refused = (RefreshTokenStore.digest(token), error, clock() + Self.pause)
                }
                throw error
            }
            return await take(grant, after: now)
        }
    }

    private func refreshToken() async throws -> Secret {
        let stored = try await store.read()
        guard let unsaved, unsaved.insteadOf == RefreshTokenStore.digest(stored) else { return stored }
        return unsaved.token
    }

    private func ask(with token: Secret) async throws -> TokenAnswer<TokenGrant> {
        var fields: [TokenEndpoint.Field] = [
            .init("grant_type", "refresh_token"), .init("client_id", client.clientID),
            .init("refresh_token", secret: token),
        ]
        if let secret = try await client.clientSecret?.read() { fields.append(.init("client_secret", secret: secret)) }
        if !client.scope.isEmpty { fields.append(.init("scope", client.scope)) }
        return try await endpoint.ask(fields, as: TokenGrant.self)
    }

    private func take(_ grant: TokenGrant, after token: Secret) async -> Secret {
        let lifetime = grant.lifetime ?? 0
        kept = (grant.accessToken, clock() + max(lifetime - Self.margin, lifetime / 2))
        refused = nil
        let next = grant.refreshToken ?? token
        if next.reveal() != token.reveal() || unsaved != nil { await save(next) }
        return grant.accessToken
    }

    private func save(_ token: Secret) async {
        do {
            try await store.save(token)
            unsaved = nil
        } catch {
            if let stored = try? await store.read() { unsaved = (token, RefreshTokenStore.digest(stored)) }
            logger.error(
                "the new refresh token cannot be stored; at the next start somebody may have to sign in again",
                metadata: ["account": "\(account)", "error": "\(error)"])
        }
    }
}
