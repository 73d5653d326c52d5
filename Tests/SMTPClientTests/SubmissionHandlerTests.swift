import MailModel
import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import SMTPClient

@Suite struct SubmissionHandlerTests {
    @Test(arguments: [0, 1])
    func aSubmissionByStartTLSGoesThroughByteByByte(pieceSize: Int) throws {
        let server = try Server(login: ("jane", "secret"), security: .startTLS)
        func say(_ text: String) throws {
            guard pieceSize > 0 else { return try server.say(text) }
            for byte in text.utf8 { try server.say([byte]) }
        }
        try say("220-mx\r\n220 ready\r\n")
        #expect(try server.heard() == "EHLO client.test\r\n")
        try say("250-mx\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n")
        #expect(try server.heard() == "STARTTLS\r\n")
        try say("220 go\r\n")
        #expect(server.upgrades == 1)
        #expect(try server.heard() == "")
        server.upgrade.succeed()
        #expect(try server.heard() == "EHLO client.test\r\n")
        try say("250-mx\r\n250-PIPELINING\r\n250 AUTH PLAIN\r\n")
        #expect(try server.heard() == "AUTH PLAIN AGphbmUAc2VjcmV0\r\n")
        try say("235 ok\r\n")
        #expect(try server.heard() == "MAIL FROM:<jane@example.org>\r\nRCPT TO:<ann@example.net>\r\nDATA\r\n")
        try say("250 ok\r\n250 ok\r\n354 go\r\n")
        #expect(try server.heard() == "Hello\r\n..\r\n")
        #expect(server.asks == 1)
        server.leave.succeed()
        #expect(try server.heard() == ".\r\n")
        try say("250 queued\r\n")
        #expect(try server.heard() == "QUIT\r\n")
        #expect(!server.channel.isActive)
        #expect(try server.outcomes() == [.accepted(reply: "250 queued")])
    }

    @Test func theFinalDotWaitsForItsLeave() throws {
        let server = try Server.atMessage()
        #expect(server.asks == 1)
        #expect(try server.heard() == "Hello\r\n..\r\n")
        server.loop.advanceTime(by: .hours(1))
        #expect(try server.heard() == "")
        server.leave.succeed()
        #expect(try server.heard() == ".\r\n")
    }

    @Test func withoutLeaveTheMessageIsNotSent() throws {
        struct DiskFull: Error {}
        let server = try Server.atMessage()
        server.leave.fail(DiskFull())
        #expect(try server.heard() == "Hello\r\n..\r\n")
        #expect(!server.channel.isActive)
        #expect(try server.outcomes().map(\.summary) == ["notSent journal_unavailable at transfer"])
    }

    @Test func aCutBehindTheDotIsUnknownAndBeforeItIsNot() throws {
        let before = try Server.atMessage()
        before.channel.pipeline.fireChannelInactive()
        #expect(try before.outcomes().map(\.summary) == ["notSent connection_lost at transfer"])
        before.leave.succeed()
        #expect(try before.heard() == "Hello\r\n..\r\n")

        let behind = try Server.atMessage()
        behind.leave.succeed()
        behind.channel.pipeline.fireChannelInactive()
        #expect(try behind.outcomes().map(\.summary) == ["unknown connection_lost at receipt"])
    }

    @Test(arguments: ["220 go\r\n250-mx\r\n", "220 go\r\n2", "220 go\r\n\r\n"])
    func bytesBehindTheAnswerToStartTLSAreAnError(text: String) throws {
        for isInOnePiece in [true, false] {
            let server = try Server(login: ("jane", "secret"), security: .startTLS)
            try server.say("220 mx\r\n")
            try server.say("250-mx\r\n250 STARTTLS\r\n")
            _ = try server.heard()
            if isInOnePiece {
                try server.say(text)
                #expect(server.upgrades == 0)
            } else {
                try server.say("220 go\r\n")
                try server.say(String(text.dropFirst(7)) + "50 injected\r\n")
            }
            server.upgrade.succeed()
            #expect(try server.heard() == "")
            #expect(try server.outcomes().allSatisfy { $0.error?.code == .protocolError })
            #expect(!server.channel.isActive)
        }
    }

