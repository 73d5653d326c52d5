import MailModel
import Testing

@testable import SMTPClient

@Suite struct SubmissionMachineTests {
    @Test(arguments: Self.ordinary + Self.tls + Self.login + Self.envelope + Self.ends, Feeding.all)
    func theConversationGoesAsWritten(scripted: Case, feeding: Feeding) throws {
        var dialogue = try scripted.play(feeding)
        // Whatever still happens changes nothing.
        dialogue.happened(.closed(nil))
        dialogue.happened(.deadlinePassed)
        #expect(dialogue.outputs.isEmpty)
    }

    static let ordinary: [Case] = [
        Case(
            name: "a plain server", security: .none,
            script: """
                S: 220 mx ESMTP
                C: EHLO client.test
                S: 250 mx
                C: MAIL FROM:<jane@example.org>
                S: 250 2.1.0 Ok
                C: RCPT TO:<ann@example.net>
                S: 250 2.1.5 Ok
                C: DATA
                S: 354 End data with <CR><LF>.<CR><LF>
                C: <MESSAGE>
                E: written
                C: <DOT?>
                E: allowed
                C: .
                S: 250 2.0.0 Ok: queued as 1
                C: QUIT
                C: <CLOSE>
                """,
            expect: ["accepted 250 2.0.0 Ok: queued as 1"]),
        Case(
            name: "everything offered", recipients: ["ann@example.net", "jürgen@example.net"], data: "Grüße\n",
            login: ("jane", "secret"),
            script: """
                S: 220-mx ESMTP
                S: 220 ready
                C: EHLO client.test
                S: 250-mx
                S: 250-SIZE 1000
                S: 250-8BITMIME
                S: 250-SMTPUTF8
                S: 250-PIPELINING
                S: 250-ENHANCEDSTATUSCODES
                S: 250-AUTH PLAIN LOGIN
                S: 250 STARTTLS
                C: AUTH PLAIN AGphbmUAc2VjcmV0
                S: 235 2.7.0 welcome
                C: MAIL FROM:<jane@example.org> SIZE=9 BODY=8BITMIME SMTPUTF8
                C: RCPT TO:<ann@example.net>
                C: RCPT TO:<jürgen@example.net>
                C: DATA
                S: 250 ok
                S: 251 will forward
                S: 252 cannot verify
                S: 354 go
                C: <MESSAGE>
                E: written
                C: <DOT?>
                E: allowed
                C: .
                S: 250 taken
                C: QUIT
                C: <CLOSE>
                """,
            expect: ["accepted 250 taken", "accepted 250 taken"]),
        Case(
            name: "no 8BITMIME: sent as it is", data: "Grüße\n", security: .none,
            script: """
                S: 220 mx
                C: EHLO client.test
                S: 250-mx
                S: 250 size
                C: MAIL FROM:<jane@example.org> SIZE=9
                S: 250 ok
                C: RCPT TO:<ann@example.net>
                S: 250 ok
                C: DATA
                S: 354 go
                C: <MESSAGE>
                E: written
                C: <DOT?>
                E: allowed
                C: .
                S: 250 ok
                C: QUIT
                C: <CLOSE>
                """,
            expect: ["accepted 250 ok"]),
    ]

