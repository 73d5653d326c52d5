import FoundationEssentials
import MailModel

/// What a token endpoint gives (RFC 6749 §5.1).
public struct TokenGrant: Sendable, Decodable {
    var accessToken: Secret
    /// Seconds that the access token is good for; `nil` when that is not said.
    var lifetime: Int64?
    /// The refresh token to use from now on; `nil`: the one used so far stays.
    var refreshToken: Secret?

    private enum CodingKeys: String, CodingKey {
        case accessToken = "access_token"
        case lifetime = "expires_in"
        case refreshToken = "refresh_token"
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        accessToken = Secret(try values.decode(String.self, forKey: .accessToken))
        guard !accessToken.isEmpty else {
            throw DecodingError.dataCorruptedError(forKey: .accessToken, in: values, debugDescription: "empty")
        }
        let refreshToken = try? values.decodeIfPresent(String.self, forKey: .refreshToken)
        self.refreshToken = refreshToken.flatMap { $0.isEmpty ? nil : Secret($0) }
        // A number, or, at some, a text.
        let seconds =
            (try? values.decodeIfPresent(Double.self, forKey: .lifetime))
            ?? (try? values.decodeIfPresent(String.self, forKey: .lifetime)).flatMap { Double($0) }
        lifetime = seconds.flatMap { $0 > 0 ? Int64(min($0, 31_536_000)) : nil }
    }
}