    @Test(arguments: [["220 mx\r\n250 STARTTLS\r\n"], ["220 mx\r\n", "250-mx\r\n250 STARTTLS\r\n220 go\r\n"]])
    func anAnswerInAdvanceIsAnErrorBeforeTLS(pieces: [String]) throws {
        let server = try Server(security: .startTLS)
        for piece in pieces { try server.say(piece) }
        #expect(server.upgrades == 0)
        #expect(try server.outcomes().map { $0.error?.code } == [.protocolError])
        #expect(!(try server.heard()).contains("STARTTLS"))
    }

    @Test func aFailedHandshakeTellsItsFault() throws {
        struct Expired: Fault {
            var code: FaultCode { .certificateExpired }
            var scope: FaultScope { .account }
            var description: String { "the certificate of mx.example.org has expired" }
        }
        let server = try Server(security: .startTLS)
        try server.say("220 mx\r\n")
        try server.say("250-mx\r\n250 STARTTLS\r\n")
        try server.say("220 go\r\n")
        server.upgrade.fail(Expired())
        let error = try server.outcomes().first?.error
        #expect(error?.code == .certificateExpired)
        #expect(error?.scope == .account)
        #expect(
            error?.description
                == "the certificate of mx.example.org has expired (at the TLS handshake) (certificate_expired)")
    }

    @Test func anErrorOfTheChannelTellsItsFault() throws {
        struct Untrusted: Fault {
            var code: FaultCode { .certificateUntrusted }
            var scope: FaultScope { .account }
            var description: String { "not trusted" }
        }
        let server = try Server()
        server.channel.pipeline.fireErrorCaught(Untrusted())
        #expect(try server.outcomes().map(\.summary) == ["notSent certificate_untrusted at greeting"])
        #expect(!server.channel.isActive)
    }

    @Test(arguments: [
        (0, "greeting"), (1, "hello"), (2, "sender"), (3, "recipient"), (4, "data"), (6, "receipt"),
    ])
    func eachStageHasItsDeadline(replies: Int, stage: String) throws {
        let stage = try #require(SubmissionStage(rawValue: stage))
        let server = try Server()
        let lines = ["220 mx", "250 mx", "250 ok", "250 ok", "354 go"]
        for line in lines.prefix(replies) { try server.say(line + "\r\n") }
        if replies > lines.count { server.leave.succeed() }
        let time = SubmissionDeadlines.standard.time(for: stage)
        server.loop.advanceTime(by: time - .nanoseconds(1))
        #expect(server.channel.isActive)
        server.loop.advanceTime(by: .nanoseconds(1))
        #expect(!server.channel.isActive)
        #expect(try server.outcomes().first?.error?.code == .connectionTimeout)
        #expect(try server.outcomes().first?.error?.stage == stage)
    }

    /// A reply has one deadline, however its bytes and lines come.
    @Test(arguments: ["x", "250-x\r\n"]) func aReplyThatDripsRunsIntoItsDeadline(_ drop: String) throws {
        let server = try Server()
        try server.say("220 mx\r\n")
        try server.say("250-")
        for _ in 0..<9 {
            server.loop.advanceTime(by: .seconds(30))
            try server.say(drop)
            #expect(server.channel.isActive)
        }
        server.loop.advanceTime(by: .seconds(30))
        #expect(try server.outcomes().map(\.summary) == ["notSent connection_timeout at hello"])
        #expect(!server.channel.isActive)
    }

    @Test func aBigMessageHonoursTheChannelsPace() throws {
        let gate = Gate(room: 200_000)
        let message = [UInt8](repeating: UInt8(ascii: "x"), count: 1_000_000)
        let server = try Server(data: message, gate: gate)
        for line in ["220 mx", "250 mx", "250 ok", "250 ok", "354 go"] { try server.say(line + "\r\n") }
        var blocks = 0
        while server.asks == 0, blocks < 20 {
            #expect(gate.pending < 200_000 + 2 * 65_536)
            // Each block that goes out starts the deadline anew.
            server.loop.advanceTime(by: .minutes(2))
            #expect(server.channel.isActive)
            gate.open(server.channel)
            blocks += 1
        }
        #expect(blocks >= 4)
        #expect(gate.total >= 1_000_002)
        #expect(server.asks == 1)
    }

    @Test func leaveIsAskedForWhenTheLastBlockIsOut() throws {
        let gate = Gate(room: 1_000_000)
        let server = try Server(gate: gate)
        for line in ["220 mx", "250 mx", "250 ok", "250 ok"] { try server.say(line + "\r\n") }
        gate.open(server.channel)
        try server.say("354 go\r\n")
        #expect(gate.pending == 11)
        #expect(server.asks == 0)
        gate.open(server.channel)
        #expect(server.asks == 1)
    }

    @Test func aMessageThatTheServerDoesNotTakeRunsIntoItsDeadline() throws {
        let gate = Gate(room: 1_000)
        let server = try Server(data: [UInt8](repeating: 7, count: 1_000_000), gate: gate)
        for line in ["220 mx", "250 mx", "250 ok", "250 ok", "354 go"] { try server.say(line + "\r\n") }
        server.loop.advanceTime(by: SubmissionDeadlines.standard.transfer)
        #expect(try server.outcomes().map(\.summary) == ["notSent connection_timeout at transfer"])
        #expect(gate.total < 200_000)
    }

    @Test func anEmptyMessageIsAFinalDotAlone() throws {
        let server = try Server(data: [])
        for line in ["220 mx", "250 mx", "250 ok", "250 ok"] { try server.say(line + "\r\n") }
        _ = try server.heard()
        try server.say("354 go\r\n")
        server.leave.succeed()
        #expect(try server.heard() == ".\r\n")
    }

    @Test func aHandlerThatNeverCameToAChannelHasAResult() throws {
        let loop = EmbeddedEventLoop()
        var handler: SubmissionHandler? = SubmissionHandler(
            submission: Submission(
                sender: try #require(EnvelopeAddress("a@x.org")),
                recipients: [try #require(EnvelopeAddress("b@x.org"))],
                data: []),
            login: nil, security: .tls, helloName: .loopback, eventLoop: loop,
            upgradeToTLS: { $0.eventLoop.makeSucceededVoidFuture() },
            beforeFinalDot: { loop.makeSucceededVoidFuture() })
        let result = try #require(handler).result
        handler = nil
        loop.run()
        #expect(try result.wait().outcomes.map(\.outcome.summary) == ["notSent connection_lost at -"])
    }

    @Test func aHandlerThatIsRemovedStillHasAResult() throws {
        let server = try Server()
        _ = try server.channel.finish()
        #expect(try server.outcomes().map(\.summary) == ["notSent connection_lost at greeting"])
    }

    @Test func thePasswordIsInNoErrorAndNoDescription() throws {
        let server = try Server(login: ("jane", "canary-42"), security: .tls)
        try server.say("220 mx\r\n")
        _ = try server.heard()
        try server.say("250-mx\r\n250 AUTH PLAIN\r\n")
        let line = try server.heard()
        try server.say("500 5.5.2 what is \(line.dropLast(1)) or canary-42\r\n")
        let outcome = try #require(try server.outcomes().first)
        var dumped = "\(outcome) \(String(reflecting: outcome)) \(outcome.error?.description ?? "")"
        dump(outcome, to: &dumped)
        let response = SASLResponse(Array("\0jane\0canary-42".utf8))
        let command = SubmissionCommand.auth(mechanism: "PLAIN", initialResponse: response)
        dump(command, to: &dumped)
        dumped += "\(command) \(String(reflecting: command)) \(response)"
        #expect(line.contains(response.encoded))
        #expect(!dumped.contains("canary-42"))
        #expect(!dumped.contains(response.encoded))
    }
}

