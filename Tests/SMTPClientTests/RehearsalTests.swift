import MailModel
import Testing

@testable import SMTPClient

/// Asking whether a server would take mail: DATA is never said, whatever it answers.
@Suite struct RehearsalTests {
    @Test(arguments: Self.cases, Feeding.all) func endsBeforeTheMessage(scripted: Case, feeding: Feeding) throws {
        let dialogue = try scripted.play(feeding)
        #expect(dialogue.dots == 0)
        #expect(dialogue.machine.extensions != nil)
    }

    static let cases: [Case] = [
        Case(
            name: "one after the other", isRehearsal: true,
            script: """
                S: 220 mx
                C: EHLO client.test
                S: 250 mx
                C: MAIL FROM:<jane@example.org>
                S: 250 ok
                C: RCPT TO:<ann@example.net>
                S: 250 2.1.5 fine
                C: QUIT
                C: <CLOSE>
                """,
            expect: ["accepted 250 2.1.5 fine"]),
        Case(
            name: "in one write", recipients: ["ann@example.net", "bob@example.net"], isRehearsal: true,
            script: """
                S: 220 mx
                C: EHLO client.test
                S: 250-mx
                S: 250 PIPELINING
                C: MAIL FROM:<jane@example.org>
                C: RCPT TO:<ann@example.net>
                C: RCPT TO:<bob@example.net>
                S: 250 ok
                S: 250 fine
                S: 550 5.1.1 nobody
                C: QUIT
                C: <CLOSE>
                """,
            expect: ["accepted 250 fine", "refused 550 5.1.1 nobody at recipient"]),
        Case(
            name: "a foreign sender", isRehearsal: true,
            script: """
                S: 220 mx
                C: EHLO client.test
                S: 250-mx
                S: 250 PIPELINING
                C: MAIL FROM:<jane@example.org>
                C: RCPT TO:<ann@example.net>
                S: 550 5.7.0 From address is not one of your addresses
                C: QUIT
                C: <CLOSE>
                """,
            expect: ["refused 550 5.7.0 From address is not one of your addresses at sender"]),
        Case(
            name: "nobody is known", isRehearsal: true,
            script: """
                S: 220 mx
                C: EHLO client.test
                S: 250 mx
                C: MAIL FROM:<jane@example.org>
                S: 250 ok
                C: RCPT TO:<ann@example.net>
                S: 450 4.2.1 later
                C: QUIT
                C: <CLOSE>
                """,
            expect: ["deferred 450 4.2.1 later at recipient"]),
    ]

    @Test func aPauseThatWasAskedForIsKnown() {
        let reply = SMTPReply(code: 451, lines: ["4.7.1 Rate limit exceeded, try again in 5 minutes"])
        #expect(SMTPError(reply: reply, stage: .sender).retryAfter == 300)
        #expect(SMTPError(reply: SMTPReply(code: 451, lines: ["4.3.0 later"]), stage: .sender).retryAfter == nil)
    }
}
