import Testing

@testable import MIMEParsing

@Suite struct CharsetTests {
    private static let decodesCases: [(String, [UInt8], String)] = [
        ("utf-8", [0xC3, 0xBC] as [UInt8], "ü"),
        ("UTF8", [0xEF, 0xBB, 0xBF, 0x61], "a"),
        ("iso-8859-1", [0xFC, 0x80], "ü€"),
        ("ISO_8859-1:1987", [0xFC], "ü"),
        ("latin1", [0xFC], "ü"),
        ("us-ascii", [0xC3, 0xBC], "ü"),
        ("ansi_x3.4-1968", [0xFC], "ü"),
        ("iso-8859-15", [0xA4], "€"),
        ("iso-8859-2", [0xB1], "ą"),
        ("iso-8859-9", [0xFD], "ı"),
        ("windows-1251", [0xCF, 0xF0], "Пр"),
        ("cp1251", [0xCF, 0xF0], "Пр"),
        ("koi8-r", [0xF0, 0xD2], "Пр"),
        ("KOI8-U", [0xA4], "є"),
        ("x-mac-roman", [0x8A], "ä"),
        ("macintosh", [0x8A], "ä"),
        ("x-mac-cyrillic", [0x8F, 0xF0], "Пр"),
        ("gb2312", [0xD6, 0xD0], "中"),
        ("x-gbk", [0x81, 0x40], "丂"),
        ("GB18030", [0x81, 0x30, 0x81, 0x30], "\u{80}"),
        ("big5", [0xA4, 0xA4], "中"),
        ("shift_jis", [0x93, 0xFA], "日"),
        ("x-sjis", [0x87, 0x40], "①"),
        ("euc-jp", [0xC6, 0xFC], "日"),
        ("iso-2022-jp", Array("\u{1B}$BF|\u{1B}(B!".utf8), "日!"),
        ("iso-2022-jp", Array("\u{1B}$B-!\u{1B}(B".utf8), "①"),
        ("iso-2022-jp", Array("\u{1B}(I6E\u{1B}(B".utf8), "ｶﾅ"),
        ("iso-2022-jp", Array("\u{1B}$BF|\nplain".utf8), "日\nplain"),
        ("euc-kr", [0xC7, 0xD1], "한"),
        ("ks_c_5601-1987", [0xC7, 0xD1], "한"),
        ("iso-2022-kr", Array("\u{1B}$)C\u{E}GQ\u{F}!".utf8), "한!"),
        ("hz-gb-2312", Array("~{VP~}~~a".utf8), "中~a"),
        ("utf-7", Array("+AOQ-b+-".utf8), "äb+"),
        ("utf-16", [0xFE, 0xFF, 0x20, 0xAC], "€"),
        ("utf-16", [0xFF, 0xFE, 0xAC, 0x20], "€"),
        ("utf-16", [0x61, 0x00, 0x62, 0x00], "ab"),
        ("utf-16le", [0xAC, 0x20], "€"),
        ("utf-16be", [0x20, 0xAC, 0x20], "€"),
        ("utf-32be", [0, 1, 0xF6, 0], "😀"),
        ("windows-1255", [0xE0], "א"),
        ("windows-1256", [0xC7], "ا"),
        ("iso-8859-8-i", [0xE0], "א"),
        ("tis-620", [0xA1], "ก"),
        ("windows-874", [0xA1], "ก"),
        ("viscii", [0xE1], "á"),
        ("cp850", [0x84], "ä"),
        ("ibm437", [0x84], "ä"),
        ("cp866", [0x8F], "П"),
    ]

    @Test(arguments: decodesCases)
    func decodes(name: String, bytes: [UInt8], expected: String) throws {
        let charset = try #require(Charset(name: name))
        #expect(CharsetDecoder.decode(bytes[...], as: charset) == expected)
    }

