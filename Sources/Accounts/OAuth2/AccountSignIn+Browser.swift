import Foundation
import MailModel
import MessageDigest

extension AccountSignIn {
    /// One visit to the provider's page, that leads back here (RFC 8252 §7.3) and that nobody else can make use of: the
    /// answer has to bear `state`, and its code is worth nothing without the verifier (PKCE, RFC 7636).
    public struct BrowserVisit: Sendable {
        /// What to open.
        public let page: String
        let redirect: String
        let state: String
        let verifier: Secret
    }

    /// - Parameters:
    ///   - redirect: where the page leads back to, such as `http://127.0.0.1:8123/`.
    ///   - random: so many bytes that nobody can foretell.
    public func browserVisit(redirect: String, random: (Int) -> [UInt8]) throws(OAuth2Error) -> BrowserVisit {
        guard let authorizeURL = client.authorizeURL else {
            throw OAuth2Error(
                code: .configuration,
                "[accounts.\(account)] has no `authorize_url` in `oauth2`: it is the page to sign in")
        }
        let verifier = Self.base64URL(random(32))
        let state = Self.base64URL(random(16))
        var fields = [
            (name: "response_type", value: "code"), (name: "client_id", value: client.clientID),
            (name: "redirect_uri", value: redirect), (name: "state", value: state),
            (name: "code_challenge", value: Self.base64URL(MessageDigest.sha256(Array(verifier.utf8)))),
            (name: "code_challenge_method", value: "S256"),
            // Google gives a refresh token only to those who say so; others pass over what they do not know.
            (name: "access_type", value: "offline"), (name: "prompt", value: "consent"),
        ]
        if !client.scope.isEmpty { fields.append((name: "scope", value: client.scope)) }
        let separator = authorizeURL.contains("?") ? "&" : "?"
        return BrowserVisit(
            page: authorizeURL + separator + FormEncoding.encode(fields), redirect: redirect, state: state,
            verifier: Secret(verifier))
    }

    /// What a request on the redirect's address brings: a code; an error; or, without the visit's `state`, nothing that
    /// counts (a browser's own question, or somebody else's attempt).
    ///
    /// - Parameter target: path and query of a request, or the whole address as a person copied it.
    public func code(in target: String, of visit: BrowserVisit) throws(OAuth2Error) -> Secret? {
        guard let mark = target.firstIndex(of: "?") else { return nil }
        let fields = FormEncoding.decode(target[target.index(after: mark)...].prefix { $0 != "#" })
        guard let state = fields["state"], MessageDigest.matches(Array(state.utf8), Array(visit.state.utf8)) else {
            return nil
        }
        if let code = fields["code"], !code.isEmpty { return Secret(code) }
        let name = (fields["error"] ?? "").filter { $0.isASCII && ($0.isLetter || $0 == "_") }.prefix(60)
        throw OAuth2Error(
            code: .oauthExpired, "the provider did not let you in (\(name.isEmpty ? "no reason given" : String(name)))")
    }

    /// Makes tokens of a code (RFC 6749 §4.1.3).
    public func exchange(_ code: Secret, of visit: BrowserVisit) async throws -> TokenGrant {
        let fields: [TokenEndpoint.Field] = [
            .init("grant_type", "authorization_code"), .init("code", secret: code),
            .init("redirect_uri", visit.redirect), .init("code_verifier", secret: visit.verifier),
        ]
        let question = try await clientFields() + fields
        switch try await TokenEndpoint(url: client.tokenURL, http: http).ask(question, as: TokenGrant.self) {
        case .granted(let grant): return grant
        case .refused(let refusal): throw OAuth2Error(refusal, account: account)
        }
    }

    /// RFC 4648 §5, without padding.
    private static func base64URL(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
