import Foundation
import Synchronization

/// A provider's OAuth2 service on 127.0.0.1: renews tokens, turns the refresh token each time, signs in by device and by
/// browser, and tells a mail server which access tokens are good (RFC 7662).
public final class TokenService: Sendable {
    fileprivate struct State {
        var refreshTokens: Set<String> = []
        var accessTokens: Set<String> = []
        var count = 0
        var lifetime = 3_600
        var turnsTokens = true
        /// Answers to give before the usual ones, by path.
        var scripted: [String: [WebListener.Response]] = [:]
        var requests: [WebListener.Request] = []
        /// What the page of a browser visit asked for, by code.
        var visits: [String: [String: String]] = [:]
        var isDeviceApproved = false
    }

    fileprivate final class Desk: Sendable {
        let state = Mutex(State())
        let user: String

        init(_ user: String) { self.user = user }
    }

    private let desk: Desk
    private let server: WebListener

    /// - Parameter user: whose tokens they are.
    public init(user: String = "jane") throws {
        let desk = Desk(user)
        self.desk = desk
        server = try WebListener { desk.answer($0) }
    }

    public func url(_ path: String) -> String { server.url(path) }

    /// `oauth2 = { ... }` of an account.
    ///
    /// - Parameter extra: further keys, such as `refresh_token = { file = "x" }`.
    public func account(_ extra: String = "") -> String {
        let more = extra.isEmpty ? "" : ", \(extra)"
        return "oauth2 = { client_id = \"postmoon-test\", token_url = \"\(url("/token"))\", "
            + "device_url = \"\(url("/device"))\", authorize_url = \"\(url("/authorize"))\", scope = \"mail\"\(more) }"
    }

    // MARK: What the test does

    /// A refresh token as an earlier sign-in left it.
    public func issue(_ token: String) { desk.state.withLock { _ = $0.refreshTokens.insert(token) } }

    /// A good access token that nobody asked for.
    public func mint() -> String {
        desk.state.withLock { state in
            state.count += 1
            let token = "access-\(state.count)-CANARY"
            state.accessTokens.insert(token)
            return token
        }
    }

    /// No token issued so far is good any more.
    public func revokeAll() {
        desk.state.withLock {
            $0.refreshTokens = []
            $0.accessTokens = []
        }
    }

    /// Access tokens run out at the server, whatever was said of their lifetime.
    public func expireAccessTokens() { desk.state.withLock { $0.accessTokens = [] } }

    public func setLifetime(_ seconds: Int) { desk.state.withLock { $0.lifetime = seconds } }

    public func approveDevice() { desk.state.withLock { $0.isDeviceApproved = true } }

    /// Answers to give at this path first.
    public func script(_ path: String, _ answers: WebListener.Response...) {
        desk.state.withLock { $0.scripted[path, default: []] += answers }
    }

    /// What was asked at this path.
    public func requests(_ path: String) -> [WebListener.Request] {
        desk.state.withLock { state in state.requests.filter { $0.target.prefix { $0 != "?" } == path } }
    }

    /// Every token given out that is good.
    public var goodTokens: [String] { desk.state.withLock { Array($0.accessTokens) + Array($0.refreshTokens) } }

    /// What a person's consent in the browser does: gives the address to which the page leads.
    public func consent(to page: String) throws -> String {
        let query = page.drop { $0 != "?" }.dropFirst()
        let fields = WebListener.Request(line: "GET /?\(query) x", headers: [:], body: []).form
        guard fields["response_type"] == "code", let redirect = fields["redirect_uri"], let state = fields["state"]
        else { throw ServerUnavailable("the page asks for no code: \(page)") }
        let code = desk.state.withLock { desk in
            desk.count += 1
            desk.visits["code-\(desk.count)"] = fields
            return "code-\(desk.count)"
        }
        return "\(redirect)?code=\(code)&state=\(state)&scope=mail"
    }
}

// MARK: - Answers

extension TokenService.Desk {
    fileprivate func answer(_ request: WebListener.Request) -> WebListener.Response {
        let path = String(request.target.prefix { $0 != "?" })
        return state.withLock { state in
            state.requests.append(request)
            if var answers = state.scripted[path], !answers.isEmpty {
                let first = answers.removeFirst()
                state.scripted[path] = answers
                return first
            }
            switch path {
            case "/token": return token(request.form, &state)
            case "/device":
                return .json(
                    #"{"device_code":"device-code-canary","user_code":"WXYZ-1234","#
                        + #""verification_uri":"https://example.org/device","expires_in":900,"interval":1}"#)
            case "/introspect":
                let isGood = request.form["token"].map { state.accessTokens.contains($0) } ?? false
                return .json(isGood ? "{\"active\":true,\"username\":\"\(user)\"}" : "{\"active\":false}")
            default: return WebListener.Response(status: 404)
            }
        }
    }

    private func token(_ form: [String: String], _ state: inout TokenService.State) -> WebListener.Response {
        guard form["client_id"] == "postmoon-test" else { return refusal("invalid_client", "who?") }
        switch form["grant_type"] {
        case "refresh_token":
            guard let token = form["refresh_token"], state.refreshTokens.contains(token) else {
                return refusal("invalid_grant", "Token has been expired or revoked.")
            }
            if state.turnsTokens { state.refreshTokens.remove(token) }
            return grant(&state)
        case "authorization_code":
            guard let code = form["code"], let visit = state.visits.removeValue(forKey: code),
                visit["redirect_uri"] == form["redirect_uri"], visit["code_challenge_method"] == "S256",
                form["code_verifier"].map(Self.challenge) == visit["code_challenge"]
            else { return refusal("invalid_grant", "no such code, or not yours") }
            return grant(&state)
        case "urn:ietf:params:oauth:grant-type:device_code":
            guard form["device_code"] == "device-code-canary" else { return refusal("invalid_grant", "no such code") }
            return state.isDeviceApproved ? grant(&state) : refusal("authorization_pending", "wait")
        default: return refusal("unsupported_grant_type", "")
        }
    }

    private func grant(_ state: inout TokenService.State) -> WebListener.Response {
        state.count += 1
        let access = "access-\(state.count)-CANARY"
        let refresh = "refresh-\(state.count)-CANARY"
        state.accessTokens.insert(access)
        var next = ""
        if state.turnsTokens {
            state.refreshTokens.insert(refresh)
            next = ",\"refresh_token\":\"\(refresh)\""
        }
        return .json(
            "{\"access_token\":\"\(access)\",\"token_type\":\"Bearer\",\"expires_in\":\(state.lifetime)\(next)}")
    }

    private func refusal(_ error: String, _ description: String) -> WebListener.Response {
        .json("{\"error\":\"\(error)\",\"error_description\":\"\(description)\"}", status: 400)
    }

    /// RFC 7636 §4.2, by OpenSSL's own program: not with the code that is tested.
    private static func challenge(_ verifier: String) -> String {
        let script = "printf %s \"$1\" | openssl dgst -sha256 -binary | base64 | tr '+/' '-_' | tr -d '=\\n'"
        let output = try? Programs.run("/bin/sh", ["-c", script, "sh", verifier])
        return output ?? "none"
    }
}
