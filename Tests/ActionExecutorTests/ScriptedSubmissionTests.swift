import MailModel
import NIOCore
import NIOEmbedded
import SMTPClient
import TestKit
import Testing

/// The scripted server against the real client: what it took, and what the client makes of what goes wrong.
@Suite struct ScriptedSubmissionTests {
    static let traits: [SubmissionTraits] = [.modern, .withoutPipelining, .minimal].flatMap {
        (traits: SubmissionTraits) in
        [false, true].map { dribbles in
            var traits = traits
            traits.dribbles = dribbles
            return traits
        }
    }

    static let text = "Subject: x\r\n\r\nHello\r\n.dotted\r\n..twice\r\n"

    @Test(arguments: traits) func aMessageIsTakenAsItWas(_ traits: SubmissionTraits) async throws {
        let server = ScriptedSubmissionServer(traits)
        #expect(try await outcomes(server) == [.accepted, .accepted])
        #expect(
            server.taken == [
                TakenMessage(
                    sender: "jane@example.org", recipients: ["b@example.org", "c@example.org"],
                    bytes: Array(Self.text.utf8))
            ])
        #expect(server.taken.first?.field("subject") == "x")
        #expect(server.violations.isEmpty)
        #expect(server.commands.contains("AUTH") && !server.commands.contains { $0.contains("AGphbm") })
    }

    @Test(arguments: traits) func oneRecipientIsRefusedAndAnotherPutOff(_ traits: SubmissionTraits) async throws {
        let server = ScriptedSubmissionServer(traits)
        server.put(.refuses, at: .recipient, for: "b@example.org")
        #expect(try await outcomes(server) == [.refused, .accepted])
        #expect(server.taken.map(\.recipients) == [["c@example.org"]])
        server.put(.defers, at: .recipient, for: "c@example.org", times: 1)
        #expect(try await outcomes(server) == [.refused, .deferred])
        #expect(server.taken.count == 1)
        server.rest()
        #expect(try await outcomes(server) == [.accepted, .accepted])
        #expect(server.violations.isEmpty)
    }

    @Test(arguments: SubmissionMoment.allCases) func nothingIsTakenWhereAPointGoesWrong(_ moment: SubmissionMoment)
        async throws
    {
        for mishap in [SubmissionMishap.defers, .cutBefore] {
            let server = ScriptedSubmissionServer()
            server.put(mishap, at: moment, for: nil)
            let isUnknown = moment == .message && mishap == .cutBefore
            #expect(try await outcomes(server) == Array(repeating: isUnknown ? .unknown : .deferred, count: 2))
            #expect(server.taken.isEmpty && server.violations.isEmpty)
        }
    }

    @Test func aReplyThatIsLostLeavesTheMessageTaken() async throws {
        let server = ScriptedSubmissionServer()
        server.put(.cutAfter, at: .message, for: "b@example.org", times: 1)
        #expect(try await outcomes(server) == [.unknown, .unknown])
        #expect(server.taken.count == 1)
        #expect(try await outcomes(server) == [.accepted, .accepted])
        #expect(server.taken.count == 2)
    }

    @Test func whatNoCarefulClientDoesIsNoted() async throws {
        let server = ScriptedSubmissionServer(.minimal)
        let channel = try await Self.channel(server)
        for line in [
            "EHLO x\r\nMAIL FROM:<a@b>\r\n", "AUTH PLAIN x\r\nMAIL FROM:<a@b>\r\n", "RCPT TO:<c@d>\r\n", "DATA\r\n",
            "a\nb\r\n.\r\n",
        ] {
            try await channel.writeOutbound(ByteBuffer(string: line))
        }
        await channel.testingEventLoop.run()
        #expect(
            server.violations == [
                "EHLO was not waited for", "MAIL before EHLO and the login", "AUTH was not waited for",
                "a bare CR or LF in a message",
            ])
        #expect(server.taken.count == 1)
    }

    private func outcomes(_ server: ScriptedSubmissionServer) async throws -> [RecipientOutcome.Disposition] {
        let submission = Submission(
            sender: try #require(EnvelopeAddress("jane@example.org")),
            recipients: try ["b@example.org", "c@example.org"].map { try #require(EnvelopeAddress($0)) },
            data: Array(Self.text.utf8))
        let login = SubmissionLogin(user: "jane", password: Secret("secret"))
        let channel = try await Self.channel(server)
        let result = try await channel.testingEventLoop.executeInContext {
            let loop = channel.eventLoop
            let handler = SubmissionHandler(
                submission: submission, login: login, security: .none, helloName: .loopback, eventLoop: loop,
                upgradeToTLS: { _ in loop.makeSucceededVoidFuture() },
                beforeFinalDot: { loop.makeSucceededVoidFuture() })
            try channel.pipeline.syncOperations.addHandler(handler)
            return handler.result
        }
        await channel.testingEventLoop.run()
        return try await result.get().outcomes.map(\.outcome.disposition)
    }

    private static func channel(_ server: ScriptedSubmissionServer) async throws -> NIOAsyncTestingChannel {
        let channel = NIOAsyncTestingChannel()
        try await channel.connect(to: SocketAddress(unixDomainSocketPath: "/scripted")).get()
        try await channel.testingEventLoop.executeInContext { try server.attach(to: channel) }
        return channel
    }
}
