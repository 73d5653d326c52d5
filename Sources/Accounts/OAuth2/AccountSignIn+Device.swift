import FoundationEssentials
import MailModel

extension AccountSignIn {
    /// What a person has to do: open the page anywhere and type the code.
    public struct DevicePrompt: Sendable {
        public var page: String
        public var code: String
        /// Seconds for which the code is good.
        public var lifetime: Int64
    }

    private struct DeviceGrant: Decodable {
        var deviceCode: String
        var userCode: String
        var page: String
        var lifetime: Int64
        /// Seconds between two questions.
        var interval: Int64

        private enum CodingKeys: String, CodingKey {
            case deviceCode = "device_code"
            case userCode = "user_code"
            case page = "verification_uri"
            // What some had before the RFC.
            case oldPage = "verification_url"
            case lifetime = "expires_in"
            case interval
        }

        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            deviceCode = try values.decode(String.self, forKey: .deviceCode)
            userCode = try values.decode(String.self, forKey: .userCode)
            page =
                try values.decodeIfPresent(String.self, forKey: .page)
                ?? values.decode(String.self, forKey: .oldPage)
            lifetime = min(max(try values.decodeIfPresent(Int64.self, forKey: .lifetime) ?? 900, 1), 3_600)
            interval = min(max(try values.decodeIfPresent(Int64.self, forKey: .interval) ?? 5, 1), 60)
        }
    }

    /// Shows a code and waits until the person has typed it elsewhere (RFC 8628).
    ///
    /// - Parameters:
    ///   - show: called once.
    ///   - wait: for so many seconds, between two questions.
    public func byDevice(
        show: @Sendable (DevicePrompt) -> Void, wait: @Sendable (Int64) async throws -> Void
    ) async throws -> TokenGrant {
        guard let deviceURL = client.deviceURL else {
            throw OAuth2Error(code: .configuration, "[accounts.\(account)] has no `device_url` in `oauth2`")
        }
        let who = try await clientFields()
        let scope: [TokenEndpoint.Field] = client.scope.isEmpty ? [] : [.init("scope", client.scope)]
        let device: DeviceGrant
        switch try await TokenEndpoint(url: deviceURL, http: http).ask(who + scope, as: DeviceGrant.self) {
        case .granted(let granted): device = granted
        case .refused(let refusal): throw OAuth2Error(refusal, account: account)
        }
        show(DevicePrompt(page: device.page, code: device.userCode, lifetime: device.lifetime))
        return try await poll(
            who + [
                .init("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
                .init("device_code", secret: Secret(device.deviceCode)),
            ], device, wait: wait)
    }

    /// What came of one question: tokens, or how many seconds to wait before the next.
    private enum Turn: Sendable {
        case granted(TokenGrant)
        case again(after: Int64)
    }

    private func poll(
        _ question: [TokenEndpoint.Field], _ device: DeviceGrant, wait: @Sendable (Int64) async throws -> Void
    ) async throws -> TokenGrant {
        var interval = device.interval
        var left = device.lifetime
        while left > 0 {
            try await wait(interval)
            left -= interval
            switch try await turn(question, interval) {
            case .granted(let grant): return grant
            case .again(let next): interval = next
            }
        }
        throw Self.codeExpired
    }

    private func turn(_ question: [TokenEndpoint.Field], _ interval: Int64) async throws -> Turn {
        switch try await answer(to: question) {
        case nil:
            // The network may be gone for a moment; the code is good all the same (RFC 8628 §3.5).
            return .again(after: min(interval * 2, 60))
        case .granted(let grant)?:
            return .granted(grant)
        case .refused(let refusal)?:
            return .again(after: try next(refusal, interval))
        }
    }

    /// `nil`: none came.
    private func answer(to question: [TokenEndpoint.Field]) async throws(OAuth2Error) -> TokenAnswer<TokenGrant>? {
        do throws(OAuth2Error) {
            return try await TokenEndpoint(url: client.tokenURL, http: http).ask(question, as: TokenGrant.self)
        } catch {
            guard error.isTransient else { throw error }
            return nil
        }
    }

    /// The interval from here on.
    private func next(_ refusal: TokenRefusal, _ interval: Int64) throws(OAuth2Error) -> Int64 {
        switch refusal.error {
        case "authorization_pending": return interval
        case "slow_down": return interval + 5
        case "access_denied", "authorization_declined":
            throw OAuth2Error(code: .oauthExpired, "the sign-in was refused on the other device (\(refusal))")
        case "expired_token", "code_expired": throw Self.codeExpired
        default:
            let error = OAuth2Error(refusal, account: account)
            guard error.isTransient else { throw error }
            return interval
        }
    }

    private static let codeExpired = OAuth2Error(
        code: .oauthExpired, "the code was not typed in time: run the command again for a new one")
}
