/// HTML to text that reads well: paragraphs, lists, quotes, rows of tables, links with their targets; script and style
/// dropped.
enum HTMLText {
    static func convert(_ html: String) -> String {
        var builder = HTMLTextBuilder()
        var tokenizer = HTMLTokenizer(Array(html.utf8)[...])
        while let token = tokenizer.next() {
            switch token {
            case .text(let bytes): builder.text(bytes)
            case .start(let element, let attributes): builder.start(element, attributes)
            case .end(let element): builder.end(element)
            }
        }
        return builder.result
    }
}
