import MIMEParsing
import MailModel
import Testing

@testable import ActionExecutor

/// RFC 3834 §2, and FAULTS "what we send".
@Suite struct ReplyMannersTests {
    private func correspondent(_ lines: String...) throws -> String {
        let header = HeaderBlock(Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8))
        return try ReplyManners.correspondent(of: header, own: ["jane@example.org"]).rawValue
    }

    @Test func aPersonGetsAReplyWhereTheEnvelopeSays() throws {
        #expect(try correspondent("Return-Path: <a@b.example>", "From: A <c@d.example>") == "a@b.example")
        #expect(try correspondent("From: A <c@d.example>") == "c@d.example")
        #expect(try correspondent("From: <c@d.example>", "Auto-Submitted: no") == "c@d.example")
        #expect(try correspondent("From: <c@d.example>", "Precedence: first-class") == "c@d.example")
    }

    @Test(arguments: [
        "Auto-Submitted: auto-generated", "Auto-Submitted: Auto-Replied; owner-email=\"a@b\"", "List-Id: <a.b>",
        "List-Unsubscribe: <mailto:a@b>", "Precedence: BULK", "Precedence: list", "Precedence: junk",
        "Return-Path: <>", "Return-Path:  < > ", "X-Auto-Response-Suppress: DR, OOF, AutoReply", "X-Autoreply: yes",
        "Return-Path: <MAILER-DAEMON@b.example>", "Return-Path: <owner-list@b.example>",
        "Return-Path: <list-request@b.example>", "Return-Path: <JANE@example.org>",
    ])
    func whatNoPersonWroteGetsNone(_ line: String) {
        #expect(throws: SendingRefusal.self) { try correspondent("From: A <c@d.example>", line) }
    }

    @Test func withoutAnAddressThereIsNobodyToAnswer() {
        #expect(throws: SendingRefusal.self) { try correspondent("Subject: x") }
        #expect(throws: SendingRefusal.self) { try correspondent("From: undisclosed") }
    }
}
