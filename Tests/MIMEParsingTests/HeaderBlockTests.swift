import Testing

@testable import MIMEParsing

@Suite struct HeaderBlockTests {
    private func names(_ text: String) -> [String] { HeaderBlock(Array(text.utf8)).fields.map(\.name) }
    private func raw(_ text: String, _ name: String) -> String? {
        HeaderBlock(Array(text.utf8)).first(name).map { String(decoding: $0.rawValue, as: UTF8.self) }
    }

    @Test func fieldsKeepTheirOrderAndSpelling() {
        #expect(names("From: a\r\nTO: b\r\nx-Y: c\r\n\r\nBody: no\r\n") == ["From", "TO", "x-Y"])
    }

    @Test func bareLineFeedsAreLineEnds() {
        #expect(names("From: a\nTo: b\n\nBody: no\n") == ["From", "To"])
    }

    @Test func doubledCarriageReturnsAreLineEnds() {
        #expect(names("From: a\r\r\nTo: b\r\r\n\r\r\nBody: no\r\r\n") == ["From", "To"])
    }

    @Test func headersEndWithTheInput() {
        #expect(names("From: a\r\nTo: b") == ["From", "To"])
        #expect(raw("From: a\r\nTo: b", "To") == "b")
    }

    @Test func foldedLinesAreJoinedByRemovingTheBreak() {
        #expect(raw("Subject: one\r\n two\r\n\tthree\r\n\r\n", "subject") == "one two\tthree")
        #expect(raw("Subject: one\n  two\nTo: b\n\n", "subject") == "one  two")
    }

    @Test func aValueThatBeginsOnTheNextLineIsFound() {
        #expect(raw("Subject:\r\n late\r\n\r\n", "Subject") == "late")
        #expect(raw("Subject:\r\n\r\n", "Subject") == "")
    }

    @Test func aLineOfBlanksContinuesAField() {
        #expect(raw("Subject: one\r\n \r\n two\r\nTo: b\r\n\r\n", "Subject") == "one  two")
        #expect(raw("Subject: one\r\n \r\n two\r\nTo: b\r\n\r\n", "To") == "b")
    }

    @Test func blanksBeforeTheColonAreObsoleteButFine() {
        #expect(raw("Subject \t: old\r\n\r\n", "Subject") == "old")
        #expect(names("Subject : old\r\n\r\n") == ["Subject"])
    }

    @Test func linesThatAreNoFieldAreLeftOut() {
        #expect(names("From: a\r\nthis is junk\r\n with more junk\r\nTo: b\r\n: c\r\n\r\n") == ["From", "To"])
        #expect(raw("From: a\r\njunk\r\n more\r\nTo: b\r\n\r\n", "From") == "a")
    }

    @Test func anMboxLineIsSkipped() {
        #expect(names("From jane@example.org Mon Nov 23 02:28:37 2026\nFrom: a\n\n") == ["From"])
        #expect(names(">From jane Mon Nov 23 02:28:37 2026\nFrom: a\n\n") == ["From"])
    }

    @Test func namesAreFoundWhateverTheirCase() {
        let block = HeaderBlock(Array("Received: 1\r\nRECEIVED: 2\r\nreceived: 3\r\nReceived-SPF: no\r\n\r\n".utf8))
        #expect(block.first("rEcEiVeD").map { text($0.rawValue) } == "1")
        #expect(block.all("received").map { text($0.rawValue) } == ["1", "2", "3"])
        #expect(block.first("Missing") == nil)
        #expect(block.all("").isEmpty)
    }

    @Test func blocksAddUp() {
        let both = HeaderBlock(Array("A: 1\r\n\r\n".utf8)) + HeaderBlock(Array("B: 2\r\n\r\n".utf8))
        #expect(both.fields.map(\.name) == ["A", "B"])
        #expect(both.first("b").map { $0.text } == "2")
        #expect((HeaderBlock() + both).fields.count == 2)
    }

    @Test func nothingComesOfNothing() {
        #expect(HeaderBlock([]).fields.isEmpty)
        #expect(HeaderBlock(Array("\r\nFrom: a\r\n".utf8)).fields.isEmpty)
        #expect(HeaderBlock(Array("\r".utf8)).fields.isEmpty)
        #expect(HeaderBlock(Array(" \t".utf8)).fields.isEmpty)
    }

    @Test func aFieldIsCutAtItsLimitAndTheBlockAtIts() {
        var limits = MIMELimits()
        limits.headerField = 10
        limits.headerBlock = 25
        let block = HeaderBlock(Array("A: 123456789\r\nB: 123456789\r\nC: 123456789\r\n\r\n".utf8), limits: limits)
        #expect(block.fields.map { text($0.rawValue) } == ["1234567", "1234567"])
    }

    @Test func textHasNoControlCharacters() {
        #expect(field("a\u{0}b\u{7}c\td\u{7F}e").text == "abc de")
        #expect(field("=?utf-8?Q?evil=0D=0ABcc:_x=00=1B[0m?=").text == "evil  Bcc: x[0m")
        #expect(field("a\u{85}b\u{9F}c").text == "abc")
    }

    @Test func rawUTF8IsReadAsSuch() {
        #expect(field("Grüße aus Köln").text == "Grüße aus Köln")
    }

    @Test func rawBytesAreReadAsWindows1252() {
        #expect(field([0x47, 0x72, 0xFC, 0xDF, 0x65, 0x20, 0x80]).text == "Grüße €")
    }

    @Test func rawBytesAreReadInTheMessagesCharset() {
        var bytes = Array("Subject: ".utf8) + [0xF0, 0xD2, 0xC9, 0xD7, 0xC5, 0xD4]
        bytes += Array("\r\nContent-Type: text/plain; charset=koi8-r\r\n\r\n".utf8)
        #expect(HeaderBlock(bytes).first("Subject")?.text == "Привет")
    }

    @Test func foldAndUnfoldIsARoundTrip() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<200 {
            let words = (0..<Int.random(in: 1...30, using: &generator)).map { _ in
                String(repeating: "w", count: Int.random(in: 1...20, using: &generator))
            }
            let folded = HeaderEncoder.fold("Subject", words)
            #expect(HeaderBlock(folded).first("Subject")?.text == words.joined(separator: " "))
        }
    }
}
