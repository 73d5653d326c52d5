/// What proves to a mail server who signs in.
public enum LoginProof: Sendable {
    case password(Secret)
    /// An OAuth2 access token, and the server that it is shown to: OAUTHBEARER names it.
    case accessToken(Secret, host: String, port: Int)

    /// What must be seen nowhere.
    public var secret: Secret {
        switch self {
        case .password(let secret), .accessToken(let secret, host: _, port: _): secret
        }
    }

    public var isAccessToken: Bool {
        if case .accessToken = self { true } else { false }
    }
}
