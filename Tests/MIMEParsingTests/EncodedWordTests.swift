import Testing

@testable import MIMEParsing

@Suite struct EncodedWordTests {
    private static let decodesCases: [(String, String)] = [
        ("=?utf-8?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("=?UTF-8?B?R3LDvMOfZQ==?=", "Grüße"),
        ("=?iso-8859-1?q?Gr=FC=DFe?=", "Grüße"),
        ("=?utf-8?q?a_b=5Fc?=", "a b_c"),
        // Examples of RFC 2047 §8.
        ("(=?ISO-8859-1?Q?a?=)", "(a)"),
        ("(=?ISO-8859-1?Q?a?= b)", "(a b)"),
        ("(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)", "(ab)"),
        ("(=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=)", "(ab)"),
        ("(=?ISO-8859-1?Q?a_b?=)", "(a b)"),
        ("(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)", "(a b)"),
        // Different charsets side by side.
        ("=?utf-8?Q?=C3=BC?= =?koi8-r?B?0NLJ18XU?=", "üпривет"),
        // A character cut between two words.
        ("=?utf-8?Q?caf=C3?= =?utf-8?Q?=A9?=", "café"),
        ("=?utf-8?B?4oI=?= =?utf-8?B?rA==?=", "€"),
        ("=?utf-8?B?4oI=?= =?UTF-8?Q?=AC?=", "€"),
        // Base64 cut inside a group.
        ("=?utf-8?B?R3LDv?= =?utf-8?B?MOfZQ==?=", "Grüße"),
        // Missing padding, stray characters in base64.
        ("=?utf-8?B?R3LDvMOfZQ?=", "Grüße"),
        ("=?utf-8?B?R3LD vMOf-ZQ==?=", "Grüße"),
        // Text around.
        ("Re: =?utf-8?Q?=C3=BC?= ok", "Re: ü ok"),
        ("plain", "plain"),
        ("", ""),
        // Glued to text, although it must not be.
        ("a=?utf-8?Q?=C3=BC?=b", "aüb"),
        ("[=?utf-8?Q?=C3=BC?=]", "[ü]"),
        // In quotes, although it must not be.
        ("\"=?utf-8?Q?=C3=BC?=\"", "\"ü\""),
        // Side by side without white space, and with much of it.
        ("=?utf-8?Q?a?==?utf-8?Q?b?=", "ab"),
        ("=?utf-8?Q?a?=\t \t=?utf-8?Q?b?=", "ab"),
        ("=?utf-8?Q?a=?==?utf-8?Q?b?=", "a=b"),
        ("=?utf-8?Q?a?= =?utf8?Q?b?= =?UTF-8*en?B?Yw==?=", "abc"),
        // A character cut over three words, in a charset of several bytes, and over a change of encoding.
        ("=?utf-8?B?8A==?= =?utf-8?B?n5g=?= =?utf-8?B?gA==?=", "😀"),
        ("=?gb2312?Q?=D6?= =?gb2312?Q?=D0=B9=FA?=", "中国"),
        ("=?shift_jis?B?k/o=?= =?shift_jis?Q?=96=7B?=", "日本"),
        ("=?iso-2022-jp?B?GyRCRnw=?= =?iso-2022-jp?B?GyRCS1wbKEI=?=", "日本"),
        // Raw 8-bit inside and beside.
        ("=?utf-8?Q?ü_=C3=BC?= ü", "ü ü ü"),
        // Padding anywhere.
        ("=?utf-8?B?YQ==YmM=?=", "abc"),
        ("=?utf-8?B?YWI?= =?utf-8?B?Yw?=", "abc"),
        ("=?utf-8?B?=YWI=?=", "ab"),
        ("=?utf-8?b??=", ""),
        ("=?utf-8?q?=?=", "="),
        ("=?utf-8?q?=C3=bc=c3=9F?=", "üß"),
        // Language of RFC 2231.
        ("=?utf-8*de?Q?=C3=BC?=", "ü"),
        // Spaces and question marks inside, although they must not be.
        ("=?utf-8?Q?two words?=", "two words"),
        ("=?utf-8?Q?What's up??=", "What's up?"),
        ("=?utf-8?Q?a=ZZb=?=", "a=ZZb="),
        // Not encoded words.
        ("=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
        ("=?utf-8?Q?abc", "=?utf-8?Q?abc"),
        ("=??Q?abc?=", "=??Q?abc?="),
        ("=?=?=?", "=?=?=?"),
        ("a =? b ?= c", "a =? b ?= c"),
        ("=?utf-8?Q??=", ""),
        // Charsets that nobody knows, and wrong ones.
        ("=?x-nobody?Q?=C3=BC?=", "ü"),
        ("=?x-nobody?Q?=FC?=", "ü"),
        ("=?us-ascii?Q?=FC?=", "ü"),
        ("=?utf-8?Q?=FC?=", "ü"),
        ("=?utf-8?Q?=C3=BC=FF?=", "ü\u{FFFD}"),
        ("=?ISO-2022-JP?B?GyRCRnxLXBsoQg==?=", "日本"),
        ("=?gb2312?B?1tC5+g==?=", "中国"),
        ("=?ks_c_5601-1987?B?x9GxuQ==?=", "한국"),
        ("=?windows-1252?Q?=80=93?=", "€“"),
        ("=?unicode-1-1-utf-7?Q?Hi_+AOQ-?=", "Hi ä"),
        ("=?utf-8//TRANSLIT?Q?=C3=BC?=", "ü"),
    ]

    @Test(arguments: decodesCases)
    func decodes(raw: String, expected: String) {
        #expect(field(raw).text == expected)
    }

    @Test func wordsOnFoldedLinesAreJoined() {
        let bytes = Array(
            "Subject: =?utf-8?Q?caf=C3?=\r\n =?utf-8?Q?=A9_noir?=\r\n et =?utf-8?Q?cr=C3=A8me?=\r\n\r\n".utf8)
        #expect(HeaderBlock(bytes).first("Subject")?.text == "café noir et crème")
    }

    @Test func whatIsEncodedComesBack() {
        var generator = SeededGenerator(seed: 7)
        let alphabet: [Unicode.Scalar] = ["a", "Z", " ", "_", "=", "?", "\"", "ü", "€", "漢", "😀", ",", "\u{301}"]
        for _ in 0..<500 {
            var view = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...120, using: &generator) {
                view.append(alphabet.randomElement(using: &generator) ?? "x")
            }
            let text = String(view)
            let encoded = HeaderEncoder.unstructured("Subject", text)
            let lines = encoded.split(separator: 0x0A)
            #expect(lines.allSatisfy { $0.count <= 77 })
            let decoded = HeaderBlock(encoded).first("Subject")?.text
            // Blanks at the ends are a header's own.
            let words = HeaderEncoder.encodedWords(text, firstRoom: 60)
            #expect(field(words.joined(separator: " ")).text == text)
            if text.unicodeScalars.first != " ", text.unicodeScalars.last != " " { #expect(decoded == text) }
        }
    }
}
