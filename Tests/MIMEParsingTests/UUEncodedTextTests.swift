import Testing

@testable import MIMEParsing

/// Files that stand uuencoded in a text.
@Suite struct UUEncodedTextTests {
    private func show(_ parsed: ParsedMessage) -> [String] {
        parsed.attachments.map { "\($0.filename)|\($0.type)|\($0.size)|\(text($0.content()))" }
    }

    private let hello = ["begin 644 a.txt", "%:&5L;&\\", "`", "end"]

    private func mail(_ lines: [String], _ fields: [String] = ["Subject: a"]) -> ParsedMessage {
        ParsedMessage(Array((fields + [""] + lines).map { $0 + "\r\n" }.joined().utf8))
    }

    @Test func aFileInATextIsAnAttachment() {
        let parsed = mail(["See the file.", ""] + hello + ["", "Jane"])
        #expect(show(parsed) == ["a.txt|application/octet-stream|5|hello"])
        #expect(parsed.text == "See the file.\n\n\nJane\n")
        #expect(parsed.allParts.count == 1)
        #expect(parsed.root.decodedText().contains("begin 644"))
        #expect(parsed.attachments[0].part.path == "1")
    }

    @Test func severalFilesKeepTheirOrder() {
        let second = ["begin 0755 C:\\b c.bin", "#86)C", "end"]
        #expect(
            show(mail(hello + second)) == [
                "a.txt|application/octet-stream|5|hello", "b c.bin|application/octet-stream|3|abc",
            ])
    }

    @Test func aFileWithoutItsEndGoesAsFarAsItIsEncoded() {
        let parsed = mail(Array(hello.dropLast(2)) + ["and this is text"])
        #expect(show(parsed) == ["a.txt|application/octet-stream|5|hello"])
        #expect(parsed.text == "and this is text\n")
    }

    @Test func base64FilesAreFoundToo() {
        let parsed = mail(["begin-base64 644 a.txt", "aGVs", "bG8=", "====", "after"])
        #expect(show(parsed) == ["a.txt|application/octet-stream|5|hello"])
        #expect(parsed.text == "after\n")
    }

    private static let textCases: [[String]] = [
        ["begin 644 a.txt", "This is how a uuencoded file begins."],
        ["begin the day", "%:&5L;&\\", "end"],
        ["begin 644", "%:&5L;&\\", "end"],
        ["begin  644 a", "%:&5L;&\\", "end"],
        ["begin 999 a", "%:&5L;&\\", "end"],
        ["> begin 644 a", "> %:&5L;&\\", "> end"],
        ["begin 644 a.txt", "", "", "Something else"], ["begin 644 a"], ["begin-base64 644 a", "aGVsbG8=", "no end"],
    ]

    @Test(arguments: textCases)
    func whatOnlyLooksLikeOneIsText(lines: [String]) {
        let parsed = mail(lines)
        #expect(parsed.attachments.isEmpty)
        #expect(parsed.text == lines.joined(separator: "\n") + "\n")
    }

    @Test func anEmptyFileIsOne() {
        #expect(show(mail(["begin 644 empty", "`", "end"])) == ["empty|application/octet-stream|0|"])
        #expect(show(mail(["begin 644 empty", "end"])) == ["empty|application/octet-stream|0|"])
    }

    @Test func encodedTextsAreLookedInto() {
        let lines = hello.map { $0 + "\r\n" }.joined()
        let base64 = mail(
            [text(Base64.encodeLines(Array(lines.utf8)))], ["Content-Transfer-Encoding: base64"])
        #expect(show(base64) == ["a.txt|application/octet-stream|5|hello"])
        let quoted = mail(hello, ["Content-Transfer-Encoding: quoted-printable"])
        #expect(show(quoted) == ["a.txt|application/octet-stream|5|hello"])
    }

    @Test func theTransferEncodingOfThatNameTakesItsNameFromBegin() {
        let parsed = mail(
            hello, ["Content-Type: application/octet-stream", "Content-Transfer-Encoding: x-uuencode"])
        #expect(show(parsed) == ["a.txt|application/octet-stream|5|hello"])
    }

    @Test func sizesAreExactForAnyBytes() {
        var generator = SeededGenerator(seed: 21)
        for _ in 0..<100 {
            let bytes = (0..<Int.random(in: 1...200, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            let parsed = mail(["text", "begin 644 x"] + encoded(bytes) + ["`", "end"])
            #expect(parsed.attachments.map { $0.content() } == [bytes])
            #expect(parsed.attachments.map(\.size) == [bytes.count])
            // Blanks at the ends of lines get lost on the way.
            let bare = encoded(bytes).map {
                String($0.replacing("`", with: " ").reversed().drop { $0 == " " }.reversed())
            }
            #expect(mail(["begin 644 x"] + bare + ["end"]).attachments.map { $0.content() } == [bytes])
        }
    }

    @Test func anInlineForwardKeepsThem() {
        let forwarded = ForwardComposer.inline(
            ForwardComposer.Input(
                forwarding: Array((["Subject: a", ""] + hello).map { $0 + "\r\n" }.joined().utf8),
                from: .init(name: "", localpart: "jane", domain: "example.org"), to: ["bob@example.net"], note: "",
                messageID: "x@example.org", date: 0, offsetMinutes: 0, marker: ""))
        #expect(show(ParsedMessage(forwarded)) == ["a.txt|application/octet-stream|5|hello"])
    }

    private func encoded(_ bytes: [UInt8]) -> [String] {
        stride(from: 0, to: bytes.count, by: 45).map { start in
            let line = Array(bytes[start..<min(start + 45, bytes.count)])
            var characters = [UInt8(line.count + 32)]
            for place in stride(from: 0, to: line.count, by: 3) {
                let group = (0..<3).reduce(UInt32(0)) { sum, offset in
                    sum << 8 | UInt32(place + offset < line.count ? line[place + offset] : 0)
                }
                for shift: UInt32 in [18, 12, 6, 0] {
                    let value = UInt8(group >> shift & 63)
                    characters.append(value == 0 ? 0x60 : value + 32)
                }
            }
            return text(characters)
        }
    }
}
