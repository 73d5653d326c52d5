import Foundation
import MailModel
import Testing

@testable import IMAPSession

/// Signing in by an access token, line by line.
@Suite struct TokenSignInTests {
    private static let refused = Data(
        #"{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}"#.utf8
    ).base64EncodedString()

    private static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
    private static let xoauth2 = base64("user=jane@example.org\u{1}auth=Bearer canary.token\u{1}\u{1}")
    private static let oauthBearer = base64(
        "n,a=jane@example.org,\u{1}host=imap.example.org\u{1}port=993\u{1}auth=Bearer canary.token\u{1}\u{1}")

    private func signIn(
        _ bench: SignInTests.Bench, user: String = "jane@example.org", token: String = "canary.token"
    ) -> Task<SignedIn, any Error> {
        let connection = bench.connection
        return Task {
            try await connection.signIn(
                SignInRequest(
                    user: user, proof: .accessToken(Secret(token), host: "imap.example.org", port: 993),
                    startTLS: false, clientID: []))
        }
    }

    @Test(arguments: [
        ("AUTH=XOAUTH2", "XOAUTH2", xoauth2), ("AUTH=OAUTHBEARER", "OAUTHBEARER", oauthBearer),
        ("AUTH=XOAUTH2 AUTH=PLAIN AUTH=OAUTHBEARER", "OAUTHBEARER", oauthBearer),
    ])
    func theTokenGoesOutWithTheCommandWhereItMay(offer: String, mechanism: String, response: String) async throws {
        let bench = try await SignInTests.Bench()
        let task = signIn(bench)
        try await bench.says("* OK [CAPABILITY IMAP4rev1 SASL-IR \(offer)] hi")
        #expect(try await bench.hears() == "p1 AUTHENTICATE \(mechanism) \(response)\r\n")
        try await bench.says("p1 OK in")
        #expect(try await bench.hears() == "p2 CAPABILITY\r\n")
        try await bench.says("* CAPABILITY IMAP4rev1", "p2 OK")
        #expect(try await bench.hears() == "p3 LIST \"\" \"\"\r\n")
        try await bench.says("p3 OK")
        _ = try await task.value
    }

    @Test(arguments: [("XOAUTH2", xoauth2, ""), ("OAUTHBEARER", oauthBearer, "AQ==")])
    func aServerThatSaysWhyGetsItsEmptyAnswerBeforeItRefuses(
        mechanism: String, response: String, answer: String
    ) async throws {
        for isInitial in [true, false] {
            let bench = try await SignInTests.Bench()
            let task = signIn(bench)
            try await bench.says("* OK [CAPABILITY IMAP4rev1 \(isInitial ? "SASL-IR " : "")AUTH=\(mechanism)] hi")
            if isInitial {
                #expect(try await bench.hears() == "p1 AUTHENTICATE \(mechanism) \(response)\r\n")
            } else {
                #expect(try await bench.hears() == "p1 AUTHENTICATE \(mechanism)\r\n")
                try await bench.says("+ ")
                #expect(try await bench.hears() == "\(response)\r\n")
            }
            try await bench.says("+ \(Self.refused)")
            #expect(try await bench.hears() == "\(answer)\r\n")
            try await bench.says("p1 NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)")
            let error = try #require(await #expect(throws: SessionError.self) { try await task.value })
            #expect(error.code == .oauthExpired && error.scope == .account)
            #expect(error.text.contains("status 400, scope https://mail.google.com/"))
            #expect(error.isLoginRefusal)
        }
    }

    @Test(arguments: ["NO AUTHENTICATE failed.", "BAD no", "NO [AUTHENTICATIONFAILED] \(xoauth2) canary.token"])
    func aRefusalWithoutAChallengeMeansTheTokenToo(_ reply: String) async throws {
        let bench = try await SignInTests.Bench()
        let task = signIn(bench)
        try await bench.says("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2] hi")
        _ = try await bench.hears()
        try await bench.says("p1 \(reply)")
        let error = try #require(await #expect(throws: SessionError.self) { try await task.value })
        #expect(error.code == .oauthExpired)
        #expect(!"\(error)".contains("canary") && !"\(error)".contains(Self.xoauth2))
    }

    @Test func whatIsNotTheTokensFaultKeepsItsName() async throws {
        let bench = try await SignInTests.Bench()
        let task = signIn(bench)
        try await bench.says("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2] hi")
        _ = try await bench.hears()
        try await bench.says("p1 NO [UNAVAILABLE] later")
        let error = await #expect(throws: SessionError.self) { try await task.value }
        #expect(error?.code == .unavailable)
    }

    @Test func aTokenGoesToNoServerThatTakesPasswordsOnly() async throws {
        let bench = try await SignInTests.Bench()
        let task = signIn(bench)
        try await bench.says("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] hi")
        let error = await #expect(throws: SessionError.self) { try await task.value }
        #expect(error?.code == .loginDisabled && error?.text.contains("XOAUTH2") == true)
    }

    @Test(arguments: [("jane\u{1}auth=Bearer x", "t"), ("jane", "t\u{1}x=y"), ("jane", "t t"), ("jane", ""), ("", "t")])
    func aTokenOrNameThatWouldSmuggleAFieldIsNotSent(user: String, token: String) async throws {
        let bench = try await SignInTests.Bench()
        let task = signIn(bench, user: user, token: token)
        try await bench.says("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2] hi")
        let error = await #expect(throws: SessionError.self) { try await task.value }
        #expect(error?.code == .configuration)
    }

    @Test func aNameWithSignsOfTheGrammarIsEscaped() {
        let message = BearerMechanism.oauthBearer.message(user: "a=b,c", token: Secret("t"), host: "h", port: 1)
        #expect(message?.reveal().hasPrefix("n,a=a=3Db=2Cc,\u{1}") == true)
    }

    private static let challenges: [(String, String?)] = [
        ("", nil), ("!!", nil), (base64("[1]"), nil), (base64("{}"), ""),
        (base64(#"{"status":"401"}"#), " (status 401)"),
        (base64(#"{"status":"invalid_token","scope":"a\r\nb"}"#), " (status invalid_token, scope ab)"),
        (base64(#"{"status":401}"#), nil),
    ]

    @Test(arguments: challenges)
    func aChallengeIsReadAndMadeSafe(challenge: String, text: String?) {
        #expect(BearerFailure(challenge: challenge)?.description == text)
    }
}
