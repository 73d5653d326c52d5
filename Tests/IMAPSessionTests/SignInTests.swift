import IMAPSyntax
import MailModel
import NIOCore
import NIOEmbedded
import TestKit
import Testing

@testable import IMAPSession

/// The order of signing in, against a server that is read line by line.
@Suite struct SignInTests {
    /// Answers the client's lines as the test says, on a channel in memory.
    struct Bench {
        let channel: NIOAsyncTestingChannel
        let connection: IMAPConnection

        init(startTLS: Bool = false) async throws {
            let channel = NIOAsyncTestingChannel()
            try await channel.connect(to: SocketAddress(unixDomainSocketPath: "/x")).get()
            let succeed: @Sendable (any Channel) -> EventLoopFuture<Void> = { $0.eventLoop.makeSucceededVoidFuture() }
            let upgrade = startTLS ? succeed : nil
            connection = try await channel.testingEventLoop.executeInContext {
                try IMAPConnection.attach(to: channel, deadlines: .standard, startTLS: upgrade)
            }
            self.channel = channel
        }

        func says(_ lines: String...) async throws {
            try await channel.writeInbound(ByteBuffer(string: lines.map { $0 + "\r\n" }.joined()))
        }

        /// The client's next write.
        func hears() async throws -> String {
            String(buffer: try await channel.waitForOutboundWrite(as: ByteBuffer.self))
        }

        func signIn(startTLS: Bool = false) -> Task<SignedIn, any Error> {
            let connection = connection
            return Task {
                try await connection.signIn(
                    SignInRequest(
                        user: "jane", password: Secret("canary"), startTLS: startTLS, clientID: [("name", "postmoon")]))
            }
        }
    }