    private static let namesCases: [(String, String)] = [
        ("utf-8", "UTF-8; format=flowed"), ("utf-8", "\"utf-8\""), ("utf-8", "'UTF-8'"), ("utf-8", " utf8 "),
        ("utf-8", "utf-8\r\n"), ("utf-8", "unicode-1-1-utf-8"), ("utf-8", "utf-8 (Unicode)"), ("utf-8", "utf-8,"),
        ("windows-1252", "iso8859_1"), ("windows-1252", "ISO-8859-1"), ("windows-1252", "Latin-1"),
        ("windows-1252", "x-iso-8859-1"), ("windows-1252", "ISO_8859-1:1987"), ("windows-1252", "cp1252"),
        ("windows-1252", "ISO-8859-1-Windows-3.1-Latin-1"), ("us-ascii", "ANSI_X3.4-1968"), ("us-ascii", "ISO646-US"),
        ("iso-8859-15", "ISO_8859-15"), ("iso-8859-15", "iso8859-15"), ("windows-1251", "win-1251"),
        ("windows-1251", "x-cp1251"), ("koi8-r", "KOI8R"), ("koi8-u", "koi8-ru"), ("utf-7", "unicode-1-1-utf-7"),
        ("gb18030", "x-gbk"), ("gb18030", "GB2312"), ("gb18030", "gb_2312-80"), ("gb18030", "euc-cn"),
        ("big5", "Big5-HKSCS:2004"), ("big5", "x-x-big5"), ("shift_jis", "windows-31j"), ("shift_jis", "x-sjis"),
        ("shift_jis", "MS_Kanji"), ("euc-jp", "x-euc-jp"), ("iso-2022-jp", "_iso-2022-jp$ESC"),
        ("iso-2022-jp", "csISO2022JP"), ("euc-kr", "ks_c_5601-1987"), ("euc-kr", "KSC5601"),
        ("euc-kr", "x-windows-949"),
        ("macintosh", "x-mac-roman"), ("cp850", "cp-850"), ("cp850", "IBM850"), ("iso-8859-8", "iso-8859-8-i"),
        ("windows-874", "tis-620"), ("windows-874", "iso-8859-11"), ("windows-1254", "iso-8859-9"),
        ("utf-16", "ISO-10646-UCS-2"),
        ("ISO646-DE", "x-IA5-German"), ("hz", "hz-gb-2312"), ("viscii", "VISCII"),
    ]

    @Test(arguments: namesCases)
    func namesAreFoundHoweverTheyAreSpelt(name: String, spelling: String) throws {
        let found = try #require(Charset(name: spelling))
        #expect(found == Charset(name: name))
    }

    @Test func tablesReadAsTheLibraryDoes() throws {
        for name in CharsetNames.iconvSpellings {
            guard let charset = Charset(name: name), case .table = charset.decoder else { continue }
            let bytes = (0x20..<0x100).map { UInt8($0) }
            let library = try #require(Iconv.decode(bytes[...], from: name))
            #expect(
                CharsetDecoder.decode(bytes[...], as: charset) == String(decoding: library, as: UTF8.self), "\(name)")
        }
    }

    @Test(arguments: [
        "", "nobody", "iso-2022-cn-ext", "ISO-2022-CN-EXT", "iso-2022-cn", "//", "cp037", "ebcdic-us", "x-",
    ])
    func isUnknown(name: String) {
        #expect(Charset(name: name) == nil)
    }

    @Test func everyNameOfTheTableIsKnownToTheLibrary() {
        for name in CharsetNames.iconvSpellings {
            #expect(Iconv.decode(Array("a".utf8)[...], from: name) != nil, "\(name)")
            #expect(!name.contains("/") && !name.contains("CN-EXT"))
        }
    }

    @Test func wrongSequencesBecomeReplacementCharacters() throws {
        let charset = try #require(Charset(name: "shift_jis"))
        #expect(CharsetDecoder.decode([0x93, 0xFA, 0xFF, 0x61, 0x93], as: charset) == "日\u{FFFD}a\u{FFFD}")
    }

    @Test func outputStaysInProportionToInput() throws {
        for name in CharsetNames.iconvSpellings {
            var generator = SeededGenerator(seed: 11)
            let noise = (0..<2000).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let result = try #require(Iconv.decode(noise[...], from: name))
            #expect(result.count <= 6 * noise.count + 64)
        }
    }

    @Test func afterManyWrongSequencesTheRestIsLeft() throws {
        let noise = [UInt8](repeating: 0xFF, count: 2_000_000)
        let charset = try #require(Charset(name: "euc-jp"))
        // Each wrong sequence costs a call; a limited number is marked, then all that is left as one.
        #expect(CharsetDecoder.decode(noise[...], as: charset).unicodeScalars.count == 4097)
    }

    @Test func textLabelledUTF8ThatIsNotIsReadAsWindows1252() {
        #expect(CharsetDecoder.decode([0x47, 0xFC, 0x65], as: .utf8) == "Güe")
        #expect(CharsetDecoder.decode([0x47, 0xFC, 0xC3, 0xBC], as: .utf8) == "G\u{FFFD}ü")
    }
}
