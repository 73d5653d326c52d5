import Testing

@testable import MIMEParsing

@Suite struct HTMLTableTests {
    private static let cases: [HTMLCase] = [
        HTMLCase(
            "columns", "<table><tr><td>a</td><td>b</td></tr><tr><td>cc</td><td>d</td></tr></table>", "a   b\ncc  d"),
        HTMLCase(
            "a head",
            "<table><thead><tr><th>Item</th><th>Price</th></tr></thead><tbody><tr><td>Darjeeling</td>"
                + "<td>3 &euro;</td></tr></tbody></table>", "Item        Price\nDarjeeling  3 €"),
        HTMLCase("paragraphs in cells", "<table><tr><th>A<th>B<tr><td><p>1</p><td><p>2</p></table>", "A  B\n1  2"),
        HTMLCase(
            "lines in a cell of data", "<table><tr><th>Item<th>Price<tr><td>Tea<br>green<td>3</table>",
            "Item       Price\nTea green  3"),
        HTMLCase(
            "data is apart from the text around it",
            "Hello<table><tr><td>a<td>1<tr><td>b<td>2</table>Bye", "Hello\n\na  1\nb  2\n\nBye"),
        HTMLCase("an empty column is none", "<table><tr><td>a<td>&nbsp;<td>1<tr><td>b<td><td>2</table>", "a  1\nb  2"),
        HTMLCase("an empty cell", "<table><tr><td>a<td>1<td>x<tr><td>b<td><td>y</table>", "a  1  x\nb     y"),
        HTMLCase(
            "a cell over two columns", "<table border=1><tr><td>a<td>1<td>x<tr><td colspan=2>Sum<td>y</table>",
            "a  1  x\nSum   y"),
        HTMLCase(
            "a sum that begins in a later column",
            "<table><tr><td>Tea<td>3<tr><td>Milk<td>1<tr><td><td>4</table>", "Tea   3\nMilk  1\n4"),
        HTMLCase(
            "wide characters", "<table><tr><td>日本<td>1<tr><td>a<td>2</table>", "日本  1\na     2"),
        HTMLCase(
            "a heading over all columns",
            "<table><tr><td colspan=2>Your order<tr><td>Tea<td>3<tr><td>Milk<td>1</table>",
            "Your order\nTea   3\nMilk  1"),
        HTMLCase(
            "a caption", "<table><caption>Order</caption><tr><th>A<th>B<tr><td>1<td>2</table>", "Order\n\nA  B\n1  2"),
        // Layout.
        HTMLCase(
            "one cell is layout", "<table><tr><td><table><tr><td>Inner</td></tr></table></td></tr></table>", "Inner"),
        HTMLCase(
            "prose beside prose comes below it",
            "<table><tr><td><p>One</p><p>More</p></td><td><p>Two</p></td></tr></table>", "One\n\nMore\n\nTwo"),
        HTMLCase(
            "a page says that it is layout",
            "<table role=presentation><tr><td>Left</td><td>Right</td></tr></table>", "Left\nRight"),
        HTMLCase(
            "figures in what a page calls layout",
            "<table role=presentation><tr><td>Total</td><td>30,00 &euro;</td></tr></table>", "Total  30,00 €"),
        HTMLCase(
            "long cells come below each other",
            "<table><tr><td>" + String(repeating: "word ", count: 20) + "<td>b</table>",
            String(repeating: "word ", count: 19) + "word\nb"),
        HTMLCase(
            "rows of layout", "<table><tr><td>Head</td></tr><tr><td>Body</td></tr><tr><td>Foot</td></tr></table>",
            "Head\nBody\nFoot"),
        HTMLCase(
            "paragraphs keep apart", "<table><tr><td><p>One</p></td></tr><tr><td><p>Two</p></td></tr></table>",
            "One\n\nTwo"),
        HTMLCase(
            "data inside layout",
            "<table><tr><td>Thanks!</td></tr><tr><td><table><tr><td>Tea<td>3<tr><td>Milk<td>1</table></td></tr></table>",
            "Thanks!\n\nTea   3\nMilk  1"),
        HTMLCase(
            "heads that are layout",
            "<table><tr><th><table><tr><th>One<br>more</th></tr></table></th><th><p>Two</p></th></tr></table>",
            "One\nmore\n\nTwo"),
        HTMLCase("empty rows are none", "<table><tr><td>&nbsp;</td></tr><tr><td>A</td></tr><tr></tr></table>", "A"),
        HTMLCase(
            "a quote in a cell", "<table><tr><td>He:<blockquote>No</blockquote></td></tr></table>", "He:\n\n> No"),
        HTMLCase("a table in a quote", "<blockquote><table><tr><td>a<td>1</table></blockquote>", "> a  1"),
        HTMLCase(
            "a list in a cell", "<table><tr><td><ul><li>One<li>Two</ul></td></tr></table>", "- One\n- Two"),
        HTMLCase(
            "links in cells", "<table><tr><td><a href=https://x.org/1>Tea</a><td>3</table>", "Tea <https://x.org/1>  3"),
        HTMLCase(
            "a link around a table", "<a href=https://x.org/1><table><tr><td>Tea</table></a>", "Tea <https://x.org/1>"),
        HTMLCase("text between rows comes first", "<table>x<tr><td>a</table>", "x\na"),
        HTMLCase("a cell without a row", "<table><td>a<td>1</table>", "a  1"),
        HTMLCase("rows after a row's end", "<table><tr><td>a</tr><td>b</table>", "a\nb"),
    ]

    @Test(arguments: cases)
    func readsAs(example: HTMLCase) { example.check() }

    @Test func tablesTooDeepAreRead() {
        let html = String(repeating: "<table><tr><td>", count: 500) + "deep" + String(repeating: "</table>", count: 500)
        #expect(HTMLText.convert(html + "after") == "deep\nafter")
    }
}
