import Testing

@testable import MIMEParsing

@Suite struct HTMLTextTests {
    private static let blocks: [HTMLCase] = [
        HTMLCase("plain words", "Hello", "Hello"),
        HTMLCase("white space collapses", "  Hello \n\t World  ", "Hello World"),
        HTMLCase("white space between elements is one", "<b>a </b> <i> b</i>", "a b"),
        HTMLCase("inline elements break nothing", "a<b>b</b>c <i>d</i>", "abc d"),
        HTMLCase("paragraphs", "<p>One</p><p>Two</p>", "One\n\nTwo"),
        HTMLCase("paragraphs without ends", "<p>One<p>Two", "One\n\nTwo"),
        HTMLCase("a block ends a paragraph", "<p>One<div>Two</div>", "One\n\nTwo"),
        HTMLCase("a line break", "One<br>Two<br/>Three", "One\nTwo\nThree"),
        HTMLCase("breaks make one empty line at most", "One<br><br><br>Two", "One\n\nTwo"),
        HTMLCase("a break before the end of a block is no line", "<div>One<br></div><div>Two</div>", "One\nTwo"),
        HTMLCase("divisions", "<div>One</div><div>Two</div>", "One\nTwo"),
        HTMLCase("a division with a break only", "<div>One</div><div><br></div><div>Two</div>", "One\n\nTwo"),
        HTMLCase("a division with a no-break space only", "<div>A</div><div>&nbsp;</div><div>B</div>", "A\n\nB"),
        HTMLCase(
            "Outlook's empty paragraph", "<p class=MsoNormal>A</p><p class=MsoNormal><o:p>&nbsp;</o:p></p><p>B</p>",
            "A\n\nB"),
        HTMLCase("text around a block", "One<div>Two</div>Three", "One\nTwo\nThree"),
        HTMLCase("headings", "<h1>Title</h1>Text<h2>Part</h2><p>More</p>", "Title\n\nText\n\nPart\n\nMore"),
        HTMLCase("spaces at the ends of inline elements", "<p> spaced <span> out </span> </p>", "spaced out"),
        HTMLCase("a rule", "One<hr>Two", "One\n---\nTwo"),
        HTMLCase("a rule between paragraphs", "<p>One</p><hr><p>Two</p>", "One\n\n---\n\nTwo"),
        HTMLCase("inline by name, block by style", "<span style='display:block'>One</span>Two", "One\nTwo"),
        HTMLCase("a short quotation", "He said <q>no</q>.", "He said “no”."),
        HTMLCase("sections and captions", "<header>A</header><main>B</main><footer>C</footer>", "A\nB\nC"),
        HTMLCase(
            "terms and definitions", "<dl><dt>Tea<dd>Leaves<dd>Water<dt>Milk<dd>White</dl>",
            "Tea\n  Leaves\n  Water\nMilk\n  White"),
        HTMLCase("a no-break space", "a&nbsp;b", "a b"),
        HTMLCase("no-break spaces stay", "a&nbsp; &nbsp;b", "a   b"),
        HTMLCase("no-break spaces at the end of a line go", "a&nbsp;<br>b &nbsp; ", "a\nb"),
        HTMLCase("a break as an end tag", "One</br>Two", "One\nTwo"),
        HTMLCase("upper case", "<P CLASS=x>Upper<BR>Case</P>", "Upper\nCase"),
        HTMLCase("nothing", "", ""),
        HTMLCase("only tags", "<p><b></b></p><br>", ""),
    ]

