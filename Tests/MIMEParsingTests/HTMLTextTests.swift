import Testing

@testable import MIMEParsing

@Suite struct HTMLTextTests {
    private static let readsCases: [(String, String)] = [
        ("Hello", "Hello"),
        ("  Hello \n\t World  ", "Hello World"),
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<p>One<p>Two", "One\n\nTwo"),
        ("One<br>Two<br/>Three", "One\nTwo\nThree"),
        ("One<br><br><br>Two", "One\n\nTwo"),
        ("<div>One</div><div>Two</div>", "One\nTwo"),
        ("<div>One</div><div><br></div><div>Two</div>", "One\n\nTwo"),
        ("<h1>Title</h1>Text", "Title\n\nText"),
        ("a<b>b</b>c <i>d</i>", "abc d"),
        ("<p> spaced <span> out </span> </p>", "spaced out"),
        ("One<hr>Two", "One\n---\nTwo"),
        // Entities.
        ("&lt;a&gt; &amp; &quot;b&quot; &apos;", "<a> & \"b\" '"),
        ("&euro;&#8364;&#x20AC;&#128;", "€€€€"),
        ("&copy &copy; &nosuch; & &;", "© © &nosuch; & &;"),
        ("a&nbsp;b", "a b"),
        ("a&shy;b&#8203;c&zwnj;d", "abc\u{200C}d"),
        ("&#0;&#xD800;&#x110000;&#99999999999;", "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"),
        ("&auml;&Ouml;&szlig;&hellip;&mdash;", "äÖß…—"),
        // What is dropped.
        ("<style>p { color: red }</style>Text", "Text"),
        ("<script>if (a < b) { x('</p>') }</script>Text", "Text"),
        ("<head><title>T</title><meta charset=utf-8></head><body>Text</body>", "Text"),
        ("a<!-- comment <p> --!> -->b", "ab"),
        ("a<!--[if mso]><p>Outlook</p><![endif]-->b", "ab"),
        ("<!DOCTYPE html><html>Text</html>", "Text"),
        ("<?xml version='1.0'?>Text", "Text"),
        // Lists.
        ("<ul><li>One</li><li>Two</li></ul>After", "- One\n- Two\n\nAfter"),
        ("<ol><li>One<li>Two</ol>", "1. One\n2. Two"),
        ("<ol start=\"5\"><li>Five</ol>", "5. Five"),
        ("<ul><li>One<ul><li>Inner</li></ul></li><li>Two</li></ul>", "- One\n  - Inner\n- Two"),
        ("<ul><li><p>One</p></li><li><p>Two</p></li></ul>", "- One\n\n- Two"),
        // Links.
        ("<a href=\"https://x.org/a?b=1&amp;c=2\">here</a>", "here <https://x.org/a?b=1&c=2>"),
        ("<a href='https://x.org/'>https://x.org</a>", "https://x.org"),
        ("<a href=https://www.x.org>x.org</a>", "x.org"),
        ("<a href=\"mailto:a@x.org?subject=s\">a@x.org</a>", "a@x.org"),
        ("<a href=\"mailto:a@x.org\">Jane</a>", "Jane <a@x.org>"),
        ("<a href=\"#top\">up</a> <a href=\"javascript:x()\">js</a>", "up js"),
        ("<a href=\"https://x.org\"><img src=x></a>Text", "Text"),
        ("<img alt=\"A cat\" src=x>", "A cat"),
        // Tables.
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>", "a\tb\nc\td"),
        (
            "<table><tr><th>Item</th><th>Price</th></tr><tr><td><p>Tea</p></td><td><p>3 &euro;</p></td></tr></table>",
            "Item\tPrice\nTea\t3 €"
        ),
        ("<table><tr><td><table><tr><td>Inner</td></tr></table></td></tr></table>", "Inner"),
        // Quotes and preformatted text.
        ("He:<blockquote>One<br>Two</blockquote>Me", "He:\n\n> One\n> Two\n\nMe"),
        ("<pre>  a\n    b\n\nc</pre>", "a\n    b\n\nc"),
        // Damage.
        ("a < b and c > d", "a < b and c > d"),
        ("a<", "a<"), ("a</", "a</"), ("a<b", "a"), ("a<!", "a"), ("a<!--", "a"), ("&", "&"), ("&#", "&#"),
        ("&#x;", "&#x;"),
        ("<p title=\"unclosed>Text</p>", "Text"),
        ("<a href=\"https://x.org>Text</a>", "Text"),
        ("<script>never closed", "never closed"),
        ("</p></p></div>Text", "Text"),
        ("<P CLASS=x>Upper</P>", "Upper"),
        ("<o:p>&nbsp;</o:p>Text", "Text"),
        ("<p<p>Text", "Text"),
        ("", ""),
    ]

    @Test(arguments: readsCases)
    func reads(html: String, expected: String) {
        #expect(HTMLText.convert(html) == expected)
    }

    @Test func nestingCannotMakeOutputGrow() {
        let deep = String(repeating: "<blockquote><ul>", count: 20_000) + String(repeating: "<p>x", count: 20_000)
        #expect(HTMLText.convert(deep).utf8.count < 20_000 * 60)
    }

    @Test func everyEntityOfTheTableIsAScalar() {
        #expect(HTMLEntities.named.count > 290)
        #expect(HTMLEntities.named.values.allSatisfy { Unicode.Scalar($0) != nil })
        #expect(HTMLEntities.named.keys.allSatisfy { $0.utf8.count <= 16 })
        #expect(HTMLEntities.named["nbsp"] == 0xA0 && HTMLEntities.named["yuml"] == 0xFF)
    }
}
