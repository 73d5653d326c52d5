/// HTML to text that reads well: paragraphs, lists, quotes, data tables in columns, links with their targets; what a
/// browser would not show is left out. Linear, and never more than a few times as long as the HTML.
enum HTMLText {
    static func convert(_ html: String) -> String {
        var builder = HTMLTextBuilder()
        var tokenizer = HTMLTokenizer(Array(html.utf8)[...])
        while let token = tokenizer.next() {
            switch token {
            case .text(let bytes): builder.text(bytes)
            case .start(let element, let name, let attributes): builder.start(element, name, attributes)
            case .end(let element, let name): builder.end(element, name)
            }
        }
        return builder.finish()
    }
}
