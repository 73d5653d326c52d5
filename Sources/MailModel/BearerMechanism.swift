/// The two ways to show an access token to a mail server, the better first.
public enum BearerMechanism: String, Sendable, CaseIterable {
    /// RFC 7628.
    case oauthBearer = "OAUTHBEARER"
    /// Google's own from before it, and the only one that Microsoft has.
    case xoauth2 = "XOAUTH2"

    /// The better one that a server offers, by the names of its mechanisms in upper case.
    public static func best(of offered: some Sequence<String>) -> Self? {
        let names = Set(offered)
        return allCases.first { names.contains($0.rawValue) }
    }

    /// The client's message, not yet base64; `nil` when user or token holds what would begin another field.
    public func message(user: String, token: Secret, host: String, port: Int) -> Secret? {
        let token = token.reveal()
        guard !token.isEmpty, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !user.isEmpty,
            user.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
        else { return nil }
        switch self {
        case .oauthBearer:
            // A saslname (RFC 5801 §4).
            let name = user.replacing("=", with: "=3D").replacing(",", with: "=2C")
            return Secret("n,a=\(name),\u{1}host=\(host)\u{1}port=\(port)\u{1}auth=Bearer \(token)\u{1}\u{1}")
        case .xoauth2:
            return Secret("user=\(user)\u{1}auth=Bearer \(token)\u{1}\u{1}")
        }
    }

    /// What answers the challenge in which a server says why it will refuse; the refusal comes only then.
    public var answerToFailure: Secret {
        switch self {
        case .oauthBearer: Secret("\u{1}")
        case .xoauth2: Secret("")
        }
    }
}
