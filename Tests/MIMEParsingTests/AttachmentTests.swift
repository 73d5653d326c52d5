import Testing

@testable import MIMEParsing

@Suite struct AttachmentTests {
    /// A multipart of a text and the given parts, each with its header lines and body lines.
    private func mixed(_ parts: [[String]], type: String = "mixed") -> ParsedMessage {
        var lines = ["Content-Type: multipart/\(type); boundary=a", "", "--a", "Content-Type: text/plain", "", "text"]
        for part in parts { lines += ["--a"] + part }
        return ParsedMessage(Array((lines + ["--a--", ""]).joined(separator: "\r\n").utf8))
    }

    private func show(_ parsed: ParsedMessage) -> [String] {
        parsed.attachments.map { "\($0.filename)|\($0.type)|\($0.size)" }
    }

    @Test func nameTypeAndExactSize() {
        let parsed = mixed([
            [
                "Content-Type: application/pdf; name=x.pdf",
                "Content-Disposition: attachment; filename=\"in voice.pdf\"",
                "Content-Transfer-Encoding: base64", "", "aGVs", "bG8=",
            ]
        ])
        #expect(show(parsed) == ["in voice.pdf|application/pdf|5"])
        #expect(parsed.attachments.first.map { text($0.content()) } == "hello")
        #expect(parsed.text == "text")
    }

    @Test func namesAreDecodedHoweverTheyCome() {
        let parsed = mixed([
            ["Content-Disposition: attachment; filename*=utf-8''%E2%82%AC.txt", "", "a"],
            ["Content-Disposition: attachment; filename=\"=?utf-8?B?4oKsLnR4dA==?=\"", "", "a"],
            ["Content-Type: application/x-y; name*0*=utf-8''%E2%82; name*1*=%AC.txt", "", "a"],
            ["Content-Disposition: attachment; filename=\"../../etc/pass wd\"", "", "a"],
            ["Content-Disposition: attachment; filename=\"a\u{1}b\"", "", "a"],
        ])
        #expect(parsed.attachments.map(\.filename) == ["€.txt", "€.txt", "€.txt", "pass wd", "ab"])
    }

    @Test func namesThatNameNoFileAreNone() {
        let parsed = mixed([
            ["Content-Type: a/b; name=a.txt", "Content-Disposition: attachment; filename=\"\"", "", "a"],
            ["Content-Type: a/b; name=\"\"", "Content-Disposition: attachment; filename=\"..\"", "", "a"],
            ["Content-Disposition: attachment; filename=\"C:\\My Files\\b.txt\"", "", "a"],
            ["Content-Disposition: attachment; filename=\" c.txt \"", "", "a"],
            ["Content-Disposition: attachment; filename=\"dir/\"", "", "a"],
            ["Content-Disposition: attachment; filename*=utf-8''..%2F..%2Fetc%2Fd.txt", "", "a"],
            ["Content-Disposition: attachment; filename*=utf-8''a%0d%0ab%00.txt", "", "a"],
        ])
        #expect(parsed.attachments.map(\.filename) == ["a.txt", "", "b.txt", "c.txt", "dir", "d.txt", "a  b.txt"])
    }

    @Test func aTextThatSaysAttachmentIsOne() {
        let parsed = mixed([["Content-Type: text/plain", "Content-Disposition: ATTACHMENT", "", "log"]])
        #expect(show(parsed) == ["|text/plain|3"])
        #expect(parsed.text == "text")
    }

    @Test func aNamedTextBehindTheTextIsOne() {
        #expect(show(mixed([["Content-Type: text/x-diff; name=a.patch", "", "diff"]])) == ["a.patch|text/x-diff|4"])
        #expect(show(mixed([["Content-Disposition: inline; filename=a.txt", "", "diff"]])) == ["a.txt|text/plain|4"])
    }

    @Test func aNamedTextThatIsTheTextIsNone() {
        let parsed = ParsedMessage(message("Content-Type: text/plain; name=body.txt", "", "Hello"))
        #expect(parsed.attachments.isEmpty)
        #expect(parsed.text == "Hello\n")
        let alternative = mixed([["Content-Type: text/html; name=body.html", "", "<p>text"]], type: "alternative")
        #expect(alternative.attachments.isEmpty)
        #expect(alternative.html == "<p>text")
    }

    @Test func anUnnamedTextIsText() {
        let parsed = mixed([["Content-Type: text/plain", "Content-Disposition: inline", "", "more"]])
        #expect(parsed.attachments.isEmpty)
        #expect(parsed.text == "text\nmore")
    }

    @Test func anImageThatTheHTMLShowsIsNone() {
        let html = ["Content-Type: text/html", "", "<img src=\"cid:logo%40x\"><div style='background:url(cid:bg@x)'>"]
        let logo = ["Content-Type: image/png; name=logo.png", "Content-ID: <logo@x>", "", "png"]
        let background = ["Content-Type: image/png; name=bg.png", "Content-ID: <bg@x>", "", "png"]
        let other = ["Content-Type: image/png; name=other.png", "Content-ID: <other@x>", "", "png"]
        let saying = [
            "Content-Type: image/png", "Content-Disposition: attachment; filename=logo.png", "Content-ID: <logo@x>", "",
            "png",
        ]
        #expect(show(mixed([html, logo, background, other], type: "related")) == ["other.png|image/png|3"])
        #expect(show(mixed([html, logo, saying])) == ["logo.png|image/png|3"])
        #expect(show(mixed([logo])) == ["logo.png|image/png|3"])
    }

    @Test func anInlineImageThatNothingShowsIsOne() {
        let photo = ["Content-Type: image/jpeg", "Content-Disposition: inline; filename=IMG_1.jpeg", "", "jpg"]
        #expect(show(mixed([photo])) == ["IMG_1.jpeg|image/jpeg|3"])
    }

    @Test func anUnnamedFileThatDoesNotSayAttachmentIsAPartOnly() {
        let parsed = mixed([["Content-Type: application/pdf", "", "x"], ["Content-Type: text/calendar", "", "BEGIN"]])
        #expect(parsed.attachments.isEmpty)
        #expect(
            parsed.allParts.map(\.mediaType) == ["multipart/mixed", "text/plain", "application/pdf", "text/calendar"])
        #expect(parsed.text == "text")
    }

    @Test func anAttachedMessageIsOneAndItsPartsAreNot() {
        let parsed = mixed([
            [
                "Content-Type: message/rfc822", "", "Subject: inner", "Content-Type: text/plain; name=a.txt",
                "Content-Disposition: attachment", "", "inner text",
            ]
        ])
        #expect(show(parsed) == ["|message/rfc822|99"])
        #expect(parsed.text == "text")
    }

    @Test func attachmentsKeepTheirOrder() {
        let image = ["Content-Type: image/png; name=1.png", "Content-ID: <1@x>", "", "png"]
        let file = ["Content-Disposition: attachment; filename=2.bin", "", "bin"]
        let last = ["Content-Type: image/png; name=3.png", "Content-ID: <3@x>", "", "png"]
        #expect(mixed([image, file, last]).attachments.map(\.filename) == ["1.png", "2.bin", "3.png"])
    }
}
