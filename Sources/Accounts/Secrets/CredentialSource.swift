import MailModel

/// How an account proves who it is.
public enum CredentialSource: Sendable {
    case password(SecretSource)
    /// A password that a person has just given, and that is not stored yet. No configuration has it.
    case typed(Secret)
    case oauth2(OAuth2Source)
}

/// Where access tokens come from.
public enum OAuth2Source: Sendable {
    /// A program that prints an access token; asked again for each sign-in.
    case command([String])
    case refresh(OAuth2Refresh)
}

/// What it takes to fetch access tokens (RFC 6749 §6), and to sign in for them.
public struct OAuth2Refresh: Sendable {
    public var clientID: String
    public var clientSecret: ConfiguredText?
    /// `nil`: `postmoon login` keeps it in the state folder.
    public var refreshToken: ConfiguredText?
    /// https, or http on loopback.
    public var tokenURL: String
    /// The page where a person signs in with a browser; `nil`: not known.
    public var authorizeURL: String?
    /// Where the sign-in on another device begins; `nil`: the provider has none.
    public var deviceURL: String?
    /// Space-separated as the token endpoint takes them; empty: those of the refresh token.
    public var scope: String

    public init(
        clientID: String, clientSecret: ConfiguredText?, refreshToken: ConfiguredText?, tokenURL: String,
        authorizeURL: String?, deviceURL: String?, scope: String
    ) {
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.refreshToken = refreshToken
        self.tokenURL = tokenURL
        self.authorizeURL = authorizeURL
        self.deviceURL = deviceURL
        self.scope = scope
    }
}
