import Testing

@testable import MIMEParsing

@Suite struct HTMLReferenceTests {
    private static let cases: [HTMLCase] = [
        HTMLCase("the five of XML", "&lt;a&gt; &amp; &quot;b&quot; &apos;", "<a> & \"b\" '"),
        HTMLCase("numbers", "&euro;&#8364;&#x20AC;&#X20ac;", "€€€€"),
        HTMLCase("numbers of windows-1252", "&#128;&#147;&#148;&#150;&#x85;", "€“”–…"),
        HTMLCase("numbers without an end", "&#8364 &#x20AC!", "€ €!"),
        HTMLCase("numbers of no character", "&#0;&#xD800;&#x110000;&#99999999999;", "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"),
        HTMLCase("numbers of white space", "a&#32;&#10; &#9;b", "a b"),
        HTMLCase("a number of a control", "a&#1;b", "ab"),
        HTMLCase("umlauts", "&auml;&Ouml;&szlig;&hellip;&mdash;", "äÖß…—"),
        HTMLCase("old names without an end", "&copy &uuml!&nbsp", "© ü!"),
        HTMLCase("old names before letters", "&notit; &AMPx", "¬it; &x"),
        HTMLCase("new names need their end", "&euro 5 &trade", "&euro 5 &trade"),
        HTMLCase("case counts", "&Alpha;&alpha;&ALPHA;", "Αα&ALPHA;"),
        HTMLCase("unknown names", "&nosuch; & &; AT&T R&D", "&nosuch; & &; AT&T R&D"),
        HTMLCase("names of two characters", "&fjlig;&NotEqualTilde;", "fj≂̸"),
        HTMLCase("the longest name", "&CounterClockwiseContourIntegral;", "∳"),
        HTMLCase("ends of the text", "&", "&"),
        HTMLCase("half a number", "&#", "&#"),
        HTMLCase("half a hexadecimal number", "&#x;", "&#x;"),
        HTMLCase("once only", "&amp;lt;", "&lt;"),
        HTMLCase("a tag by references is text", "&lt;b&gt;", "<b>"),
    ]

    @Test(arguments: cases)
    func readsAs(example: HTMLCase) { example.check() }

    @Test func allNamesAreThere() {
        #expect(HTMLEntities.named.count == 2125)
        #expect(HTMLEntities.loose.count == 106)
        #expect(HTMLEntities.named.keys.allSatisfy { $0.utf8.count <= HTMLEntities.maxName })
        #expect(HTMLEntities.loose.keys.allSatisfy { $0.utf8.count <= 6 })
        #expect(HTMLEntities.named.values.allSatisfy { !$0.isEmpty })
        #expect(HTMLEntities.named["nbsp"] == [0xC2, 0xA0])
    }

    @Test func valuesOfAttributesKeepTheirParameters() {
        func decoded(_ value: String) -> String { HTMLReference.decodeAll(Array(value.utf8)[...]) }
        #expect(decoded("?a=1&amp;b=2") == "?a=1&b=2")
        #expect(decoded("?a=1&copy=2&reg=3&sect;") == "?a=1&copy=2&reg=3§")
        #expect(decoded("?x&order&lang=de&notes") == "?x&order&lang=de&notes")
        #expect(decoded("&lt") == "<")
    }
}