    static let tls: [Case] = [
        Case(
            name: "STARTTLS forgets what was said before", login: ("jane", "secret"), security: .startTLS,
            script: """
                S: 220 mx
                C: EHLO client.test
                S: 250-mx
                S: 250-PIPELINING
                S: 250-SIZE 1
                S: 250-AUTH PLAIN
                S: 250 STARTTLS
                C: STARTTLS
                S: 220 2.0.0 go
                C: <TLS>
                E: tls
                C: EHLO client.test
                S: 250-mx
                S: 250 AUTH LOGIN
                C: AUTH LOGIN
                S: 334 VXNlcm5hbWU6
                C: amFuZQ==
                S: 334 UGFzc3dvcmQ6
                C: c2VjcmV0
                S: 235 ok
                C: MAIL FROM:<jane@example.org>
                S: 250 ok
                C: RCPT TO:<ann@example.net>
                S: 550 5.1.1 no
                C: QUIT
                C: <CLOSE>
                """,
            expect: ["refused 550 5.1.1 no at recipient"]),
        Case(
            name: "STARTTLS is not offered", login: ("jane", "secret"), security: .startTLS,
            script: "S: 220 mx\nC: EHLO client.test\nS: 250-mx\nS: 250 AUTH PLAIN\nC: <CLOSE>",
            expect: ["notSent starttls_missing at hello"]),
        Case(
            name: "STARTTLS is masked on the way", security: .startTLS,
            script: "S: 220 mx\nC: EHLO client.test\nS: 250-mx\nS: 250-XXXXXXXA\nS: 250 AUTH PLAIN\nC: <CLOSE>",
            expect: ["notSent starttls_stripped at hello"]),
        Case(
            name: "STARTTLS is refused for now", security: .startTLS,
            script:
                "S: 220 mx\nC: EHLO client.test\nS: 250-mx\nS: 250 STARTTLS\nC: STARTTLS\nS: 454 4.7.0 no\nC: <CLOSE>",
            expect: ["notSent unavailable at starttls"]),
        Case(
            name: "STARTTLS is refused", security: .startTLS,
            script: "S: 220 mx\nC: EHLO client.test\nS: 250-mx\nS: 250 STARTTLS\nC: STARTTLS\nS: 502 what\nC: <CLOSE>",
            expect: ["notSent starttls_missing at starttls"]),
        Case(
            name: "STARTTLS is answered by nonsense", security: .startTLS,
            script: "S: 220 mx\nC: EHLO client.test\nS: 250-mx\nS: 250 STARTTLS\nC: STARTTLS\nS: 250 ok\nC: <CLOSE>",
            expect: ["notSent protocol_error at starttls"]),
        Case(
            name: "the handshake fails", security: .startTLS,
            script: """
                S: 220 mx
                C: EHLO client.test
                S: 250-mx
                S: 250 STARTTLS
                C: STARTTLS
                S: 220 go
                C: <TLS>
                E: tls-failed
                C: <CLOSE>
                """,
            expect: ["notSent certificate_expired at -"]),
        Case(
            name: "the server hangs in the handshake", security: .startTLS,
            script: """
                S: 220 mx
                C: EHLO client.test
                S: 250-mx
                S: 250 STARTTLS
                C: STARTTLS
                S: 220 go
                C: <TLS>
                E: timeout
                C: <CLOSE>
                """,
            expect: ["notSent connection_timeout at handshake"]),
    ]

    static let login: [Case] = [
        Case(
            name: "old form of AUTH", login: ("jane", "secret"),
            script:
                "S: 220 mx\nC: EHLO client.test\nS: 250-mx\nS: 250 AUTH=LOGIN\nC: AUTH LOGIN\nS: 535 5.7.8 no\nC: <CLOSE>",
            expect: ["notSent auth_failed at authentication"]),
        Case(
            name: "PLAIN is asked for again", login: ("jane", "secret"),
            script: """
                S: 220 mx
                C: EHLO client.test
                S: 250-mx
                S: 250 AUTH PLAIN
                C: AUTH PLAIN AGphbmUAc2VjcmV0
                S: 334
                C: AGphbmUAc2VjcmV0
                S: 334 more
                C: <CLOSE>
                """,
            expect: ["notSent protocol_error at authentication"]),
        Case(
            name: "a long password gets a line of its own", login: ("jane", String(repeating: "x", count: 600)),
            script: """
                S: 220 mx
                C: EHLO client.test
                S: 250-mx
                S: 250 AUTH PLAIN
                C: AUTH PLAIN
                S: 334
                C: AGphbmUA\(String(repeating: "eHh4", count: 200))
                S: 454 4.7.0 later
                C: <CLOSE>
                """,
            expect: ["notSent unavailable at authentication"]),
        Case(
            name: "no login is offered", login: ("jane", "secret"),
            script: "S: 220 mx\nC: EHLO client.test\nS: 250 mx\nC: <CLOSE>",
            expect: ["notSent login_disabled at authentication"]),
        Case(
            name: "only other logins are offered", login: ("jane", "secret"),
            script: "S: 220 mx\nC: EHLO client.test\nS: 250-mx\nS: 250 AUTH XOAUTH2 GSSAPI\nC: <CLOSE>",
            expect: ["notSent login_disabled at authentication"]),
        Case(
            name: "a NUL in the password", login: ("jane", "sec\0ret"),
            script: "S: 220 mx\nC: EHLO client.test\nS: 250-mx\nS: 250 AUTH PLAIN\nC: <CLOSE>",
            expect: ["notSent auth_failed at authentication"]),
        Case(
            name: "the server repeats the login", login: ("jane", "secret"),
            script: """
                S: 220 mx
                C: EHLO client.test
                S: 250-mx
                S: 250 AUTH PLAIN
                C: AUTH PLAIN AGphbmUAc2VjcmV0
                S: 500 unknown command: AUTH PLAIN AGphbmUAc2VjcmV0
                C: <CLOSE>
                """,
            expect: ["notSent login_disabled at authentication"]),
    ]