    @Test func theShortestWayIsSASLWithAnInitialResponse() async throws {
        let bench = try await Bench()
        let task = bench.signIn()
        try await bench.says("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] hi")
        #expect(try await bench.hears() == "p1 AUTHENTICATE PLAIN AGphbmUAY2FuYXJ5\r\n")
        try await bench.says("p1 OK in")
        #expect(try await bench.hears() == "p2 CAPABILITY\r\n", "asked again by itself")
        try await bench.says("* CAPABILITY IMAP4rev1 MOVE ENABLE CONDSTORE NAMESPACE ID", "p2 OK")
        #expect(
            try await bench.hears()
                == "p3 ENABLE CONDSTORE\r\np4 NAMESPACE\r\np5 ID (\"name\" \"postmoon\")\r\np6 LIST \"\" \"\"\r\n")
        try await bench.says(
            "* ENABLED CONDSTORE", "p3 OK", "* NAMESPACE ((\"INBOX.\" \".\")) NIL NIL", "p4 OK", "* ID NIL", "p5 OK",
            "* LIST (\\Noselect) \".\" \"\"", "p6 OK")
        let signedIn = try await task.value
        #expect(signedIn.has("MOVE") && signedIn.enabled == ["CONDSTORE"])
        #expect(signedIn.layout == MailboxLayout(separator: ".", prefix: "INBOX."))
    }

    @Test func whatTheLoginToldIsBelievedForOneRoundTrip() async throws {
        let bench = try await Bench()
        let task = bench.signIn()
        try await bench.says("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] hi")
        _ = try await bench.hears()
        try await bench.says("p1 OK [CAPABILITY IMAP4rev1 NAMESPACE ID] in")
        #expect(
            try await bench.hears()
                == "p2 CAPABILITY\r\np3 NAMESPACE\r\np4 ID (\"name\" \"postmoon\")\r\np5 LIST \"\" \"\"\r\n",
            "the capabilities first: what may bring literals comes behind them")
        try await bench.says(
            "* CAPABILITY IMAP4rev1 MOVE ENABLE CONDSTORE NAMESPACE", "p2 OK", "* NAMESPACE ((\"\" \"/\")) NIL NIL",
            "p3 OK",
            "p4 BAD what?", "* LIST (\\Noselect) \"/\" \"\"", "p5 OK")
        #expect(try await bench.hears() == "p6 ENABLE CONDSTORE\r\n", "it was not told of at the login")
        try await bench.says("* ENABLED CONDSTORE", "p6 OK")
        let signedIn = try await task.value
        #expect(signedIn.capabilities == ["IMAP4REV1", "MOVE", "ENABLE", "CONDSTORE", "NAMESPACE"])
        #expect(signedIn.enabled == ["CONDSTORE"] && signedIn.layout == MailboxLayout(separator: "/", prefix: ""))
    }

    @Test func withoutSASLIRTheResponseWaitsForTheServer() async throws {
        let bench = try await Bench()
        let task = bench.signIn()
        try await bench.says("* OK hi")
        #expect(try await bench.hears() == "p1 CAPABILITY\r\n")
        try await bench.says("* CAPABILITY IMAP4rev1 AUTH=PLAIN", "p1 OK")
        #expect(try await bench.hears() == "p2 AUTHENTICATE PLAIN\r\n")
        try await bench.says("+ ")
        #expect(try await bench.hears() == "AGphbmUAY2FuYXJ5\r\n")
        try await bench.says("p2 NO [AUTHENTICATIONFAILED] wrong")
        let error = await #expect(throws: SessionError.self) { try await task.value }
        #expect(error?.code == .authFailed && error?.scope == .account)
        #expect(error.map { "\($0)".contains("canary") } == false)
    }

    @Test(arguments: ["NO no", "BAD no", "NO [UNAVAILABLE] later", "NO [EXPIRED] old"])
    func aRefusedLoginIsAFaultOfTheAccount(_ reply: String) async throws {
        let bench = try await Bench()
        let task = bench.signIn()
        try await bench.says("* OK [CAPABILITY IMAP4rev1] hi")
        #expect(try await bench.hears() == "p1 LOGIN \"jane\" \"canary\"\r\n")
        try await bench.says("p1 \(reply)")
        let error = await #expect(throws: SessionError.self) { try await task.value }
        #expect(error?.scope == .account)
    }

    @Test func logindisabledKeepsThePasswordBack() async throws {
        let bench = try await Bench()
        let task = bench.signIn()
        try await bench.says("* OK [CAPABILITY IMAP4rev1 LOGINDISABLED] hi")
        let error = await #expect(throws: SessionError.self) { try await task.value }
        #expect(error?.code == .loginDisabled)
    }

    @Test func preauthenticationSkipsTheLogin() async throws {
        let bench = try await Bench()
        let task = bench.signIn()
        try await bench.says("* PREAUTH [CAPABILITY IMAP4rev1] welcome")
        #expect(try await bench.hears() == "p1 CAPABILITY\r\n")
        try await bench.says("* CAPABILITY IMAP4rev1", "p1 OK")
        #expect(try await bench.hears() == "p2 LIST \"\" \"\"\r\n")
        try await bench.says("* LIST () NIL \"\"", "p2 OK")
        #expect(try await task.value.layout == MailboxLayout(separator: nil, prefix: ""))
    }

    @Test func startTLSThatIsNotOfferedIsAnErrorAndNothingIsSent() async throws {
        let bench = try await Bench(startTLS: true)
        let task = bench.signIn(startTLS: true)
        try await bench.says("* OK hi")
        #expect(try await bench.hears() == "p1 CAPABILITY\r\n")
        try await bench.says("* CAPABILITY IMAP4rev1 AUTH=PLAIN", "p1 OK")
        let error = await #expect(throws: SessionError.self) { try await task.value }
        #expect(error?.code == .startTLSMissing)
    }

    @Test(arguments: ["NO no", "BAD no"]) func startTLSThatIsRefusedIsAnError(_ reply: String) async throws {
        let bench = try await Bench(startTLS: true)
        let task = bench.signIn(startTLS: true)
        try await bench.says("* OK hi")
        _ = try await bench.hears()
        try await bench.says("* CAPABILITY IMAP4rev1 STARTTLS", "p1 OK")
        #expect(try await bench.hears() == "p2 STARTTLS\r\n")
        try await bench.says("p2 \(reply)")
        let error = await #expect(throws: SessionError.self) { try await task.value }
        #expect(error?.code == .startTLSStripped)
    }

    @Test func capabilitiesAreAskedAgainAfterTLSAndAfterLogin() async throws {
        let bench = try await Bench(startTLS: true)
        let task = bench.signIn(startTLS: true)
        try await bench.says("* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN SASL-IR] hi")
        #expect(try await bench.hears() == "p1 CAPABILITY\r\n", "the greeting's list does not count before TLS")
        try await bench.says("* CAPABILITY IMAP4rev1 STARTTLS", "p1 OK")
        #expect(try await bench.hears() == "p2 STARTTLS\r\n")
        try await bench.says("p2 OK begin")
        #expect(try await bench.hears() == "p3 CAPABILITY\r\n")
        try await bench.says("* CAPABILITY IMAP4rev1", "p3 OK")
        #expect(try await bench.hears() == "p4 LOGIN \"jane\" \"canary\"\r\n")
        try await bench.says("p4 OK in")
        #expect(try await bench.hears() == "p5 CAPABILITY\r\n")
        try await bench.says("* CAPABILITY IMAP4rev1", "p5 OK")
        _ = try await bench.hears()
        try await bench.says("* LIST () \"/\" \"\"", "p6 OK")
        _ = try await task.value
    }

    @Test func aConnectionThatEndsFailsTheSignIn() async throws {
        let bench = try await Bench()
        let task = bench.signIn()
        try await bench.says("* OK hi")
        _ = try await bench.hears()
        try await bench.channel.close()
        let error = await #expect(throws: SessionError.self) { try await task.value }
        #expect(error?.code == .connectionLost)
    }

    // MARK: The scripted server

    @Test func mailThatIsDeliveredWakesAnIdlingConnection() async throws {
        let store = ModelMailStore()
        let server = ScriptedServer(.modern, store: store)
        let link = try await server.connect()
        _ = try await link.connection.run(.select(wire("INBOX"), condstore: false)).checked()
        _ = try await link.connection.takeActivity()
        let idle = link.connection.beginIdle()
        _ = try await link.connection.isIdling()
        store.deliver(Array("Subject: x\r\n\r\n".utf8))
        try await link.tellNews()
        #expect(try await link.connection.waitForActivity(seconds: 100))
        #expect(try await link.connection.takeActivity().exists == 1)
        let reply = try await link.connection.run(fetchHeaders(from: .first))
        #expect(reply.fetched.count == 1)
        #expect(try await idle.value().status == .ok)
        #expect(store.violations.isEmpty)
        await link.connection.logout()
    }

    @Test func aWaitEndsWhenItsTimeIsOver() async throws {
        let server = ScriptedServer(.modern, store: ModelMailStore())
        let link = try await server.connect()
        let connection = link.connection
        async let waited = connection.waitForActivity(seconds: 5)
        // The wait begins on the loop; its clock may be set after ours was moved once.
        let mover = Task {
            while !Task.isCancelled {
                await link.pass(seconds: 6)
                await Task.yield()
            }
        }
        #expect(try await waited == false)
        mover.cancel()
        await link.close()
    }
}
