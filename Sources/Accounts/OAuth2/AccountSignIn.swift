import HTTPRequest
import MailModel

/// Signing an account in with a person's help, as `postmoon login` does: by a code on another device, or in a browser on
/// this one. What comes of it is stored for `AccessTokens`.
public struct AccountSignIn: Sendable {
    let account: AccountName
    let client: OAuth2Refresh
    let http: any HTTPPerforming
    private let store: RefreshTokenStore

    /// `nil` when the account signs in by something else.
    public init?(_ account: AccountConfiguration, http: any HTTPPerforming) {
        guard case .oauth2(.refresh(let client)) = account.credential else { return nil }
        self.account = account.name
        self.client = client
        self.http = http
        store = RefreshTokenStore(
            account: account.name, configured: client.refreshToken, stateFolder: account.stateFolder)
    }

    /// Whether the provider lets a person type a code on another device (RFC 8628).
    public var canUseDevice: Bool { client.deviceURL != nil }
    /// Whether it has a page to sign in with a browser on this machine.
    public var canUseBrowser: Bool { client.authorizeURL != nil }

    /// Where the token goes, for a sentence.
    public var place: String { store.place }

    /// Stores what was granted.
    public func keep(_ grant: TokenGrant) async throws {
        guard let token = grant.refreshToken else {
            throw OAuth2Error(
                code: .oauthExpired,
                "the provider gave an access token but none to renew it with; `scope` may have to say "
                    + "offline_access, or the program has to be registered as one that may work offline")
        }
        try await store.save(token)
    }

    /// The fields that say who asks.
    func clientFields() async throws(SecretError) -> [TokenEndpoint.Field] {
        var fields: [TokenEndpoint.Field] = [.init("client_id", client.clientID)]
        if let secret = try await client.clientSecret?.read() { fields.append(.init("client_secret", secret: secret)) }
        return fields
    }
}
