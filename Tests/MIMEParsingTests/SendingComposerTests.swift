import MailModel
import Testing

@testable import MIMEParsing

@Suite struct SendingComposerTests {
    private let jane = EmailAddress(name: "Jänе", localpart: "jane", domain: "example.org")

    private func redirected(_ original: String) -> String {
        let bytes = RedirectComposer.compose(
            RedirectComposer.Input(
                from: jane, to: ["a@example.com", "b@example.com"], original: Array(original.utf8),
                messageID: "1@example.org",
                date: 0, offsetMinutes: 0, marker: "1; hops=1"))
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func resentFieldsStandAboveAndNothingElseChanges() throws {
        let original =
            "Return-Path: <x@y>\r\n z\r\nReceived: by a\r\nreturn-PATH: <q@r>\r\nSubject:  A\r\n  b\r\n\r\nReturn-Path: no\r\n"
        let text = redirected(original)
        #expect(text.hasSuffix("Received: by a\r\nSubject:  A\r\n  b\r\n\r\nReturn-Path: no\r\n"))
        let header = HeaderBlock(Array(text.utf8))
        #expect(
            header.fields.prefix(5).map(\.name) == [
                "X-Postmoon-Forwarded", "Resent-From", "Resent-To", "Resent-Date", "Resent-Message-ID",
            ])
        #expect(header.first("Resent-To")?.addresses.map(\.address) == ["a@example.com", "b@example.com"])
        #expect(header.first("Resent-From")?.addresses == [jane])
        #expect(header.first("Return-Path") == nil)
    }

    @Test(arguments: ["", "\r\n", "\r\nbody", "Return-Path: <a@b>", "Subject: x", "From x\nSubject: y\n\nz"])
    func oddMessagesStayWhatTheyAre(_ original: String) {
        let text = redirected(original)
        #expect(text.hasPrefix("X-Postmoon-Forwarded: 1; hops=1\r\nResent-From:"))
        #expect(!text.contains("Return-Path"))
        if original.hasSuffix("body") { #expect(text.hasSuffix("\r\n\r\nbody")) }
        if original.hasPrefix("From x") { #expect(text.hasSuffix("Subject: y\r\n\r\nz")) }
    }

    private func replied(_ header: String, subject: String? = nil) -> ParsedMessage {
        ParsedMessage(
            ReplyComposer.compose(
                ReplyComposer.Input(
                    from: jane, to: "c@example.com", subject: subject, text: "Grüße\n.\nFrom me",
                    messageID: "2@example.org",
                    date: 0, offsetMinutes: 0, marker: "m", original: HeaderBlock(Array(header.utf8)))))
    }

    @Test func aReplyNamesWhatItAnswersAndThatAProgramWroteIt() {
        let message = replied("Message-ID: <q@d>\r\nReferences: <o@d>\r\nSubject: =?utf-8?q?Fr=C3=A4ge?=\r\n\r\n")
        #expect(message.header.first("Subject")?.text == "Auto: Fräge")
        #expect(message.header.first("Auto-Submitted")?.text == "auto-replied")
        #expect(message.header.first("In-Reply-To")?.text == "<q@d>")
        #expect(message.header.first("References")?.text == "<o@d> <q@d>")
        #expect(message.text.contains("Grüße") && message.text.contains("From me"))
    }

    @Test func aReplyToWhatHasNoNameIsSoundToo() {
        let message = replied("Subject: a\r\n\r\n", subject: "Away\r\nBcc: x@y")
        #expect(message.header.first("In-Reply-To") == nil)
        #expect(message.header.first("Bcc") == nil)
        #expect(message.header.first("Subject")?.text.contains("Away") == true)
    }
}
