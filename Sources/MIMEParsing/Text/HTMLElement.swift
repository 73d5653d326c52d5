/// What an element of HTML means for its text.
enum HTMLElement {
    case anchor, image, meta
    case lineBreak, rule, preformatted, quote
    case bulletList, numberedList, item
    case row, cell
    /// Begins and ends a line; a paragraph has an empty line around it.
    case block, paragraph
    /// Holds no markup and nothing to read.
    case dropped
    case other

    /// A tag's name in lower case, cut at 16 characters; compared and hashed without making a string.
    struct Name: Hashable {
        private var high: UInt64 = 0
        private var low: UInt64 = 0

        init(_ bytes: ArraySlice<UInt8>) {
            for byte in bytes.prefix(16) {
                high = high << 8 | low >> 56
                low = low << 8 | UInt64(byte.lowercased)
            }
        }
    }

    static let named: [Name: HTMLElement] = {
        var table: [Name: HTMLElement] = [:]
        for (element, names) in names {
            for name in names.split(separator: " ") { table[Name(Array(name.utf8)[...])] = element }
        }
        return table
    }()

    private static let names: [(HTMLElement, String)] = [
        (.anchor, "a"), (.image, "img"), (.meta, "meta"), (.lineBreak, "br"), (.rule, "hr"), (.preformatted, "pre"),
        (.quote, "blockquote"), (.bulletList, "ul menu dir"), (.numberedList, "ol"), (.item, "li"), (.row, "tr"),
        (.cell, "td th"),
        (
            .block,
            "address article aside body caption center dd details div dt fieldset figcaption footer form header html"
                + " legend main nav option section summary tbody tfoot thead"
        ),
        (.paragraph, "p h1 h2 h3 h4 h5 h6 dl figure table"),
        (.dropped, "script style title template iframe noembed xml"),
    ]
}
