import Foundation
import HTTPRequest
import Logging
import MailModel
import Synchronization
import Testing

@testable import Accounts

/// Renewing access tokens: how often, with what, and what is kept where.
@Suite struct AccessTokensTests {
    private static let canary = "CANARY-refresh"

    private struct Bench {
        let folder: ConfigurationFolder
        let http: ScriptedHTTP
        let clock = HandClock()
        let tokens: AccessTokens
        let store: RefreshTokenStore
        var stateFolder: String { "\(folder.path)/state" }

        /// - Parameter source: `nil`: the configuration names none.
        init(_ answers: [ScriptedHTTP.Answer], source: ((ConfigurationFolder) -> ConfiguredText)? = nil) throws {
            try self.init(ScriptedHTTP(answers), ConfigurationFolder(), source)
        }

        init(
            _ http: ScriptedHTTP, _ folder: ConfigurationFolder, _ source: ((ConfigurationFolder) -> ConfiguredText)?
        ) throws {
            self.folder = folder
            self.http = http
            let client = OAuth2Refresh(
                clientID: "id", clientSecret: .literal(Secret("CANARY-client")), refreshToken: source?(folder),
                tokenURL: "https://login.example.org/token", authorizeURL: nil, deviceURL: nil, scope: "mail offline")
            let account = try #require(AccountName("home"))
            let clock = clock
            tokens = AccessTokens(
                account: account, client: client, stateFolder: "\(folder.path)/state", http: http,
                clock: { clock.now }, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
            store = RefreshTokenStore(
                account: account, configured: client.refreshToken, stateFolder: "\(folder.path)/state")
        }

        func file(_ name: String) throws -> String {
            try String(contentsOfFile: "\(folder.path)/\(name)", encoding: .utf8)
        }

        func mode(_ name: String) -> UInt32? { FilePermissions(path: "\(folder.path)/\(name)")?.mode }

        func refused() async -> OAuth2Error? {
            await #expect(throws: OAuth2Error.self) { _ = try await tokens.token() }
        }
    }

    private static func grant(_ token: String, refresh: String? = nil, lifetime: String = "3600") -> ScriptedHTTP.Answer
    {
        let next = refresh.map { ",\"refresh_token\":\"\($0)\"" } ?? ""
        return .json(200, "{\"access_token\":\"\(token)\",\"expires_in\":\(lifetime)\(next)}")
    }

    private static let invalidGrant = ScriptedHTTP.Answer.json(
        400, #"{"error":"invalid_grant","error_description":"AADSTS700082: it has expired.\r\nTrace ID: x"}"#)

    private static func inFile(_ folder: ConfigurationFolder) -> ConfiguredText {
        try? folder.write("token", "\(canary)\n", mode: 0o600)
        return .source(.file("\(folder.path)/token"))
    }

    @Test func oneIsFetchedAndHeldForAsLongAsItIsGood() async throws {
        let bench = try Bench([Self.grant("one"), Self.grant("two", lifetime: "\"90\"")], source: Self.inFile)
        #expect(try await bench.tokens.token().reveal() == "one")
        #expect(
            bench.http.forms.first
                == "grant_type=refresh_token&client_id=id&refresh_token=CANARY-refresh&client_secret=CANARY-client"
                + "&scope=mail%20offline")
        #expect(bench.http.addresses == ["https://login.example.org/token"])
        bench.clock.pass(3_539)
        #expect(try await bench.tokens.token().reveal() == "one")
        bench.clock.pass(1)
        #expect(try await bench.tokens.token().reveal() == "two", "a minute early, since a login takes its time")
        bench.clock.pass(44)
        #expect(try await bench.tokens.token().reveal() == "two", "half of a short life at least")
        #expect(bench.http.forms.count == 2)
    }

    @Test func oneThatAServerRefusedIsNotGivenAgain() async throws {
        let bench = try Bench([Self.grant("one"), Self.grant("two")], source: Self.inFile)
        let first = try await bench.tokens.token()
        await bench.tokens.forget(first)
        #expect(try await bench.tokens.token().reveal() == "two")
        await bench.tokens.forget(first)
        #expect(try await bench.tokens.token().reveal() == "two", "what is said of another does not concern it")
    }

