import IMAPSyntax
import MailModel
import NIOCore
import NIOEmbedded
import Testing

@testable import IMAPSession

/// The handler on a channel: bytes, promises, and the clock on silence.
@Suite struct ConnectionHandlerTests {
    /// A handler on an embedded channel whose time the test moves.
    struct Bench {
        let channel = EmbeddedChannel()
        let handler: IMAPConnectionHandler
        var loop: EmbeddedEventLoop { channel.embeddedEventLoop }

        init(
            greeted: Bool = true, limits: SessionLimits = .standard,
            startTLS: (@Sendable (any Channel) -> EventLoopFuture<Void>)? = nil
        ) throws {
            handler = IMAPConnectionHandler(
                eventLoop: channel.eventLoop, mustStartTLS: startTLS != nil,
                deadlines: SessionDeadlines(greeting: 30, answer: 60, idleAnswer: 30), limits: limits,
                startTLS: startTLS)
            try channel.connect(to: SocketAddress(unixDomainSocketPath: "/x")).wait()
            try channel.pipeline.syncOperations.addHandler(handler)
            if greeted { try server("* OK ready") }
        }

        func server(_ lines: String...) throws {
            for line in lines { try channel.writeInbound(ByteBuffer(string: line + "\r\n")) }
        }

        func submit(_ commands: IMAPCommand...) -> [Answer] {
            handler.submit(commands.map { SubmittedCommand($0) }, on: channel.eventLoop).map { Answer($0) }
        }

