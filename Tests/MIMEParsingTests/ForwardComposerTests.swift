import MailModel
import Testing

@testable import MIMEParsing

@Suite struct ForwardComposerTests {
    private func input(_ original: [UInt8], note: String = "Look at this.") -> ForwardComposer.Input {
        ForwardComposer.Input(
            forwarding: original, from: EmailAddress(name: "Jane Döe", localpart: "jane", domain: "example.org"),
            to: ["oncall@example.com", "second@example.com"], note: note, messageID: "new.1@example.org",
            date: 1_795_400_917, offsetMinutes: 60, marker: "v1 home 3f")
    }

    private let original = message(
        "From: Bob <bob@x.org>", "To: jane@example.org", "Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=",
        "Date: Mon, 23 Nov 2026 02:00:00 +0000", "Message-ID: <orig@x.org>", "References: <r1@x.org> <r2@x.org>", "",
        "Hello", ".dot", "From here")

    private func lines(_ bytes: [UInt8]) -> [[UInt8].SubSequence] { bytes.split(separator: 0x0A) }

    @Test func attachmentHasTheHeaderOfANewMessage() {
        let parsed = ParsedMessage(ForwardComposer.attachment(input(original)))
        func value(_ name: String) -> String? { parsed.header.first(name)?.text }
        #expect(
            parsed.header.first("From")?.addresses == [
                EmailAddress(name: "Jane Döe", localpart: "jane", domain: "example.org")
            ])
        #expect(value("To") == "oncall@example.com, second@example.com")
        #expect(value("Subject") == "Fwd: Grüße")
        #expect(value("Date") == "Mon, 23 Nov 2026 03:28:37 +0100")
        #expect(value("Message-ID") == "<new.1@example.org>")
        #expect(value("References") == "<r1@x.org> <r2@x.org> <orig@x.org>")
        #expect(value("Auto-Submitted") == "auto-generated")
        #expect(value("X-Postmoon-Forwarded") == "v1 home 3f")
        #expect(value("MIME-Version") == "1.0")
        #expect(parsed.header.all("Content-Type").count == 1)
    }

    @Test func attachmentCarriesTheOriginalUnchanged() {
        let parsed = ParsedMessage(ForwardComposer.attachment(input(original)))
        #expect(parsed.allParts.map(\.mediaType) == ["multipart/mixed", "text/plain", "message/rfc822", "text/plain"])
        #expect(parsed.attachments.first?.content() == original)
        #expect(parsed.root.children[1].header.first("Content-Transfer-Encoding")?.text == "7bit")
        #expect(
            parsed.text.hasPrefix(
                "Look at this.\n\n---------- Forwarded message ----------\nFrom: Bob <bob@x.org>\n"
                    + "Date: Mon, 23 Nov 2026 02:00:00 +0000\nSubject: Grüße\nTo: jane@example.org\n"))
    }

    @Test func lineEndsBecomeCRLF() {
        let bare = Array("Subject: a\nX: b\r\n\nline\rline\n\n".utf8)
        for bytes in [ForwardComposer.attachment(input(bare)), ForwardComposer.inline(input(bare))] {
            #expect(LineEndings.crlf(bytes) == bytes)
        }
        let parsed = ParsedMessage(ForwardComposer.attachment(input(bare)))
        #expect(parsed.attachments.first.map { text($0.content()) } == "Subject: a\r\nX: b\r\n\r\nline\r\nline\r\n\r\n")
    }

    @Test func eightBitOriginalsAreNotEncoded() {
        let bytes = ForwardComposer.attachment(input(message("Subject: ü", "", "ü")))
        let parsed = ParsedMessage(bytes)
        #expect(parsed.root.children[1].header.first("Content-Transfer-Encoding")?.text == "8bit")
        #expect(parsed.header.first("Content-Transfer-Encoding")?.text == "8bit")
        #expect(parsed.attachments.first?.content() == message("Subject: ü", "", "ü"))
    }

    @Test func theSameInputGivesTheSameBytes() {
        #expect(ForwardComposer.attachment(input(original)) == ForwardComposer.attachment(input(original)))
        var other = input(original)
        other.messageID = "new.2@example.org"
        #expect(ForwardComposer.attachment(other) != ForwardComposer.attachment(input(original)))
    }

    @Test func theBoundaryDoesNotOccurInTheOriginal() {
        let first = ForwardComposer.attachment(input(original))
        let boundary = ParsedMessage(first).root.parameters["boundary"] ?? ""
        #expect(!boundary.isEmpty)
        let hostile = message("Subject: a", "", "--" + boundary, "", "--" + boundary + "--", "rest")
        let parsed = ParsedMessage(ForwardComposer.attachment(input(hostile)))
        #expect(parsed.attachments.first?.content() == hostile)
        // A forward of a forward.
        let again = ParsedMessage(ForwardComposer.attachment(input(first)))
        #expect(again.attachments.first?.content() == first)
    }

    @Test func headersCannotBeInjected() {
        var bad = input(original)
        bad.subject = "a\r\nBcc: evil@x.org"
        bad.to = ["a@x.org\r\nBcc: evil@x.org"]
        bad.marker = "m\r\nBcc: evil@x.org"
        bad.messageID = "x>\r\nBcc: evil@x.org"
        bad.references = ["a>\r\nBcc: evil@x.org", "ok@x.org"]
        bad.originalMessageID = "b c"
        bad.from = EmailAddress(name: "n\r\nBcc: e", localpart: "l\r\nBcc: e", domain: "d\r\nBcc: e")
        for bytes in [ForwardComposer.attachment(bad), ForwardComposer.inline(bad)] {
            let parsed = ParsedMessage(bytes)
            #expect(parsed.header.first("Bcc") == nil)
            #expect(parsed.header.first("References")?.text == "<ok@x.org>")
        }
    }

    @Test func longHeadersAreFolded() {
        var long = input(original)
        long.subject = String(repeating: "Wörter und ", count: 60)
        long.to = (0..<60).map { "recipient\($0)@example.com" }
        long.references = (0..<400).map { "reference\($0)@example.com" }
        let bytes = ForwardComposer.attachment(long)
        #expect(lines(bytes).allSatisfy { $0.count <= 79 })
        let header = HeaderBlock(bytes)
        #expect(header.first("Subject")?.text == "Fwd: " + long.subject)
        #expect(header.first("To")?.addresses.count == 60)
        #expect(MessageIDList.parse(header.first("References")?.rawValue ?? []).count == 21)
    }

    @Test func aSubjectIsMarkedOnce() {
        var again = input(original)
        again.subject = "Fwd: Grüße"
        #expect(HeaderBlock(ForwardComposer.attachment(again)).first("Subject")?.text == "Fwd: Grüße")
    }

    @Test func aNoteWithOtherCharactersIsEncoded() {
        let note = "Größer als 5 €\nFrom the start\n" + String(repeating: "long ", count: 100) + "line "
        for bytes in [
            ForwardComposer.attachment(input(original, note: note)),
            ForwardComposer.inline(input(original, note: note)),
        ] {
            #expect(lines(bytes).allSatisfy { $0.count <= 78 })
            #expect(bytes.allSatisfy { $0 < 0x80 })
            #expect(ParsedMessage(bytes).text.hasPrefix(note + "\n\n-----"))
        }
    }

    @Test func anEmptyNoteLeavesNoGap() {
        #expect(
            ParsedMessage(ForwardComposer.attachment(input(original, note: ""))).text.hasPrefix("---------- Forwarded"))
    }

    @Test func inlineHasTheTextBelowTheNote() {
        let parsed = ParsedMessage(ForwardComposer.inline(input(original)))
        #expect(parsed.root.mediaType == "text/plain")
        #expect(parsed.text.hasSuffix("To: jane@example.org\n\nHello\n.dot\nFrom here\n"))
        #expect(parsed.attachments.isEmpty)
    }

    @Test func inlineKeepsHTMLImagesAndFiles() {
        let rich = message(
            "Subject: rich", "Content-Type: multipart/mixed; boundary=m", "", "--m",
            "Content-Type: multipart/related; boundary=r", "", "--r", "Content-Type: text/html; charset=iso-8859-1",
            "Content-Transfer-Encoding: quoted-printable", "",
            "<html><body bgcolor=3Dred><p>Gr=FC=DFe <img src=3Dcid:i@x>",
            "--r", "Content-Type: image/png; name=i.png", "Content-ID: <i@x>", "Content-Transfer-Encoding: base64", "",
            "aGVsbG8=", "--r--", "--m", "Content-Type: application/pdf;", " name=\"a b.pdf\"",
            "Content-Disposition: attachment", "Content-Transfer-Encoding: base64", "", "aGVsbG8=", "--m--")
        let parsed = ParsedMessage(ForwardComposer.inline(input(rich, note: "1 < 2")))
        #expect(
            parsed.allParts.map(\.mediaType) == [
                "multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png",
                "application/pdf",
            ])
        #expect(parsed.attachments.map { "\($0.filename) \($0.size)" } == ["a b.pdf 5"])
        #expect(parsed.html.hasPrefix("<html><body bgcolor=red><div>1 &lt; 2<br>\n<br>\n---------- Forwarded message"))
        #expect(parsed.html.contains("<p>Grüße <img src=cid:i@x>"))
        #expect(parsed.text.contains("1 < 2\n\n----------") && parsed.text.hasSuffix("Grüße"))
    }

    @Test func inlineEncodesBinaryParts() {
        let head = message(
            "Content-Type: multipart/mixed; boundary=m", "", "--m", "", "text", "--m",
            "Content-Type: application/x-b; name=b.bin", "Content-Transfer-Encoding: BINARY", "")
        let raw = head + [0, 1, 10, 13, 255] + message("", "--m--")
        let parsed = ParsedMessage(ForwardComposer.inline(input(raw)))
        #expect(parsed.attachments.first?.content() == [0, 1, 10, 13, 255])
    }

    @Test func anyOriginalCanBeForwarded() {
        for original: [UInt8] in [
            [], [0], Array("\r\n".utf8), Array("From x\n".utf8), [UInt8](repeating: 0xFF, count: 100),
        ] {
            #expect(ParsedMessage(ForwardComposer.attachment(input(original))).root.children.count == 2)
            #expect(!ForwardComposer.inline(input(original)).isEmpty)
        }
    }
}