/// The far end of an embedded channel, and the hooks.
private final class Server {
    let loop = EmbeddedEventLoop()
    let channel: EmbeddedChannel
    let upgrade: EventLoopPromise<Void>
    let leave: EventLoopPromise<Void>
    private let calls = Calls()

    var upgrades: Int { calls.upgrades.withLock { $0 } }
    var asks: Int { calls.asks.withLock { $0 } }

    init(
        login: (String, String)? = nil, security: SubmissionSecurity = .tls, data: [UInt8] = Array("Hello\n.\n".utf8),
        gate: Gate? = nil
    ) throws {
        channel = EmbeddedChannel(loop: loop)
        upgrade = loop.makePromise(of: Void.self)
        leave = loop.makePromise(of: Void.self)
        let submission = Submission(
            sender: try #require(EnvelopeAddress("jane@example.org")),
            recipients: [try #require(EnvelopeAddress("ann@example.net"))], data: data)
        let handler = SubmissionHandler(
            submission: submission, login: login.map { SubmissionLogin(user: $0, password: Secret($1)) },
            security: security, helloName: try #require(HelloName("client.test")), eventLoop: loop,
            upgradeToTLS: { [calls, upgrade] _ in
                calls.upgrades.withLock { $0 += 1 }
                return upgrade.futureResult
            },
            beforeFinalDot: { [calls, leave] in
                calls.asks.withLock { $0 += 1 }
                return leave.futureResult
            })
        handler.result.whenSuccess { [calls] result in calls.result.withLock { $0 = result } }
        if let gate { try channel.pipeline.syncOperations.addHandler(gate) }
        try channel.pipeline.syncOperations.addHandler(handler)
        try channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 587)).wait()
    }