    @Test func whoeverAsksMeanwhileWaitsForTheSameRequest() async throws {
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let http = ScriptedHTTP([Self.grant("one"), Self.grant("two")]) { _ in for await _ in gate {} }
        let bench = try Bench(http, ConfigurationFolder(), Self.inFile)
        let tokens = bench.tokens
        let tasks = (0..<20).map { _ in Task { try await tokens.token().reveal() } }
        open.finish()
        for task in tasks { #expect(try await task.value == "one") }
        #expect(http.forms.count == 1)
    }

    @Test func aTurnedTokenTakesThePlaceOfTheOldOneInItsFile() async throws {
        let bench = try Bench([Self.grant("one", refresh: "next"), Self.grant("two")], source: Self.inFile)
        _ = try await bench.tokens.token()
        #expect(try bench.file("token") == "next\n")
        #expect(bench.mode("token") == 0o600)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: bench.folder.path).allSatisfy { !$0.contains("new-") })
        bench.clock.pass(4_000)
        _ = try await bench.tokens.token()
        #expect(bench.http.forms.last?.contains("refresh_token=next&") == true)
        #expect(!FileManager.default.fileExists(atPath: bench.stateFolder), "nothing is kept twice")
    }

    @Test func aLinkStaysALink() async throws {
        let bench = try Bench([Self.grant("one", refresh: "next")]) { folder in
            _ = Self.inFile(folder)
            symlink("\(folder.path)/token", "\(folder.path)/link")
            return .source(.file("\(folder.path)/link"))
        }
        _ = try await bench.tokens.token()
        #expect(try bench.file("token") == "next\n")
        #expect(
            try FileManager.default.destinationOfSymbolicLink(atPath: "\(bench.folder.path)/link").hasSuffix("token"))
    }

    @Test func aTurnedTokenFromElsewhereIsKeptInTheStateFolderUntilTheConfigurationChanges() async throws {
        let folder = try ConfigurationFolder()
        try folder.write("printed", Self.canary, mode: 0o600)
        let source = { (folder: ConfigurationFolder) in
            ConfiguredText.source(.command(["/bin/cat", "\(folder.path)/printed"]))
        }
        let http = ScriptedHTTP(Self.grant("one", refresh: "next"), Self.grant("two"), Self.grant("three"))
        let bench = try Bench(http, folder, source)
        _ = try await bench.tokens.token()
        #expect(bench.mode("state/oauth2/home.json") == 0o600)
        #expect(bench.mode("state") == 0o700 && bench.mode("state/oauth2") == 0o700)
        bench.clock.pass(4_000)
        _ = try await bench.tokens.token()
        #expect(http.forms.last?.contains("refresh_token=next&") == true)
        try folder.write("printed", "by-hand", mode: 0o600)
        bench.clock.pass(4_000)
        _ = try await bench.tokens.token()
        #expect(http.forms.last?.contains("refresh_token=by-hand&") == true, "what the person writes counts")
    }

    @Test func aRefusedTokenIsNotShownAgainUnlessItChanges() async throws {
        let bench = try Bench([Self.invalidGrant, Self.grant("one"), Self.invalidGrant], source: Self.inFile)
        let error = try #require(await bench.refused())
        #expect(error.code == .oauthExpired && error.scope == .account && !error.isTransient)
        #expect(error.description.contains("invalid_grant: AADSTS700082: it has expired."))
        #expect(error.description.hasSuffix("run `postmoon login home`"))
        #expect(!error.description.contains("CANARY") && !error.description.contains("Trace"))
        #expect(await bench.refused() == error)
        #expect(bench.http.forms.count == 1, "the provider is not asked again")
        try bench.folder.write("token", "signed-in-anew\n", mode: 0o600)
        #expect(try await bench.tokens.token().reveal() == "one")
        bench.clock.pass(3_600)
        #expect(await bench.refused()?.code == .oauthExpired)
        bench.clock.pass(AccessTokens.pause)
        #expect(await bench.refused()?.code == .unavailable, "after a long while it is tried again all the same")
        #expect(bench.http.forms.count == 4)
    }

