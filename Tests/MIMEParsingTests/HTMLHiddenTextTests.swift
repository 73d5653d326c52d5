import Testing

@testable import MIMEParsing

/// What a browser would not show.
@Suite struct HTMLHiddenTextTests {
    private static let dropped: [HTMLCase] = [
        HTMLCase("styles", "<style>p { color: red }</style>Text", "Text"),
        HTMLCase("scripts", "<script>if (a < b) { x('</p>') }</script>Text", "Text"),
        HTMLCase("a style ends with its own tag", "<style>a </styles> b</style>Text", "Text"),
        HTMLCase("the head", "<head><title>T</title><meta charset=utf-8></head><body>Text</body>", "Text"),
        HTMLCase("Outlook's settings", "<xml><o:PixelsPerInch>96</o:PixelsPerInch></xml>Text", "Text"),
        HTMLCase("comments", "a<!-- comment <p> -->b", "ab"),
        HTMLCase("an empty comment", "a<!-->b<!-- -->c", "abc"),
        HTMLCase("a loud end of a comment", "a<!-- x --!>b", "ab"),
        HTMLCase("what only Outlook sees", "a<!--[if mso]><p>Outlook</p><![endif]-->b", "ab"),
        HTMLCase("what all but Outlook see", "a<!--[if !mso]><!--><p>b</p><!--<![endif]-->c", "a\n\nb\n\nc"),
        HTMLCase("open conditions", "<![if !mso]>a<![endif]>b", "ab"),
        HTMLCase("the document's type", "<!DOCTYPE html><html>Text</html>", "Text"),
        HTMLCase("an instruction", "<?xml version='1.0'?>Text", "Text"),
        HTMLCase("scripts are on", "<noscript>seen</noscript>", "seen"),
        HTMLCase("frames and templates", "<iframe>x</iframe><template>y</template>Text", "Text"),
    ]

    private static let hidden: [HTMLCase] = [
        HTMLCase("display", "<div style=\"display:none\">Preview</div>Text", "Text"),
        HTMLCase("display, loudly", "<div style='color:#fff; DISPLAY : none !important;'>Preview</div>Text", "Text"),
        HTMLCase("what is hidden breaks no line", "One<div style=display:none>x</div>Two", "OneTwo"),
        HTMLCase("elements inside", "<div style=display:none><p>a<table><tr><td>b</table></div>Text", "Text"),
        HTMLCase("the same element inside", "<div style=display:none>a<div>b</div>c</div>Text", "Text"),
        HTMLCase("visibility", "<span style='visibility:hidden'>x</span>Text", "Text"),
        HTMLCase("the attribute", "<p hidden>x</p>Text", "Text"),
        HTMLCase("no height", "<div style='max-height:0px;overflow:hidden'>x</div>Text", "Text"),
        HTMLCase("no height but overflowing", "<div style='max-height:0'>x</div>Text", "x\nText"),
        HTMLCase("no opacity", "<span style='opacity:0'>x</span>Text", "Text"),
        HTMLCase("half opacity", "<span style='opacity:0.5'>x</span>", "x"),
        HTMLCase("no size", "<span style='font-size:0'>x</span>Text", "Text"),
        HTMLCase("one pixel", "<span style='font-size:1px;color:#ffffff'>x</span>Text", "Text"),
        HTMLCase("twelve pixels", "<span style='font-size:12px'>x</span>", "x"),
        HTMLCase("a size inside none", "<td style='font-size:0px'><div style='font-size:13px'>Text</div></td>", "Text"),
        HTMLCase("part of none is none", "<div style='font-size:0'>a<b style='font-size:80%'>b</b></div>c", "c"),
        HTMLCase("hidden from Outlook", "<span style='mso-hide:all'>x</span>Text", "Text"),
        HTMLCase(
            "a button that Outlook draws itself", "<a href=https://x.org/a style='mso-hide:all'>Buy</a>",
            "Buy <https://x.org/a>"),
        HTMLCase("a hidden cell", "<table><tr><td style='display:none'>x<td>Text</table>", "Text"),
        HTMLCase("a hidden row", "<table><tr style='display:none'><td>x<tr><td>Text</table>", "Text"),
        HTMLCase("a hidden paragraph without an end", "<p style='display:none'>x<p>Text", "Text"),
        HTMLCase("a hidden picture's text", "<div style='display:none'><img alt=x></div>Text", "Text"),
        HTMLCase("a semicolon in a value", "<p style=\"font-family:&quot;A&quot;;display:none\">x</p>Text", "Text"),
        HTMLCase("shown", "<p style='display:inline;visibility:visible;mso-hide:none;max-height:none'>x</p>", "x"),
        HTMLCase(
            "a preview's filling",
            "Preview" + String(repeating: "&#847;&zwnj;&nbsp;&#8199;&shy;&#65279; ", count: 50)
                + "<p>Text</p>", "Preview\n\nText"),
    ]

    private static let characters: [HTMLCase] = [
        HTMLCase("soft hyphens", "un&shy;sub\u{AD}scribe", "unsubscribe"),
        HTMLCase("zero-width spaces", "un&#8203;sub\u{200B}scribe\u{FEFF}", "unsubscribe"),
        HTMLCase("word and grapheme joiners", "a\u{2060}b\u{34F}c", "abc"),
        HTMLCase("a joiner in a Persian word", "می\u{200C}خواهم", "می\u{200C}خواهم"),
        HTMLCase("a joiner in a picture", "👩&zwj;🔬", "👩\u{200D}🔬"),
        HTMLCase("a joiner between spaces", "a &zwnj; b\u{200C}", "a b"),
        HTMLCase("spaces of all widths", "a&ensp;b&thinsp;c\u{202F}d", "a b c d"),
        HTMLCase("a line separator", "a\u{2028}b", "a b"),
        HTMLCase("an ideographic space", "日本\u{3000}語", "日本\u{3000}語"),
        HTMLCase("control characters", "a\u{1}b\u{7F}c\u{85}d", "abcd"),
    ]

    @Test(arguments: dropped + hidden + characters)
    func readsAs(example: HTMLCase) { example.check() }
}