    /// Where the message is written and the leave is asked.
    static func atMessage() throws -> Server {
        let server = try Server()
        for line in ["220 mx", "250 mx", "250 ok", "250 ok"] { try server.say(line + "\r\n") }
        _ = try server.heard()
        try server.say("354 go\r\n")
        return server
    }

    func say(_ text: String) throws { try say(Array(text.utf8)) }

    func say(_ bytes: [UInt8]) throws {
        guard channel.isActive else { return }
        try channel.writeInbound(ByteBuffer(bytes: bytes))
    }

    /// What came since the last time.
    func heard() throws -> String {
        var text = ""
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: buffer) }
        return text
    }

    func outcomes() throws -> [RecipientOutcome] {
        try #require(calls.result.withLock { $0 }, "there is no result yet").outcomes.map(\.outcome)
    }

    deinit {
        upgrade.fail(ChannelError.alreadyClosed)
        leave.fail(ChannelError.alreadyClosed)
        _ = try? channel.finish()
    }
}

/// How often the hooks were called, and the result.
private final class Calls: Sendable {
    let upgrades = Mutex(0)
    let asks = Mutex(0)
    let result = Mutex<SubmissionResult?>(nil)
}

/// Takes what is written up to a limit, and then tells the channel that it is full.
private final class Gate: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    private let room: Int
    private var held: [(NIOAny, EventLoopPromise<Void>?)] = []
    private(set) var pending = 0
    private(set) var total = 0
    private var context: ChannelHandlerContext?

    init(room: Int) { self.room = room }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        for (_, promise) in held { promise?.fail(ChannelError.ioOnClosedChannel) }
        held = []
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let size = unwrapOutboundIn(data).readableBytes
        total += size
        pending += size
        held.append((data, promise))
        if pending >= room, let channel = context.channel as? EmbeddedChannel { channel.isWritable = false }
    }

    func open(_ channel: EmbeddedChannel) {
        for (_, promise) in held { promise?.succeed() }
        held = []
        pending = 0
        channel.isWritable = true
        channel.pipeline.fireChannelWritabilityChanged()
    }
}