    static let envelope: [Case] = [
        Case(
            name: "some recipients are refused, one is deferred", recipients: ["a@x.org", "b@x.org", "c@x.org"],
            script: """
                S: 220 mx
                C: EHLO client.test
                S: 250-mx
                S: 250 PIPELINING
                C: MAIL FROM:<jane@example.org>
                C: RCPT TO:<a@x.org>
                C: RCPT TO:<b@x.org>
                C: RCPT TO:<c@x.org>
                C: DATA
                S: 250 ok
                S: 550 5.1.1 no such user
                S: 452 4.2.2 full
                S: 250 ok
                S: 354 go
                C: <MESSAGE>
                E: written
                C: <DOT?>
                E: allowed
                C: .
                S: 250 ok
                C: QUIT
                C: <CLOSE>
                """,
            expect: [
                "refused 550 5.1.1 no such user at recipient", "deferred 452 4.2.2 full at recipient",
                "accepted 250 ok",
            ]),
        Case(
            name: "all recipients are refused and DATA is, too", recipients: ["a@x.org", "b@x.org"],
            script: """
                S: 220 mx
                C: EHLO client.test
                S: 250-mx
                S: 250 PIPELINING
                C: MAIL FROM:<jane@example.org>
                C: RCPT TO:<a@x.org>
                C: RCPT TO:<b@x.org>
                C: DATA
                S: 250 ok
                S: 550 no
                S: 450 later
                S: 554 no valid recipients
                C: QUIT
                C: <CLOSE>
                """,
            expect: ["refused 550 no at recipient", "deferred 450 later at recipient"]),
        Case(
            name: "all recipients are refused and yet DATA is granted",
            script: """
                S: 220 mx
                C: EHLO client.test
                S: 250-mx
                S: 250 PIPELINING
                C: MAIL FROM:<jane@example.org>
                C: RCPT TO:<ann@example.net>
                C: DATA
                S: 250 ok
                S: 550 no
                S: 354 go
                C: <CLOSE>
                """,
            expect: ["refused 550 no at recipient"]),
        Case(
            name: "a foreign sender", recipients: ["a@x.org", "b@x.org"],
            script: """
                S: 220 mx
                C: EHLO client.test
                S: 250 mx
                C: MAIL FROM:<jane@example.org>
                S: 550 5.7.0 From address is not one of your addresses
                C: QUIT
                C: <CLOSE>
                """,
            expect: Array(
                repeating: "refused 550 5.7.0 From address is not one of your addresses at sender", count: 2)),
        Case(
            name: "the message is larger than the server takes", data: "12345678",
            script: "S: 220 mx\nC: EHLO client.test\nS: 250-mx\nS: 250 SIZE 9\nC: <CLOSE>",
            expect: ["notSent smtp_too_large at sender"]),
        Case(
            name: "an address needs SMTPUTF8", recipients: ["jürgen@x.org", "a@x.org"],
            script: """
                S: 220 mx
                C: EHLO client.test
                S: 250 mx
                C: MAIL FROM:<jane@example.org>
                S: 250 ok
                C: RCPT TO:<a@x.org>
                S: 450 later
                C: QUIT
                C: <CLOSE>
                """,
            expect: ["notSent smtp_recipient_refused at recipient", "deferred 450 later at recipient"]),
        Case(
            name: "the sender's address needs SMTPUTF8", sender: "jürgen@x.org",
            script: "S: 220 mx\nC: EHLO client.test\nS: 250 mx\nC: <CLOSE>",
            expect: ["notSent smtp_sender_refused at sender"]),
        Case(
            name: "421 in the middle", recipients: ["a@x.org", "b@x.org"],
            script: """
                S: 220 mx
                C: EHLO client.test
                S: 250-mx
                S: 250 PIPELINING
                C: MAIL FROM:<jane@example.org>
                C: RCPT TO:<a@x.org>
                C: RCPT TO:<b@x.org>
                C: DATA
                S: 250 ok
                S: 550 no
                S: 421 4.3.2 shutting down
                C: <CLOSE>
                """,
            expect: ["refused 550 no at recipient", "deferred 421 4.3.2 shutting down at recipient"]),
        Case(
            name: "a reply comes twice",
            script: """
                S: 220 mx
                C: EHLO client.test
                S: 250 mx
                C: MAIL FROM:<jane@example.org>
                S: 250 ok
                S: 250 ok
                C: RCPT TO:<ann@example.net>
                C: DATA
                S: 250 ok
                C: <CLOSE>
                """,
            expect: ["notSent protocol_error at data"]),
        Case(
            name: "an empty message", data: "",
            script: """
                S: 220 mx
                C: EHLO client.test
                S: 250-mx
                S: 250 SIZE
                C: MAIL FROM:<jane@example.org> SIZE=0
                S: 250 ok
                C: RCPT TO:<ann@example.net>
                S: 250 ok
                C: DATA
                S: 554 no
                C: QUIT
                C: <CLOSE>
                """,
            expect: ["refused 554 no at data"]),
        Case(
            name: "no recipients", recipients: [], script: "C: <CLOSE>", expect: []),
    ]