    @Test func aTokenThatAnotherProgramTurnedMeanwhileIsUsed() async throws {
        let folder = try ConfigurationFolder()
        let file = "\(folder.path)/token"
        let http = ScriptedHTTP([Self.invalidGrant, Self.grant("one")]) { count in
            // In place: the file stays readable by nobody else.
            if count == 1 { try? "turned-by-another\n".write(toFile: file, atomically: false, encoding: .utf8) }
        }
        let bench = try Bench(http, folder, Self.inFile)
        #expect(try await bench.tokens.token().reveal() == "one")
        #expect(http.forms.last?.contains("refresh_token=turned-by-another&") == true)
    }

    @Test func aTurnedTokenThatCannotBeStoredGoesOnBeingUsed() async throws {
        let answers = [Self.grant("one", refresh: "next"), Self.grant("two"), Self.grant("three")]
        let bench = try Bench(answers) { _ in .literal(Secret(Self.canary)) }
        // Where the folder should be there is a file: not even root can write into it.
        try bench.folder.write("state", "", mode: 0o600)
        #expect(try await bench.tokens.token().reveal() == "one")
        bench.clock.pass(4_000)
        #expect(try await bench.tokens.token().reveal() == "two")
        #expect(bench.http.forms.last?.contains("refresh_token=next&") == true)
        try FileManager.default.removeItem(atPath: bench.stateFolder)
        bench.clock.pass(4_000)
        _ = try await bench.tokens.token()
        #expect(try await bench.store.read().reveal() == "next", "stored as soon as that can be")
    }

    @Test func withoutASignInItSaysWhatToDo() async throws {
        let none = try Bench([])
        #expect(await none.refused()?.description.hasSuffix("run `postmoon login home`") == true)
        let missing = try Bench([]) { .source(.file("\($0.path)/nowhere")) }
        #expect(await missing.refused()?.code == .oauthExpired)
        #expect(none.http.forms.isEmpty && missing.http.forms.isEmpty)
    }

    private static let answers: [(Int, String, FaultCode, Bool)] = [
        (400, #"{"error":"invalid_client"}"#, .configuration, false),
        (401, #"{"error":"unauthorized_client"}"#, .configuration, false),
        (400, #"{"error":"invalid_scope"}"#, .configuration, false),
        (400, #"{"error":"interaction_required"}"#, .oauthExpired, false),
        (429, "slow down", .throttled, true), (400, #"{"error":"slow_down"}"#, .throttled, true),
        (503, "<html>", .unavailable, true), (200, "{}", .unavailable, true), (200, "", .unavailable, true),
        (200, #"{"access_token":""}"#, .unavailable, true), (302, "", .unavailable, true),
        (400, #"{"error":"temporarily_unavailable"}"#, .unavailable, true),
    ]

    @Test(arguments: answers)
    func everyAnswerHasAName(status: Int, body: String, code: FaultCode, isTransient: Bool) async throws {
        let bench = try Bench([.json(status, body)], source: Self.inFile)
        let error = try #require(await bench.refused())
        #expect(error.code == code && error.isTransient == isTransient, "\(error)")
        #expect(error.scope == (isTransient ? .connection : .account))
    }

    @Test func aProviderThatRepeatsWhatItWasSentTellsNobody() async throws {
        let echo = #"{"error":"invalid_grant","error_description":"token CANARY-refresh of CANARY-client is bad"}"#
        let bench = try Bench([.json(400, echo)], source: Self.inFile)
        let error = try #require(await bench.refused())
        #expect(!error.description.contains("CANARY"), "\(error)")
        #expect(error.description.contains("token … of … is bad"))
    }

    @Test func anEndpointThatCannotBeReachedIsTriedAgainLater() async throws {
        let failure = HTTPError(reason: .timedOut, host: "login.example.org", detail: "30 s")
        let bench = try Bench([.fails(failure), Self.grant("one")], source: Self.inFile)
        let error = try #require(await bench.refused())
        #expect(error.code == .connectionTimeout && error.isTransient && error.scope == .connection)
        #expect(try await bench.tokens.token().reveal() == "one")
    }
}
