import IMAPSyntax
import MailModel
import Testing

@testable import IMAPSession

/// APPEND hands its message over only when the server wants it, and nothing gets in between.
@Suite struct AppendTests {
    private func append(_ size: Int = 5) -> SubmittedCommand {
        SubmittedCommand(
            .append(wire("Work"), [.seen], internalDate: 0, size: size),
            message: OutgoingMessage(size: size) { _ in [] })
    }

    @Test func theMessageFollowsTheServersWord() throws {
        var script = SessionScript()
        script.server("* CAPABILITY IMAP4rev1 LITERAL+")
        let ids = script.submit([append(), SubmittedCommand(.noop)])
        #expect(
            script.written() == ["p1 APPEND \"Work\" (\\Seen) \" 1-Jan-1970 00:00:00 +0000\" {5}\r\n"],
            "no literal that does not wait: a refusal should not cost the message")
        #expect(script.messagesWanted.isEmpty)
        script.server("+ go on")
        #expect(script.messagesWanted == [ids[0]])
        #expect(script.written() == [], "NOOP would be taken for the message")
        script.messageSent(ids[0])
        #expect(script.written() == ["p2 NOOP\r\n"])
        script.server("p1 OK [APPENDUID 7 42] done")
        let reply = try script.result(ids[0])
        #expect(reply.appendedUID?.uid == UID(42) && reply.appendedUID?.uidValidity == UIDValidity(7))
        #expect(script.impossible == [])
    }

    @Test func aRefusalCostsNothing() throws {
        var script = SessionScript()
        let ids = script.submit([append(), SubmittedCommand(.noop)])
        _ = script.written()
        script.server("p1 NO [OVERQUOTA] full")
        #expect(try script.result(ids[0]).error.code.rawValue == "over_quota")
        #expect(script.messagesWanted.isEmpty)
        #expect(script.written() == ["p2 NOOP\r\n"])
    }

    @Test func aReplyBeforeTheMessageIsWholeEndsTheConnection() throws {
        var script = SessionScript()
        let ids = script.submit([append()])
        script.server("+ go on")
        script.server("p1 NO too large after all")
        #expect(try script.result(ids[0]).status == .no)
        #expect(script.closing != nil, "what is still to come would be taken for commands")
    }

    @Test func aSecondContinuationAsksForNothing() throws {
        var script = SessionScript()
        let ids = script.submit([append()])
        script.server("+ go on")
        script.server("+ go on")
        #expect(script.messagesWanted == ids)
        #expect(script.impossible == [])
    }
}