    /// From the message on.
    static let ends: [Case] = [
        (
            "refused by content", "E: written\nC: <DOT?>\nE: allowed\nC: .\nS: 554 5.7.1 spam\nC: QUIT\nC: <CLOSE>",
            "refused 554 5.7.1 spam at receipt"
        ),
        (
            "deferred", "E: written\nC: <DOT?>\nE: allowed\nC: .\nS: 451 4.3.0 later\nC: QUIT\nC: <CLOSE>",
            "deferred 451 4.3.0 later at receipt"
        ),
        (
            "cut behind the dot", "E: written\nC: <DOT?>\nE: allowed\nC: .\nE: closed\nC: <CLOSE>",
            "unknown connection_lost at receipt"
        ),
        (
            "silence behind the dot", "E: written\nC: <DOT?>\nE: allowed\nC: .\nE: timeout\nC: <CLOSE>",
            "unknown connection_timeout at receipt"
        ),
        (
            "nonsense behind the dot", "E: written\nC: <DOT?>\nE: allowed\nC: .\nS: 354 go on\nC: <CLOSE>",
            "unknown protocol_error at receipt"
        ),
        (
            "garbage behind the dot", "E: written\nC: <DOT?>\nE: allowed\nC: .\nS: \u{15}\u{3}\nC: <CLOSE>",
            "unknown plain_on_tls_port at receipt"
        ),
        ("cut in the message", "E: closed\nC: <CLOSE>", "notSent connection_lost at transfer"),
        ("silence in the message", "E: timeout\nC: <CLOSE>", "notSent connection_timeout at transfer"),
        (
            "cut while the dot is held", "E: written\nC: <DOT?>\nE: closed\nC: <CLOSE>",
            "notSent connection_lost at transfer"
        ),
        (
            "the dot is forbidden", "E: written\nC: <DOT?>\nE: forbidden\nC: <CLOSE>",
            "notSent journal_unavailable at -"
        ),
        ("a 250 before the dot is no receipt", "S: 250 ok\nC: <CLOSE>", "notSent protocol_error at transfer"),
        (
            "a 250 while the dot is held is no receipt", "E: written\nC: <DOT?>\nS: 250 ok\nC: <CLOSE>",
            "notSent protocol_error at transfer"
        ),
        (
            "refused in the middle of the message", "S: 552 5.3.4 too big\nC: <CLOSE>",
            "refused 552 5.3.4 too big at transfer"
        ),
        ("421 in the middle of the message", "S: 421 bye\nC: <CLOSE>", "deferred 421 bye at transfer"),
    ].map { name, tail, outcome in
        Case(
            name: name,
            script: """
                S: 220 mx
                C: EHLO client.test
                S: 250 mx
                C: MAIL FROM:<jane@example.org>
                S: 250 ok
                C: RCPT TO:<ann@example.net>
                S: 250 ok
                C: DATA
                S: 354 go
                C: <MESSAGE>

                """ + tail,
            expect: [outcome])
    }
}