    private static let lists: [HTMLCase] = [
        HTMLCase("bullets", "<ul><li>One</li><li>Two</li></ul>After", "- One\n- Two\n\nAfter"),
        HTMLCase("before a list is an empty line", "Buy:<ul><li>Tea</ul>", "Buy:\n\n- Tea"),
        HTMLCase("numbers", "<ol><li>One<li>Two</ol>", "1. One\n2. Two"),
        HTMLCase("numbers from five", "<ol start=\"5\"><li>Five<li>Six</ol>", "5. Five\n6. Six"),
        HTMLCase("an item's own number", "<ol><li>One<li value=7>Seven<li>Eight</ol>", "1. One\n7. Seven\n8. Eight"),
        HTMLCase("letters", "<ol type=a><li>One<li>Two</ol>", "a. One\nb. Two"),
        HTMLCase("roman numbers", "<ol type=I start=4><li>Four<li>Five</ol>", "IV. Four\nV. Five"),
        HTMLCase(
            "a list in an item", "<ul><li>One<ul><li>Inner</li></ul></li><li>Two</li></ul>",
            "- One\n  - Inner\n- Two"),
        HTMLCase("a list beside the items", "<ul><li>One</li><ul><li>Inner</li></ul></ul>", "- One\n  - Inner"),
        HTMLCase(
            "bullets in numbers", "<ol><li>One<ul><li>a<li>b</ul><li>Two</ol>", "1. One\n   - a\n   - b\n2. Two"),
        HTMLCase("an item of two lines", "<ul><li>One<br>more<li>Two</ul>", "- One\n  more\n- Two"),
        HTMLCase("items of paragraphs", "<ul><li><p>One</p></li><li><p>Two</p></li></ul>", "- One\n\n- Two"),
        HTMLCase("an item without a list", "<li>One<li>Two", "- One\n- Two"),
        HTMLCase("an item without text", "<ul><li></li><li>Two</li></ul>", "- Two"),
        HTMLCase("items without ends", "<ul><li>One<li>Two<b></ul>After", "- One\n- Two\n\nAfter"),
        HTMLCase("a quote in an item", "<ul><li>He:<blockquote>No</blockquote></ul>", "- He:\n\n  > No"),
    ]

    private static let links: [HTMLCase] = [
        HTMLCase(
            "text and target", "<a href=\"https://x.org/a?b=1&amp;c=2\">here</a>", "here <https://x.org/a?b=1&c=2>"),
        HTMLCase("text that is the target", "<a href='https://x.org/'>https://x.org</a>", "https://x.org"),
        HTMLCase("text that is the target's name", "<a href=https://www.x.org>x.org</a>", "x.org"),
        HTMLCase(
            "text that is the target but for who counts", "<a href='https://x.org/a?utm_source=mail'>x.org/a</a>",
            "x.org/a"),
        HTMLCase(
            "text that names another target", "<a href='https://evil.example/'>https://bank.example</a>",
            "https://bank.example <https://evil.example/>"),
        HTMLCase("an address that is its text", "<a href=\"mailto:a@x.org?subject=s\">a@x.org</a>", "a@x.org"),
        HTMLCase("an address with a name", "<a href=\"mailto:a@x.org\">Jane</a>", "Jane <a@x.org>"),
        HTMLCase("targets inside the page", "<a href=\"#top\">up</a> <a href=\"javascript:x()\">js</a>", "up js"),
        HTMLCase("a link without text", "<a href=\"https://x.org\"><img src=x></a>Text", "Text"),
        HTMLCase("a link with a picture's text", "<a href=https://x.org/><img alt=Shop></a>", "Shop <https://x.org/>"),
        HTMLCase(
            "neighbours with one target",
            "<a href='https://x.org/1?utm_content=pic'><img alt='Tea'></a> <a href='https://x.org/1'>Buy</a>",
            "Tea <https://x.org/1?utm_content=pic> Buy"),
        HTMLCase(
            "the target stands on the text's line", "<a href=https://x.org/a><div>Go</div></a><p>Next</p>",
            "Go <https://x.org/a>\n\nNext"),
        HTMLCase("a space at a link's end", "<a href=https://x.org/a>Go </a>on", "Go <https://x.org/a> on"),
        HTMLCase(
            "a link that is not ended", "<a href=https://x.org/a>A<a href=https://x.org/b>B</a>",
            "A <https://x.org/a>B <https://x.org/b>"),
        HTMLCase(
            "an ampersand that is none", "<a href='https://x.org/?a=1&copy=2'>l</a>", "l <https://x.org/?a=1&copy=2>"),
        HTMLCase("a target with blanks", "<a href=' https://x.org/a b\n'>l</a>", "l <https://x.org/ab>"),
        HTMLCase("a picture's text", "<img alt=\"A cat\" src=x>", "A cat"),
        HTMLCase("pictures beside each other", "<img alt=One><img alt=Two>", "One Two"),
        HTMLCase("a picture in a word", "Hi<img alt=\"&#128512;\">", "Hi😀"),
        HTMLCase("a pixel that counts readers", "<img alt=\"open\" width=1 height=1>Text", "Text"),
    ]

