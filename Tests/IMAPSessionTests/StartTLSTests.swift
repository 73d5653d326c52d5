import IMAPSyntax
import MailModel
import NIOCore
import Testing

@testable import IMAPSession

/// FAULTS, "STARTTLS": nothing from before the handshake survives it, and no credential goes out before.
@Suite struct StartTLSTests {
    @Test func theHandshakeBeginsWithTheServersOKAndEndsTheCommand() throws {
        var script = SessionScript(mustStartTLS: true)
        let ids = script.submit(.startTLS)
        #expect(script.written() == ["p1 STARTTLS\r\n"])
        script.submit(.capability)
        #expect(script.written().isEmpty)
        script.server("p1 OK begin")
        #expect(script.handshakes == 1)
        #expect(script.written().isEmpty, "nothing is written into the handshake")
        #expect(script.results[ids[0]] == nil)
        script.handshakeDone()
        #expect(try script.result(ids[0]).status == .ok)
        #expect(script.written() == ["p2 CAPABILITY\r\n"])
        #expect(script.impossible.isEmpty)
    }

    @Test func noCredentialIsWrittenBeforeTLS() {
        for command in [
            SubmittedCommand(.login(user: "jane", password: Secret("canary"))),
            SubmittedCommand(.authenticate(mechanism: "PLAIN", initialResponse: Secret("canary"))),
            SubmittedCommand(
                .authenticate(mechanism: "PLAIN", initialResponse: nil), continuations: [ByteBuffer(string: "x")]),
        ] {
            var script = SessionScript(mustStartTLS: true)
            let ids = script.submit([command])
            #expect(script.written().isEmpty)
            #expect(script.failures[ids[0]] != nil)
        }
    }

    @Test func aRefusedSTARTTLSKeepsCredentialsBack() {
        var script = SessionScript(mustStartTLS: true)
        let start = script.submit(.startTLS)
        script.server("p1 NO not today")
        let login = script.submit(.login(user: "jane", password: Secret("canary")))
        #expect(script.results[start[0]]?.status == .no)
        #expect(script.failures[login[0]] != nil)
        #expect(script.written() == ["p1 STARTTLS\r\n"])
        #expect(script.handshakes == 0)
    }

    @Test func preauthenticationBeforeTLSIsRefused() {
        var script = SessionScript(mustStartTLS: true, greeted: false)
        script.server("* PREAUTH welcome, jane")
        #expect(script.closing?.code == .startTLSStripped)
        #expect(script.greeting == nil)

        var plain = SessionScript(greeted: false)
        plain.server("* PREAUTH welcome")
        #expect(plain.greeting?.isPreauthenticated == true)
    }

    @Test func anAnswerToACommandThatWasNotSentIsRefused() {
        var script = SessionScript(mustStartTLS: true)
        script.server("p1 OK begin TLS")
        #expect(script.closing?.code == .protocolError)
        #expect(script.handshakes == 0)
    }

    @Test func nothingHeardBeforeTLSCountsAfterIt() throws {
        var script = SessionScript(mustStartTLS: true, greeted: false)
        script.server("* OK [CAPABILITY IMAP4rev1 LITERAL+ AUTH=PLAIN] evil")
        #expect(script.machine.capabilities == nil)
        #expect(script.greeting?.text == "")
        let ids = script.submit(.capability, .startTLS)
        script.server(
            "* CAPABILITY IMAP4rev1 LITERAL+ STARTTLS", "p1 OK", "* 99 EXISTS", "* OK [ALERT] call this number",
            "* BYE call this number", "* 1 FETCH (UID 1 FLAGS ())", "p2 OK [CAPABILITY EVIL] begin")
        #expect(try script.result(ids[0]).status == .ok)
        script.handshakeDone()
        #expect(script.machine.capabilities == nil)
        #expect(script.machine.activity.isEmpty)
        #expect(script.machine.selected == nil)
        #expect(script.alerts.isEmpty)
        _ = script.written()
        script.submit(.login(user: "jane", password: Secret("pässword")))
        #expect(script.written() == ["p3 LOGIN \"jane\" {9}\r\n"], "LITERAL+ was learned before TLS")
        script.close()
        #expect(script.closing?.text.contains("call this number") == false)
    }

    @Test func aConnectionThatEndsInTheHandshakeSettlesTheCommand() {
        var script = SessionScript(mustStartTLS: true)
        let ids = script.submit(.startTLS, .capability)
        script.server("p1 OK begin")
        script.close()
        #expect(ids.allSatisfy { script.failures[$0] != nil })
        #expect(script.isSettled && script.impossible.isEmpty)
    }

    @Test func aHandshakeThatNobodyWaitsForIsIgnored() {
        var script = SessionScript(mustStartTLS: true)
        script.handshakeDone()
        #expect(script.machine.mustStartTLS)
        #expect(script.impossible.isEmpty)
    }
}
