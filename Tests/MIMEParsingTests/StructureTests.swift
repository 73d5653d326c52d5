import Testing

@testable import MIMEParsing

@Suite struct StructureTests {
    /// `path type` of every part.
    private func outline(_ raw: [UInt8]) -> [String] {
        ParsedMessage(raw).allParts.map { "\($0.path) \($0.mediaType)" }
    }

    @Test func aPlainMessageIsOnePart() {
        let parsed = ParsedMessage(message("Subject: a", "", "Hello", "World"))
        #expect(parsed.root.path == "1")
        #expect(parsed.root.mediaType == "text/plain")
        #expect(parsed.text == "Hello\nWorld\n")
        #expect(parsed.html == "")
        #expect(parsed.attachments.isEmpty)
        #expect(parsed.header.first("subject")?.text == "a")
        #expect(parsed.size == 28)
        #expect(parsed.root.decodedSize == 14)
    }

    @Test func multipartsHaveTheNumbersOfIMAP() {
        let raw = message(
            "Content-Type: multipart/mixed; boundary=a", "", "preamble", "--a", "", "one", "--a",
            "Content-Type: multipart/alternative; boundary=b", "", "--b", "Content-Type: text/plain", "", "two", "--b",
            "Content-Type: text/html", "", "<p>two", "--b--", "epilogue", "--a", "Content-Type: message/rfc822", "",
            "Subject: inner", "Content-Type: multipart/mixed; boundary=c", "", "--c", "", "three", "--c",
            "Content-Type: message/rfc822", "", "Subject: innermost", "", "four", "--c--", "--a--", "after")
        #expect(
            outline(raw) == [
                "TEXT multipart/mixed", "1 text/plain", "2 multipart/alternative", "2.1 text/plain", "2.2 text/html",
                "3 message/rfc822", "3.TEXT multipart/mixed", "3.1 text/plain", "3.2 message/rfc822",
                "3.2.1 text/plain",
            ])
        let parsed = ParsedMessage(raw)
        #expect(parsed.text == "one\ntwo")
        #expect(parsed.html == "<p>two")
        #expect(
            parsed.allParts.map { $0.children.isEmpty ? $0.decodedText() : "" }.filter { !$0.isEmpty } == [
                "one", "two", "<p>two", "three", "four",
            ])
        #expect(parsed.attachments.map(\.type) == ["message/rfc822"])
        #expect(parsed.root.children[2].children[0].header.first("Subject")?.text == "inner")
    }

    @Test func theLineBreakBeforeADelimiterBelongsToIt() {
        let raw = message(
            "Content-Type: multipart/mixed; boundary=a", "", "--a", "", "one", "", "--a", "", "two", "--a--")
        #expect(ParsedMessage(raw).root.children.map { text($0.decoded()) } == ["one\r\n", "two"])
        let bare = raw.filter { $0 != 0x0D }
        #expect(ParsedMessage(bare).root.children.map { text($0.decoded()) } == ["one\n", "two"])
    }

    @Test func emptyPartsAreParts() {
        let raw = message("Content-Type: multipart/mixed; boundary=a", "", "--a", "", "--a", "--a", "", "", "--a--")
        #expect(ParsedMessage(raw).root.children.map(\.decodedSize) == [0, 0, 0])
    }

    @Test func aMissingClosingDelimiterHidesNothing() {
        let raw = message(
            "Content-Type: multipart/mixed; boundary=a", "", "--a", "Content-Type: multipart/alternative; boundary=b",
            "",
            "--b", "", "inner", "--a", "", "outer")
        #expect(outline(raw) == ["TEXT multipart/mixed", "1 multipart/alternative", "1.1 text/plain", "2 text/plain"])
        #expect(ParsedMessage(raw).text == "inner\nouter\n")
    }

    @Test func aBoundaryThatIsAPrefixOfAnotherIsToldApart() {
        let raw = message(
            "Content-Type: multipart/mixed; boundary=a", "", "--a", "Content-Type: multipart/mixed; boundary=ab", "",
            "--ab", "", "inner", "--ab--", "--a", "", "outer --a", "--abc", "--a--")
        #expect(outline(raw) == ["TEXT multipart/mixed", "1 multipart/mixed", "1.1 text/plain", "2 text/plain"])
        #expect(text(ParsedMessage(raw).root.children[1].decoded()) == "outer --a\r\n--abc")
    }

    @Test func blanksBehindADelimiterDoNotCount() {
        let raw = message("Content-Type: multipart/mixed; boundary=\"a \"", "", "--a \t", "", "one", "--a-- ", "rest")
        #expect(ParsedMessage(raw).root.children.map { text($0.decoded()) } == ["one"])
    }

    @Test func aWrongBoundaryIsGuessed() {
        let raw = message(
            "Content-Type: multipart/mixed; boundary=wrong", "", "--right", "Content-Type: text/plain", "", "one",
            "--right", "Content-Type: text/html", "", "<b>two</b>", "--right--")
        #expect(outline(raw) == ["TEXT multipart/mixed", "1 text/plain", "2 text/html"])
    }

    @Test func aMissingBoundaryIsGuessed() {
        let raw = message("Content-Type: multipart/mixed", "", "--right", "", "one", "--right", "", "two", "--right--")
        #expect(ParsedMessage(raw).text == "one\ntwo")
    }

    @Test func aMultipartWithoutPartsIsText() {
        let raw = message("Content-Type: multipart/mixed; boundary=a", "", "only text", "-- ", "signature")
        let parsed = ParsedMessage(raw)
        #expect(parsed.root.children.isEmpty)
        #expect(parsed.text == "only text\n-- \nsignature\n")
    }

    @Test func partsOfADigestAreMessages() {
        let raw = message(
            "Content-Type: multipart/digest; boundary=a", "", "--a", "", "Subject: one", "", "1", "--a", "",
            "Subject: two", "", "2", "--a", "Content-Type: text/plain", "", "note", "--a--")
        #expect(
            outline(raw) == [
                "TEXT multipart/digest", "1 message/rfc822", "1.1 text/plain", "2 message/rfc822", "2.1 text/plain",
                "3 text/plain",
            ])
        #expect(ParsedMessage(raw).root.children[1].children[0].header.first("subject")?.text == "two")
        #expect(ParsedMessage(raw).text == "note")
    }

    @Test func anEncodedMessageIsDecodedFirst() {
        let inner = Base64.encodeLines(message("Subject: inner", "", "hidden"))
        let raw = message("Content-Type: message/rfc822", "Content-Transfer-Encoding: base64", "") + inner
        let parsed = ParsedMessage(raw)
        #expect(outline(raw) == ["1 message/rfc822", "1.1 text/plain"])
        #expect(parsed.root.children[0].header.first("Subject")?.text == "inner")
        #expect(parsed.attachments.map(\.size) == [26])
    }

    @Test func emptyLinesBeforeAnAttachedHeaderAreSkipped() {
        let raw = message("Content-Type: message/rfc822", "", "", "", "Subject: inner", "", "text")
        #expect(ParsedMessage(raw).root.children[0].header.first("Subject")?.text == "inner")
    }

    @Test func aPartWithoutItsEmptyLineIsAllBody() {
        let raw = message("Content-Type: multipart/mixed; boundary=a", "", "--a", "Hello there", "", "you", "--a--")
        #expect(ParsedMessage(raw).text == "Hello there\n\nyou")
    }

    @Test func aMessageWithoutItsEmptyLineKeepsItsText() {
        #expect(ParsedMessage(message("Subject: a", "no header", "either")).text == "no header\neither\n")
        #expect(ParsedMessage(message("Subject: a")).text == "")
        #expect(ParsedMessage(Array("Subject: a\r\n\r\n".utf8)).text == "")
        #expect(ParsedMessage(Array("\r\nbody".utf8)).text == "body")
    }

    @Test func aMessageWithBareCarriageReturnsIsRead() {
        let raw = message(
            "Subject: a", "Content-Type: multipart/mixed; boundary=a", "", "--a", "", "one", "--a",
            "Content-Type: text/html", "", "<p>two", "--a--"
        ).filter { $0 != 0x0A }
        #expect(outline(raw) == ["TEXT multipart/mixed", "1 text/plain", "2 text/html"])
        #expect(ParsedMessage(raw).text == "one")
        #expect(ParsedMessage(raw).size == raw.count)
        #expect(HeaderBlock(raw).fields.map(\.name) == ["Subject", "Content-Type"])
    }

    @Test func aByteOrderMarkBeforeTheHeaderIsSkipped() {
        let raw = [0xEF, 0xBB, 0xBF] + message("Subject: a", "To: b@x.org", "", "text")
        #expect(ParsedMessage(raw).header.fields.map(\.name) == ["Subject", "To"])
        #expect(ParsedMessage(raw).text == "text\n")
    }

    @Test func ofTwoContentTypesTheFirstThatIsOneCounts() {
        let raw = message("Content-Type: ;", "Content-Type: text/html; charset=utf-8", "", "<p>x")
        #expect(outline(raw) == ["1 text/html"])
        #expect(outline(message("Content-Type: text/html", "Content-Type: text/plain", "", "x")) == ["1 text/html"])
    }

    @Test func ofTwoTransferEncodingsTheFirstThatIsKnownCounts() {
        let raw = message("Content-Transfer-Encoding: 7bit", "Content-Transfer-Encoding: base64", "", "aGVsbG8=")
        #expect(ParsedMessage(raw).text == "hello")
    }

    @Test func anEncodedMultipartIsDecodedFirst() {
        let body = message("--a", "", "one", "--a", "Content-Type: text/html", "", "<p>two", "--a--")
        let raw =
            message("Content-Type: multipart/mixed; boundary=a", "Content-Transfer-Encoding: base64", "")
            + Base64.encodeLines(body)
        #expect(outline(raw) == ["TEXT multipart/mixed", "1 text/plain", "2 text/html"])
        #expect(ParsedMessage(raw).text == "one")
        // Most only say so.
        let plain = message("Content-Type: multipart/mixed; boundary=a", "Content-Transfer-Encoding: base64", "") + body
        #expect(ParsedMessage(plain).text == "one")
        let neither = message("Content-Type: multipart/mixed", "Content-Transfer-Encoding: base64", "", "aGVsbG8=")
        #expect(ParsedMessage(neither).text == "aGVsbG8=\n")
    }

    @Test func ofTwoBoundariesTheRightOneIsFound() {
        let raw = message(
            "Content-Type: multipart/mixed; boundary=wrong; boundary=right", "", "--right", "", "one",
            "--right--")
        #expect(ParsedMessage(raw).text == "one")
    }

    @Test func aBoundaryUsedTwiceHidesNothing() {
        let raw = message(
            "Content-Type: multipart/mixed; boundary=a", "", "--a", "Content-Type: multipart/alternative; boundary=a",
            "", "--a", "", "one", "--a--", "--a", "Content-Type: application/pdf; name=x.pdf", "", "pdf", "--a--")
        let parsed = ParsedMessage(raw)
        #expect(parsed.text == "one")
        #expect(parsed.attachments.map(\.filename) == ["x.pdf"])
    }

    @Test func emptyMultipartsHaveNoParts() {
        let closed = message("Content-Type: multipart/mixed; boundary=a", "", "--a--", "")
        #expect(outline(closed) == ["TEXT multipart/mixed"])
        #expect(outline(message("Content-Type: multipart/mixed; boundary=a", "")) == ["TEXT multipart/mixed"])
        #expect(
            outline(message("Content-Type: multipart/mixed; boundary=\"\"", "", "--", "")) == ["TEXT multipart/mixed"])
    }

    @Test func rawBytesInHeadersAreReadInTheCharsetOfTheText() {
        let koi8: [UInt8] = [0xF0, 0xD2, 0xC9, 0xD7, 0xC5, 0xD4]
        let raw =
            Array("Subject: ".utf8) + koi8
            + message(
                "", "Content-Type: multipart/mixed; boundary=a", "", "--a",
                "Content-Type: text/plain; charset=koi8-r", "") + koi8 + message("", "--a")
            + Array("Content-Disposition: attachment; filename=\"".utf8) + koi8 + message("\"", "", "x", "--a--")
        let parsed = ParsedMessage(raw)
        #expect(parsed.header.first("Subject")?.text == "Привет")
        #expect(parsed.text == "Привет")
        #expect(parsed.attachments.map(\.filename) == ["Привет"])
    }

    private static let mediaTypesCases: [(String, String)] = [
        ("text/plain", "text/plain"), ("TEXT/Html; charset=x", "text/html"), ("text", "text/plain"), ("", "text/plain"),
        ("/", "text/plain"), ("a/b/c", "text/plain"), ("; charset=utf-8", "text/plain"),
        ("application/pdf; name=\"x", "application/pdf"), ("pdf; name=x.pdf", "application/octet-stream"),
        ("text / html", "text/html"), ("text/(comment)html", "text/html"),
        ("(comment) text/html (c); a=b", "text/html"),
        ("\"text/html\"; charset=utf-8", "text/html"), ("text/html, charset=utf-8", "text/html"),
        ("text/html:", "text/plain"), ("text/ht<ml", "text/plain"), ("text/html\t;a=b", "text/html"),
        (
            "application/vnd.ms-excel.sheet.binary.macroEnabled.12",
            "application/vnd.ms-excel.sheet.binary.macroenabled.12"
        ),
        ("image/jpeg name=x.jpg", "image/jpeg"), ("text/plain charset=utf-8", "text/plain"),
    ]

    @Test(arguments: mediaTypesCases)
    func mediaTypes(value: String, expected: String) {
        #expect(ParsedMessage(message("Content-Type: " + value, "", "x")).root.mediaType == expected)
    }

    @Test func bodiesAreReadInTheirCharset() {
        func text(_ type: String, _ body: [UInt8], _ encoding: String = "8bit") -> String {
            ParsedMessage(message("Content-Type: " + type, "Content-Transfer-Encoding: " + encoding, "") + body).text
        }
        #expect(text("text/plain; charset=utf-8", [0xC3, 0xBC]) == "ü")
        #expect(text("text/plain; charset=koi8-r", [0xF0]) == "П")
        #expect(text("text/plain; charset=utf-8", Array("=C3=BC".utf8), "quoted-printable") == "ü")
        #expect(text("text/plain; charset=utf-8", Array("w7w=".utf8), "base64") == "ü")
        #expect(text("text/plain", [0xFC]) == "ü")
        #expect(text("text/plain", [0xC3, 0xBC]) == "ü")
        #expect(text("text/plain; charset=x-unknown-1", [0xFC]) == "ü")
        #expect(text("text/html", Array("<meta charset=koi8-r><p>".utf8) + [0xF0]) == "П")
        let http = "<META http-equiv=Content-Type content=\"text/html; charset=koi8-r\"><p>"
        #expect(text("text/html", Array(http.utf8) + [0xF0]) == "П")
        #expect(text("text/plain; charset=iso-2022-jp", Array("\u{1B}$BF|K\\\u{1B}(B".utf8)) == "日本")
    }

    @Test func anUnknownCharsetIsNamed() {
        func unknown(_ type: String) -> String? {
            ParsedMessage(message("Content-Type: " + type, "", "x")).root.unknownCharset
        }
        #expect(unknown("text/plain; charset=x-martian") == "x-martian")
        #expect(unknown("text/plain; charset=utf-8") == nil)
        #expect(unknown("text/plain") == nil)
    }

    @Test func nestingAndPartsEndAtTheirLimits() {
        var raw: [UInt8] = []
        for level in 0..<200 { raw += message("Content-Type: multipart/mixed; boundary=b\(level)", "", "--b\(level)") }
        raw += message("", "deep")
        let deep = ParsedMessage(raw)
        #expect(deep.allParts.count == 65)

        let wide =
            message("Content-Type: multipart/mixed; boundary=a", "")
            + (0..<5000).flatMap { _ in message("--a", "", "x") }
        #expect(ParsedMessage(wide).allParts.count == 2000)

        var nested: [UInt8] = []
        for _ in 0..<200 { nested += message("Content-Type: message/rfc822", "") }
        #expect(ParsedMessage(nested).allParts.count == 65)
    }

    @Test func flowedTextIsJoined() {
        let raw = message(
            "Content-Type: text/plain; format=flowed", "", "This is one ", "paragraph.", "", "> quoted ", "> text",
            "-- ", "Jane")
        #expect(ParsedMessage(raw).text == "This is one paragraph.\n\n> quoted text\n-- \nJane\n")
        let deleted = message("Content-Type: text/plain; format=flowed; delsp=yes", "", "da ", "da", " >no quote")
        #expect(ParsedMessage(deleted).text == "dada\n>no quote\n")
    }

    @Test func textFallsBackToHTML() {
        let only = message("Content-Type: text/html", "", "<p>Hello<p>World")
        #expect(ParsedMessage(only).text == "Hello\n\nWorld")
        let blank = message(
            "Content-Type: multipart/alternative; boundary=a", "", "--a", "", " ", "--a", "Content-Type: text/html", "",
            "<b>Hi</b>", "--a--")
        #expect(ParsedMessage(blank).text == "Hi")
    }
}