        func written() throws -> String {
            var text = ""
            while let buffer = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: buffer) }
            return text
        }

        func pass(_ seconds: Int64) { loop.advanceTime(by: .seconds(seconds)) }
    }

    /// What a future came to, looked at without waiting.
    final class Answer {
        private(set) var outcome: Result<CommandResult, any Error>?

        init(_ future: EventLoopFuture<CommandResult>) {
            let bound = NIOLoopBound(self, eventLoop: future.eventLoop)
            future.whenComplete { bound.value.outcome = $0 }
        }

        var error: SessionError? {
            if case .failure(let error) = outcome { return error as? SessionError }
            return nil
        }

        var isOpen: Bool { outcome == nil }
    }

    @Test func aServerThatDoesNotGreetIsGivenUp() throws {
        let bench = try Bench(greeted: false)
        let answer = bench.submit(.noop)[0]
        bench.pass(29)
        #expect(answer.isOpen)
        bench.pass(2)
        #expect(answer.error?.code == .connectionTimeout)
        #expect(!bench.channel.isActive)
    }

    @Test func silenceAfterACommandIsNoticedWithinAMinute() throws {
        let bench = try Bench()
        let answer = bench.submit(.noop)[0]
        bench.pass(59)
        #expect(answer.isOpen)
        bench.pass(2)
        #expect(answer.error?.code == .connectionTimeout)
        #expect(answer.error?.command == "NOOP")
    }

    @Test func eachLineOfAnAnswerPutsTheClockBack() throws {
        let bench = try Bench()
        let answer = bench.submit(fetchHeaders(from: .first))[0]
        for _ in 0..<10 {
            bench.pass(50)
            try bench.channel.writeInbound(ByteBuffer(string: "* OK still working\r\n"))
        }
        #expect(answer.isOpen)
        try bench.server("p1 OK")
        #expect(!answer.isOpen && answer.error == nil)
    }

    /// Anything but an end: a line, a literal, a greeting that comes byte by byte.
    @Test(arguments: ["* OK still wor", "* LIST () \"/\" {200}\r\nab", "* 1 FETCH (UID 7 BODY[HEADER] {200}\r\nab", ""])
    func anAnswerThatDripsIsGivenUp(_ beginning: String) throws {
        let bench = try Bench(greeted: !beginning.isEmpty)
        let limit: Int64 = beginning.isEmpty ? 30 : 60
        let answer = bench.submit(fetchHeaders(from: .first))[0]
        try bench.channel.writeInbound(ByteBuffer(string: beginning))
        for _ in 1..<limit / 10 {
            bench.pass(10)
            try bench.channel.writeInbound(ByteBuffer(string: "x"))
        }
        bench.pass(9)
        #expect(answer.isOpen)
        bench.pass(2)
        #expect(answer.error?.code == .connectionTimeout)
        #expect(answer.error?.text.contains("\(limit) s") == true)
        #expect(answer.error?.text.contains(" bytes ") == true)
        #expect(!bench.channel.isActive)
    }

    @Test func aBigMessageOverASlowLinkComesThrough() throws {
        let bench = try Bench()
        let answer = bench.submit(fetchHeaders(from: .first))[0]
        try bench.channel.writeInbound(ByteBuffer(string: "* 1 FETCH (UID 7 FLAGS () BODY[HEADER] {300000}\r\n"))
        // Three hundred bytes a second, in bursts: twenty thousand a minute.
        for _ in 0..<20 {
            bench.pass(50)
            try bench.channel.writeInbound(ByteBuffer(repeating: UInt8(ascii: "x"), count: 15_000))
        }
        #expect(answer.isOpen)
        try bench.server(")", "p1 OK")
        #expect(try answer.outcome?.get().fetched.first?.body(.header)?.count == 300_000)
    }

    @Test func anIdleConnectionMayBeSilentForEver() throws {
        let bench = try Bench()
        let idle = bench.submit(.idle)[0]
        try bench.server("+ idling")
        bench.pass(3_600)
        #expect(idle.isOpen && bench.channel.isActive)
    }

    @Test func doneThatIsNotAnsweredIsNoticedWithinAMinute() throws {
        let bench = try Bench()
        _ = bench.submit(.idle)
        try bench.server("+ idling")
        bench.pass(240)
        let answer = bench.submit(.noop)[0]
        bench.pass(29)
        #expect(answer.isOpen)
        bench.pass(31)
        #expect(answer.error?.code == .connectionTimeout)
    }

    @Test func aCommandIsNotBlamedForTheSilenceBeforeIt() throws {
        let bench = try Bench()
        _ = bench.submit(.noop)
        bench.pass(1)
        try bench.server("p1 OK")
        bench.pass(58)
        let young = bench.submit(.noop)[0]
        bench.pass(30)
        #expect(young.isOpen, "thirty seconds are not sixty")
        try bench.server("p2 OK")
        bench.pass(29)
        _ = bench.submit(.idle)
        try bench.server("+ idling")
        bench.pass(20)
        let last = bench.submit(.noop)[0]
        bench.pass(20)
        #expect(last.isOpen, "twenty seconds are not thirty")
    }

    @Test func writingOnDoesNotHideADeadConnection() throws {
        let bench = try Bench()
        let first = bench.submit(.noop)[0]
        for _ in 0..<5 {
            bench.pass(20)
            if bench.channel.isActive { _ = bench.submit(.noop) }
        }
        #expect(first.error?.code == .connectionTimeout)
    }

    @Test func bytesInAnyPiecesMakeTheSameAnswer() throws {
        let bench = try Bench()
        let answer = bench.submit(fetchHeaders(from: .first))[0]
        for byte in Array("* 1 FETCH (UID 7 FLAGS (\\Seen) BODY[HEADER] {6}\r\nA: b\r\n)\r\np1 OK\r\n".utf8) {
            try bench.channel.writeInbound(ByteBuffer(bytes: [byte]))
        }
        let fetched = try #require(try answer.outcome?.get().fetched.first)
        #expect(fetched.uid == UID(7) && fetched.flags == [.seen])
        #expect(fetched.body(.header) == Array("A: b\r\n".utf8))
    }

    @Test func nonsenseFromTheServerFailsTheCommandAndCloses() throws {
        for junk in ["\u{1}\u{2}\u{3}", "* 1 FETCH (UID", "HTTP/1.1 400 Bad Request"] {
            let bench = try Bench()
            let answer = bench.submit(.noop)[0]
            try bench.server(junk, junk, junk)
            _ = try? bench.channel.finish()
            #expect(answer.error != nil)
        }
    }

    @Test func whatCannotBeReadIsNamedByItsCode() throws {
        for (text, code) in [
            ("* OK " + String(repeating: "x", count: 9_000), FaultCode.limitExceeded), ("\u{1}", .protocolError),
        ] {
            let bench = try Bench()
            let answers = bench.submit(.noop)
            try bench.server(text)
            #expect(answers[0].error?.code == code)
            #expect(answers[0].error?.scope == .connection)
        }
    }

    /// Each response is small, and fetched sections do not count; all the others together do.
    @Test func anAnswerThatNeverEndsIsGivenUp() throws {
        let bench = try Bench(limits: .with { $0.answerBytes = 10_000 })
        for round in 1...3 {
            let answers = bench.submit(
                .uidFetch(.from(.first), [.uid, .bodyPeek(.header, partial: nil)], changedSince: nil))
            let body = String(repeating: "b", count: 5_000)
            for number in 1...20 { try bench.server("* \(number) FETCH (UID 1 BODY[HEADER] {5000}\r\n\(body))") }
            for _ in 1...8 { try bench.server("* XYZZY " + String(repeating: "x", count: 1_000)) }
            try bench.server("p\(round) OK")
            #expect(answers[0].error == nil && !answers[0].isOpen)
        }
        let answers = bench.submit(.noop)
        for _ in 1...8 { try bench.server("* XYZZY " + String(repeating: "x", count: 1_000)) }
        #expect(answers[0].isOpen)
        for _ in 1...2 { try bench.server("* XYZZY " + String(repeating: "x", count: 1_000)) }
        #expect(answers[0].error?.code == .limitExceeded)
    }

    @Test func theEndOfTheChannelFailsWhatWaits() throws {
        let bench = try Bench()
        let answers = bench.submit(.noop, .idle)
        let watch = bench.handler.awaitActivity(seconds: 9, on: bench.channel.eventLoop)
        bench.channel.pipeline.fireChannelInactive()
        #expect(answers.allSatisfy { $0.error?.code == .connectionLost })
        #expect(throws: SessionError.self) { try watch.wait() }
        let late = bench.handler.awaitActivity(seconds: 9, on: bench.channel.eventLoop)
        #expect(throws: SessionError.self) { try late.wait() }
    }

    @Test func newsWakesWhoeverWaitsAndIsTakenOnce() throws {
        let bench = try Bench()
        _ = bench.submit(.idle)
        try bench.server("+ idling")
        let watch = bench.handler.awaitActivity(seconds: 9, on: bench.channel.eventLoop)
        try bench.server("* 5 EXISTS")
        #expect(try watch.wait())
        #expect(bench.handler.takeActivity().exists == 5)
        #expect(bench.handler.takeActivity().isEmpty)
    }

    @Test func newsFromBeforeTheWaitCounts() throws {
        let bench = try Bench()
        try bench.server("* 5 EXISTS")
        #expect(try bench.handler.awaitActivity(seconds: 9, on: bench.channel.eventLoop).wait())
    }

    @Test func aWaitWithoutNewsEndsWithItsTimeAWishOrTheEndOfIdle() throws {
        let bench = try Bench()
        func wait() -> EventLoopFuture<Bool> {
            bench.handler.awaitActivity(seconds: 9, on: bench.channel.eventLoop)
        }
        let timed = wait()
        bench.channel.embeddedEventLoop.advanceTime(by: .seconds(10))
        #expect(try timed.wait() == false)
        let wished = wait()
        bench.handler.wish()
        #expect(try wished.wait() == false)
        // A wish that nobody waited for ends the next wait.
        bench.handler.wish()
        #expect(try wait().wait() == false)
        _ = bench.submit(.idle)
        let refused = wait()
        try bench.server("p1 NO not here")
        #expect(try refused.wait() == false)
    }

    @Test func alertsAreShortAndFew() throws {
        let bench = try Bench()
        for _ in 0..<50 { try bench.server("* OK [ALERT] " + String(repeating: "x", count: 1_000)) }
        let alerts = bench.handler.takeAlerts()
        #expect(alerts.count == 20 && alerts.allSatisfy { $0.count <= 300 })
    }

    // MARK: STARTTLS

    @Test func aByteBehindTheOKIsRefused() throws {
        let bench = try Bench(startTLS: { $0.eventLoop.makeSucceededVoidFuture() })
        let answer = bench.submit(.startTLS)[0]
        try bench.channel.writeInbound(ByteBuffer(string: "p1 OK begin\r\n* CAPABILITY EVIL\r\n"))
        #expect(answer.error?.code == .startTLSStripped)
        #expect(!bench.channel.isActive)
    }

    @Test func halfALineBehindTheOKIsRefused() throws {
        let bench = try Bench(startTLS: { $0.eventLoop.makeSucceededVoidFuture() })
        let answer = bench.submit(.startTLS)[0]
        try bench.channel.writeInbound(ByteBuffer(string: "p1 OK begin\r\n*"))
        #expect(answer.error?.code == .startTLSStripped)
    }

    @Test func theHandshakesEndCompletesTheCommand() throws {
        let bench = try Bench(startTLS: { $0.eventLoop.makeSucceededVoidFuture() })
        let answer = bench.submit(.startTLS)[0]
        try bench.server("p1 OK begin")
        #expect(try answer.outcome?.get().status == .ok)
        _ = bench.submit(.capability)
        #expect(try bench.written() == "p1 STARTTLS\r\np2 CAPABILITY\r\n")
    }

    @Test func aFailedHandshakeIsTheReason() throws {
        struct Untrusted: Fault {
            var code: FaultCode { .certificateUntrusted }
            var scope: FaultScope { .account }
            var description: String { "the certificate is not trusted" }
        }
        let bench = try Bench(startTLS: { $0.eventLoop.makeFailedFuture(Untrusted()) })
        let answer = bench.submit(.startTLS)[0]
        try bench.server("p1 OK begin")
        #expect(answer.error?.code == .certificateUntrusted)
        #expect(answer.error?.scope == .account)
    }
}
