/// What an element of HTML means for its text.
enum HTMLElement {
    case anchor, image, meta, quotation
    case lineBreak, rule, preformatted, quote
    case bulletList, numberedList, item
    case definitionList, term, definition
    case table, rowGroup, row, cell, headerCell
    /// Begins and ends a line; a paragraph has an empty line around it.
    case block, paragraph
    /// Holds no markup and nothing to read.
    case dropped
    /// Has neither content nor an end tag.
    case void
    case other

    /// Whether text before and behind it stands on other lines.
    var isBlock: Bool {
        switch self {
        case .anchor, .image, .meta, .quotation, .lineBreak, .dropped, .void, .other: false
        default: true
        }
    }

    var isList: Bool { self == .bulletList || self == .numberedList }
    var isCell: Bool { self == .cell || self == .headerCell }
    var isTablePart: Bool { isCell || self == .row || self == .rowGroup || self == .table }

    /// Whether no end tag belongs to it.
    var isVoid: Bool {
        switch self {
        case .image, .meta, .lineBreak, .rule, .void: true
        default: false
        }
    }

    /// A tag's or an attribute's name in lower case, cut at 16 characters; compared and hashed without making a string.
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
        (.anchor, "a"), (.image, "img"), (.meta, "meta"), (.quotation, "q"), (.lineBreak, "br"), (.rule, "hr"),
        (.preformatted, "pre listing xmp"), (.quote, "blockquote"), (.bulletList, "ul menu dir"),
        (.numberedList, "ol"), (.item, "li"), (.definitionList, "dl"),
        (.term, "dt"), (.definition, "dd"), (.table, "table"),
        (.rowGroup, "tbody thead tfoot"), (.row, "tr"), (.cell, "td"), (.headerCell, "th"),
        (
            .block,
            "address article aside body caption center details div fieldset figcaption footer form header html"
                + " legend main nav option section summary"
        ),
        (.paragraph, "p h1 h2 h3 h4 h5 h6 figure"),
        (.dropped, "script style title template iframe noembed noframes xml"),
        (.void, "area base basefont bgsound col embed frame input link param source track wbr"),
    ]
}
