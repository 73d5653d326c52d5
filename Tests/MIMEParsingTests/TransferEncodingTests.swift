import Testing

@testable import MIMEParsing

@Suite struct TransferEncodingTests {
    private static let base64Cases: [(String, String)] = [
        ("aGVsbG8=", "hello"),
        ("aGVs\r\nbG8=\r\n", "hello"),
        ("aGVsbG8", "hello"),
        ("a G V s b G 8 =", "hello"),
        ("aG*Vs-bG8=", "hello"),
        ("aGVsbG8=\r\nIHdvcmxk", "hello world"),
        ("aGVsbG8=\r\n_______\r\nlist footer", "hello"),
        ("aGVsbG8=\r\nThis list is great!\r\n", "hello"),
        ("aGVsbG8===", "hello"),
        ("=aGVsbG8=", "hello"),
        ("aGVsbA==bG8=", "helllo"),
        ("a", ""), ("aG", "h"), ("aGV", "he"), ("", ""), ("====", ""), ("\r\n\r\n", ""),
    ]

    @Test(arguments: base64Cases)
    func base64(encoded: String, expected: String) {
        let bytes = Array(encoded.utf8)[...]
        #expect(text(TransferEncoding.base64.decode(bytes)) == expected)
        #expect(TransferEncoding.base64.decodedCount(bytes) == expected.utf8.count)
    }

    private static let line = "VGhpcyBpcyBhIGxpbmUgb2YgZGF0YSB0aGF0IGlzIGxvbmcu"

    /// What stands below the data, and whether it is taken for data.
    private static let footerCases: [(String, Bool)] = [
        ("\r\n_______________________________________________\r\nlist mailing list\r\nlist@example.org\r\n", false),
        ("--\r\nThis message was checked by a scanner.\r\n", false),
        ("\r\n\r\nTo unsubscribe write to list-leave@example.org\r\n", false),
        ("-- \r\nSent from my list\r\nBye\r\n", false),
        ("\r\n", false), ("", false), ("====\r\n", false),
        ("aGVsbG8=\r\n", true), ("aGVs\r\nbG8=\r\n", true), ("aG Vs\r\nbG8=\r\n", true), ("aG*Vs\r\nbG8=\r\n", true),
    ]

    @Test(arguments: footerCases)
    func whatIsWrittenBelowBase64IsNoneOfIt(below: String, isData: Bool) {
        let bytes = Array((Self.line + "\r\n" + Self.line + "\r\n" + below).utf8)[...]
        let data = "This is a line of data that is long."
        #expect(text(TransferEncoding.base64.decode(bytes)) == data + data + (isData ? "hello" : ""))
        #expect(TransferEncoding.base64.decodedCount(bytes) == data.utf8.count * 2 + (isData ? 5 : 0))
    }

    @Test func piecesThatWerePaddedEachForItselfFollowEachOther() {
        let pieces = (0..<50).map { "aGVsbG8=" + ($0 % 3 == 0 ? "\r\n" : "") }.joined()
        #expect(text(TransferEncoding.base64.decode(Array(pieces.utf8)[...])) == String(repeating: "hello", count: 50))
    }

    private static let quotedPrintableCases: [(String, String)] = [
        ("a=3Db", "a=b"),
        ("a=3db", "a=b"),
        ("soft=\r\n break", "soft break"),
        ("soft=\nbreak", "softbreak"),
        ("soft=  \t\r\nbreak", "softbreak"),
        ("tail  \r\nnext \t\nend ", "tail\r\nnext\nend"),
        ("keep  inner", "keep  inner"),
        ("kept=20\r\n", "kept \r\n"),
        ("a=ZZb", "a=ZZb"),
        ("a=4", "a=4"),
        ("a=", "a"),
        ("a==3D", "a=="),
        ("=E2=82=AC", "€"),
        ("raw € bytes", "raw € bytes"),
        ("a=\rb", "ab"), ("a= \rb", "ab"), ("a=\r\n", "a"), ("a=\r\n=\r\nb", "ab"), ("a =\r\n b", "a  b"),
        ("a  \rb", "a  \rb"), ("=", ""), ("==", "="), ("a=\t ", "a"), ("=e2=82=ac=", "€"), ("a=0D=0Ab", "a\r\nb"),
        ("a\nb\n", "a\nb\n"), ("a\r\r\nb", "a\r\r\nb"), ("a=3", "a=3"), ("a=3\r\nD", "a=3\r\nD"),
        ("", ""),
    ]

    @Test(arguments: quotedPrintableCases)
    func quotedPrintable(encoded: String, expected: String) {
        let bytes = Array(encoded.utf8)[...]
        #expect(text(TransferEncoding.quotedPrintable.decode(bytes)) == expected)
        #expect(TransferEncoding.quotedPrintable.decodedCount(bytes) == expected.utf8.count)
    }

    @Test func uuencode() {
        let bytes = Array("intro\r\nbegin 644 a.txt\r\n%:&5L;&\\\r\n`\r\nend\r\nafter\r\n".utf8)[...]
        #expect(text(TransferEncoding.uuencode.decode(bytes)) == "hello")
        #expect(TransferEncoding.uuencode.decodedCount(bytes) == 5)
    }

    private static let namesCases: [(String, TransferEncoding)] = [
        ("base64", TransferEncoding.base64), ("BASE64", .base64), (" base64 ; x", .base64), ("\"base64\"", .base64),
        ("quoted-printable", .quotedPrintable), ("Quoted_Printable", .quotedPrintable), ("x-uuencode", .uuencode),
        ("7bit", .identity), ("8bit", .identity), ("binary", .identity), ("", .identity), ("rot13", .identity),
    ]

    @Test(arguments: namesCases)
    func names(name: String, expected: TransferEncoding) {
        #expect(TransferEncoding(Array(name.utf8)[...]) == expected)
    }

    @Test func whatIsEncodedComesBack() {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<300 {
            let count = Int.random(in: 0...400, using: &generator)
            let noise = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let lines = Base64.encodeLines(noise)
            #expect(TransferEncoding.base64.decode(lines[...]) == noise)
            #expect(lines.split(separator: 0x0A).allSatisfy { $0.count <= 77 })
            let quoted = QuotedPrintable.encode(noise)
            #expect(TransferEncoding.quotedPrintable.decode(quoted[...]) == LineEndings.crlf(noise))
            #expect(quoted.split(separator: 0x0A).allSatisfy { $0.count <= 77 })
            #expect(quoted.allSatisfy { $0 < 0x7F })
        }
    }

    @Test func sizesAreExactWhateverTheDamage() {
        var generator = SeededGenerator(seed: 6)
        let alphabet = Array("ABab01+/==\r\n -_*é\t#M`".utf8)
        for _ in 0..<2000 {
            let count = Int.random(in: 0...60, using: &generator)
            let noise = (0..<count).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
            for encoding in [TransferEncoding.base64, .quotedPrintable, .uuencode, .identity] {
                #expect(encoding.decode(noise[...]).count == encoding.decodedCount(noise[...]))
            }
        }
    }

    @Test func lineEndingsBecomeOne() {
        #expect(text(LineEndings.crlf(Array("a\nb\r\nc\rd\r\r\ne\n\r".utf8))) == "a\r\nb\r\nc\r\nd\r\n\r\ne\r\n\r\n")
        #expect(LineEndings.lineFeeds("a\r\nb\rc\nd\u{0}") == "a\nb\nc\nd")
    }
}
