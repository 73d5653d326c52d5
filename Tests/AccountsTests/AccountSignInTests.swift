import Foundation
import MailModel
import Synchronization
import Testing

@testable import Accounts

/// Signing in with a person's help, by device (RFC 8628) and by browser (RFC 6749 with PKCE).
@Suite struct AccountSignInTests {
    private struct Bench {
        let folder: ConfigurationFolder
        let http: ScriptedHTTP
        let signIn: AccountSignIn

        init(_ answers: ScriptedHTTP.Answer..., more: String = "") throws {
            folder = try ConfigurationFolder()
            http = ScriptedHTTP(answers)
            let configuration = try folder.load(
                """
                state = "state"
                [accounts.home]
                user = "jane"
                imap = { host = "h" }
                oauth2 = { client_id = "id", token_url = "https://p.example/token", device_url = \
                "https://p.example/device", authorize_url = "https://p.example/authorize", scope = "mail"\(more) }
                """)
            signIn = try #require(AccountSignIn(configuration.accounts[0], http: http))
        }

        /// Signs in by device and gives how long it waited, time by time.
        func byDevice() async throws -> (grant: TokenGrant, prompts: [AccountSignIn.DevicePrompt], waits: [Int64]) {
            let prompts = Mutex<[AccountSignIn.DevicePrompt]>([])
            let waits = Mutex<[Int64]>([])
            let grant = try await signIn.byDevice(
                show: { prompt in prompts.withLock { $0.append(prompt) } },
                wait: { seconds in waits.withLock { $0.append(seconds) } })
            return (grant, prompts.withLock { $0 }, waits.withLock { $0 })
        }
    }

    private static let device = ScriptedHTTP.Answer.json(
        200,
        #"{"device_code":"dc","user_code":"ABCD","verification_uri":"https://p.example/d","expires_in":900,"interval":5}"#
    )
    private static let granted = ScriptedHTTP.Answer.json(200, #"{"access_token":"a","refresh_token":"r"}"#)

    private static func pending(_ error: String) -> ScriptedHTTP.Answer { .json(400, "{\"error\":\"\(error)\"}") }

    @Test func aCodeIsShownAndAskedForUntilItWasTyped() async throws {
        let bench = try Bench(
            Self.device, Self.pending("authorization_pending"), Self.pending("slow_down"), .json(503, ""),
            Self.granted)
        let (grant, prompts, waits) = try await bench.byDevice()
        #expect(grant.refreshToken?.reveal() == "r")
        #expect(prompts.map(\.code) == ["ABCD"] && prompts.map(\.page) == ["https://p.example/d"])
        #expect(waits == [5, 5, 10, 10], "slow_down adds five seconds for good (RFC 8628 §3.5)")
        #expect(bench.http.addresses.prefix(2) == ["https://p.example/device", "https://p.example/token"])
        #expect(bench.http.forms[0] == "client_id=id&scope=mail")
        #expect(
            bench.http.forms[1]
                == "client_id=id&grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&device_code=dc")
    }

    @Test(arguments: [
        ("access_denied", "refused on the other device"), ("expired_token", "not typed in time"),
        ("invalid_client", "client_id"),
    ])
    func whatEndsItIsSaid(error: String, sentence: String) async throws {
        let bench = try Bench(Self.device, Self.pending(error))
        let error = await #expect(throws: OAuth2Error.self) { _ = try await bench.byDevice() }
        #expect(error?.description.contains(sentence) == true)
    }

    @Test func itDoesNotAskForEver() async throws {
        let device = ScriptedHTTP.Answer.json(
            200, #"{"device_code":"dc","user_code":"A","verification_url":"https://p.example/d","expires_in":12}"#)
        let bench = try Bench(
            device, Self.pending("authorization_pending"), Self.pending("authorization_pending"),
            Self.pending("authorization_pending"), Self.granted)
        let error = await #expect(throws: OAuth2Error.self) { _ = try await bench.byDevice() }
        #expect(error?.description.contains("not typed in time") == true)
        #expect(bench.http.forms.count == 4)
    }

    @Test func theBrowsersPageAndItsCodeBelongTogether() async throws {
        let bench = try Bench(Self.granted)
        let visit = try bench.signIn.browserVisit(
            redirect: "http://127.0.0.1:8123/", random: { count in [UInt8](repeating: 7, count: count) })
        #expect(visit.page.hasPrefix("https://p.example/authorize?response_type=code&client_id=id&"))
        #expect(visit.page.contains("redirect_uri=http%3A%2F%2F127.0.0.1%3A8123%2F"))
        #expect(visit.page.contains("code_challenge_method=S256") && visit.page.contains("scope=mail"))
        let verifier = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc"
        #expect(!visit.page.contains(verifier), "the verifier itself is shown at the end only")
        // printf BwcH... | openssl dgst -sha256 -binary | base64url
        #expect(visit.page.contains("code_challenge=3Ev4DHdHPRMPoN6GukAY_pi7IUAF5qWJHRK6kURvnoE&"))

        let state = "BwcHBwcHBwcHBwcHBwcHBw"
        for stray in ["/", "/favicon.ico", "/?code=c", "/?code=c&state=other", "/?state=\(state)x&code=c"] {
            #expect(try bench.signIn.code(in: stray, of: visit) == nil, "\(stray)")
        }
        let code = try #require(
            try bench.signIn.code(in: "http://127.0.0.1:8123/?code=4%2Fc+d&state=\(state)#x", of: visit))
        #expect(code.reveal() == "4/c d")
        #expect(throws: OAuth2Error.self) {
            try bench.signIn.code(in: "/?error=access_denied&state=\(state)", of: visit)
        }
        _ = try await bench.signIn.exchange(code, of: visit)
        #expect(
            bench.http.forms == [
                "client_id=id&grant_type=authorization_code&code=4%2Fc%20d"
                    + "&redirect_uri=http%3A%2F%2F127.0.0.1%3A8123%2F&code_verifier=\(verifier)"
            ])
        #expect(!"\(visit.verifier) \(code)".contains("c d"))
    }

    @Test func whatWasGrantedIsStoredWhereTheConfigurationSays() async throws {
        let bench = try Bench(Self.device, Self.granted, more: ", refresh_token = { file = \"new.token\" }")
        try await bench.signIn.keep(try await bench.byDevice().grant)
        #expect(try String(contentsOfFile: "\(bench.folder.path)/new.token", encoding: .utf8) == "r\n")
        #expect(FilePermissions(path: "\(bench.folder.path)/new.token")?.mode == 0o600)

        let other = try Bench(Self.device, Self.granted)
        try await other.signIn.keep(try await other.byDevice().grant)
        #expect(other.signIn.place == "\(other.folder.path)/state/oauth2/home.json")
        #expect(try String(contentsOfFile: other.signIn.place, encoding: .utf8).contains("\"r\""))
    }

    @Test func withoutARefreshTokenThereIsNothingToKeep() async throws {
        let bench = try Bench(Self.device, .json(200, #"{"access_token":"a"}"#))
        let grant = try await bench.byDevice().grant
        let error = await #expect(throws: OAuth2Error.self) { try await bench.signIn.keep(grant) }
        #expect(error?.description.contains("offline_access") == true)
    }
}
