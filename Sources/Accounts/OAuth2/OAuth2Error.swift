import MailModel

/// Why there is no access token. Never holds a token, a client secret or the address that was asked.
public struct OAuth2Error: Fault, Hashable {
    public var code: FaultCode
    public var scope: FaultScope
    public var description: String
    /// Whether it passes by itself, so that asking again later is right.
    public var isTransient: Bool

    init(code: FaultCode, scope: FaultScope = .account, isTransient: Bool = false, _ description: String) {
        self.code = code
        self.scope = scope
        self.isTransient = isTransient
        self.description = description
    }

    /// Nobody has signed the account in yet, or what that left is gone.
    static func notSignedIn(_ account: AccountName) -> Self {
        Self(
            code: .oauthExpired, "nobody has signed in to [accounts.\(account)] yet: run `postmoon login \(account)`")
    }

    /// What a token endpoint's refusal means for an account.
    init(_ refusal: TokenRefusal, account: AccountName) {
        switch refusal.error {
        case "invalid_grant", "interaction_required", "consent_required", "login_required", "expired_token",
            "access_denied":
            self.init(
                code: .oauthExpired,
                "the provider does not accept the sign-in of [accounts.\(account)] any more (\(refusal)): "
                    + "run `postmoon login \(account)`")
        case "invalid_client", "unauthorized_client":
            self.init(
                code: .configuration,
                "the provider refuses this program (\(refusal)): look at `client_id` and `client_secret` in `oauth2` "
                    + "of [accounts.\(account)], and at its registration with the provider")
        case "invalid_scope", "invalid_request", "unsupported_grant_type", "unsupported_response_type":
            self.init(
                code: .configuration,
                "the provider refuses the request (\(refusal)): look at `scope` and `token_url` in `oauth2` of "
                    + "[accounts.\(account)]")
        default:
            let isThrottle = refusal.status == 429 || refusal.error == "slow_down"
            self.init(
                code: isThrottle ? .throttled : .unavailable, scope: .connection, isTransient: true,
                "the provider gave no access token for [accounts.\(account)] (\(refusal)); it is tried again later")
        }
    }
}