    private static let quotes: [HTMLCase] = [
        HTMLCase("a quote", "He:<blockquote>One<br>Two</blockquote>Me", "He:\n\n> One\n> Two\n\nMe"),
        HTMLCase(
            "paragraphs in a quote", "<blockquote><p>One</p><p>Two</p></blockquote>", "> One\n>\n> Two"),
        HTMLCase(
            "a quote in a quote", "<blockquote>One<blockquote>Two</blockquote>Three</blockquote>",
            "> One\n>\n> > Two\n>\n> Three"),
        HTMLCase("a list in a quote", "<blockquote><ul><li>One<li>Two</ul></blockquote>", "> - One\n> - Two"),
        HTMLCase("text as it was typed", "<pre>  a\n    b\n\nc</pre>", "  a\n    b\n\nc"),
        HTMLCase("the line break behind pre", "x<pre>\na\n</pre>y", "x\n\na\n\ny"),
        HTMLCase("tabs in typed text", "<pre>a\tb</pre>", "a\tb"),
        HTMLCase("tags in typed text", "<pre>a <b>b</b>\n  c</pre>", "a b\n  c"),
        HTMLCase("typed text by style", "<div style=\"white-space: pre-wrap\">a  b\nc</div>", "a  b\nc"),
        HTMLCase("typed text ends with its element", "<pre>a  b</pre>c  d", "a  b\n\nc d"),
        HTMLCase("typed text in a quote", "<blockquote><pre>a\n\nb</pre></blockquote>", "> a\n>\n> b"),
    ]

    private static let damage: [HTMLCase] = [
        HTMLCase("less and greater", "a < b and c > d", "a < b and c > d"),
        HTMLCase("an end in a tag's beginning", "a<", "a<"),
        HTMLCase("an end in an end tag", "a</", "a</"),
        HTMLCase("an end in a tag's name", "a<b", "a"),
        HTMLCase("an end in a declaration", "a<!", "a"),
        HTMLCase("a comment without an end", "a<!--", "a"),
        HTMLCase("a value without its quote", "<p title=\"unclosed>Text</p>", "Text"),
        HTMLCase("a target without its quote", "<a href=\"https://x.org>Text</a>", "Text"),
        HTMLCase("a script without an end", "<script>never closed", "never closed"),
        HTMLCase("ends that nothing begins", "</p></p></div></b></td></table>Text", "Text"),
        HTMLCase("a tag in a tag", "<p<p>Text", "Text"),
        HTMLCase("ends in the wrong order", "<b><i>one</b> two</i> three", "one two three"),
        HTMLCase("an inline end inside a block", "<b><p>One</b> more</p><p>Two</p>", "One more\n\nTwo"),
        HTMLCase(
            "a cell's end tags stay inside", "<div>A<table><tr><td>B</div>C</td></tr></table>D</div>", "A\nB\nC\nD"),
        HTMLCase("a row without a table", "<tr><td>A</td><td>B</td></tr>", "A\nB"),
        HTMLCase("no end anywhere", "<div><ul><li>One<table><tr><td>Two<blockquote>Three", "- One\n  Two\n\n  > Three"),
    ]

    @Test(arguments: blocks + lists + links + quotes + damage)
    func readsAs(example: HTMLCase) { example.check() }

    private static let flowed: [(name: String, text: String, deletesSpace: Bool, expected: String)] = [
        ("fixed lines", "one\ntwo\n", false, "one\ntwo\n"),
        ("a paragraph", "one \ntwo \nthree\nfour", false, "one two three\nfour"),
        ("the space goes with DelSp", "da \nda\n", true, "dada\n"),
        ("stuffing", " From here\n > no quote\n  two", false, "From here\n> no quote\n two"),
        ("a quoted paragraph", "> one \n> two\n", false, "> one two\n"),
        ("depth", ">> one \n>> two\n> three\n", false, ">> one two\n> three\n"),
        ("another depth ends a paragraph", "> one \n>> two\nthree", false, "> one \n>> two\nthree"),
        ("quote marks with spaces are text", "> > one \n> two", false, "> > one two"),
        ("a signature does not flow", "-- \nJane", false, "-- \nJane"),
        ("a signature ends a paragraph", "one \n-- \nJane", false, "one \n-- \nJane"),
        ("a quoted signature", "> one\n> -- \n> Jane", false, "> one\n> -- \n> Jane"),
        ("an empty line", "one\n\ntwo", false, "one\n\ntwo"),
        ("an empty quoted line is fixed", "> one\n> \n> two", false, "> one\n> \n> two"),
        ("the last line keeps its space", "one ", false, "one "),
        ("nothing", "", false, ""),
    ]

    @Test(arguments: flowed)
    func flowedTextIsJoined(name: String, text: String, deletesSpace: Bool, expected: String) {
        #expect(FlowedText.unfold(text, deletesSpace: deletesSpace) == expected, "\(name)")
    }
}
