/// Lays out what the tokenizer finds.
struct HTMLTextBuilder {
    private struct List {
        var isOrdered: Bool
        var number: Int
    }

    private struct Link {
        /// Character references not decoded.
        var target: ArraySlice<UInt8>
        /// Where its text begins in `output`.
        var start: Int
    }

    /// Deeper quotes and lists are indented no further, so that output stays in proportion to input.
    private static let maxIndent = 8

    private var output: [UInt8] = []
    /// Line breaks that are due before the next text; two make an empty line.
    private var breaks = 0
    private var hasSpace = false
    private var hasTab = false
    private var lists: [List] = []
    private var marker: [UInt8] = []
    private var quotes = 0
    private var preformatted = 0
    private var link: Link?
    /// Whether the table row at hand has text already.
    private var rowHasText = false
    /// Whether a cell has begun whose text has not: blocks there break no line.
    private var isCellFresh = false

    /// Without white space at its ends.
    var result: String { String(decoding: output[...].trimmed(), as: UTF8.self) }

    // MARK: Tags

    mutating func start(_ element: HTMLElement, _ attributes: [HTMLTokenizer.Attribute]) {
        switch element {
        case .lineBreak:
            breaks = min(breaks + 1, 2)
        case .anchor:
            if let target = attributes.first(where: { $0.name == "href" })?.value {
                link = Link(target: target.trimmed(), start: output.count)
            }
        case .image:
            if let alt = attributes.first(where: { $0.name == "alt" })?.value, !alt.trimmed().isEmpty { text(alt) }
        case .item:
            breakLine(1)
            beginItem()
        case .bulletList, .numberedList:
            breakLine(lists.isEmpty ? 2 : 1)
            let first = attributes.first { $0.name == "start" }.flatMap {
                Int(String(decoding: $0.value, as: UTF8.self))
            }
            if lists.count < 1000 {
                lists.append(List(isOrdered: element == .numberedList, number: max(0, min(first ?? 1, 1_000_000))))
            }
        case .quote:
            breakLine(2)
            quotes += 1
        case .preformatted:
            breakLine(2)
            preformatted += 1
        case .rule:
            breakLine(1)
            append(ArraySlice("---".utf8))
            breakLine(1)
        case .cell:
            if rowHasText {
                breaks = 0
                hasTab = true
            }
            isCellFresh = true
        case .row:
            breakLine(1)
            rowHasText = false
        case .block:
            if !isCellFresh { breakLine(1) }
        case .paragraph:
            if !isCellFresh { breakLine(2) }
        case .meta, .dropped, .other: break
        }
    }

    mutating func end(_ element: HTMLElement) {
        switch element {
        case .anchor: endLink()
        case .bulletList, .numberedList:
            _ = lists.popLast()
            breakLine(lists.isEmpty ? 2 : 1)
        case .quote:
            breakLine(2)
            quotes = max(0, quotes - 1)
        case .preformatted:
            breakLine(2)
            preformatted = max(0, preformatted - 1)
        case .row:
            breakLine(1)
            rowHasText = false
        case .cell: isCellFresh = false
        case .block, .item: breakLine(1)
        case .paragraph: breakLine(2)
        case .lineBreak, .rule, .image, .meta, .dropped, .other: break
        }
    }

    private mutating func breakLine(_ count: Int) {
        breaks = max(breaks, count)
        hasSpace = false
        hasTab = false
    }

    private mutating func beginItem() {
        guard let list = lists.last else {
            marker = Array("- ".utf8)
            return
        }
        marker = Array((list.isOrdered ? "\(list.number). " : "- ").utf8)
        lists[lists.count - 1].number += 1
    }

    private mutating func endLink() {
        guard let link else { return }
        self.link = nil
        if let target = targetToShow(link) { append(Array(" <\(target)>".utf8)[...]) }
    }

    /// Apart from `endLink`, so that no slice of `output` lives while it grows: each link would copy all of it.
    private func targetToShow(_ link: Link) -> String? {
        guard output.count > link.start else { return nil }
        let text = output[link.start...].trimmed()
        guard !text.isEmpty, let target = LinkTarget.shown(link.target) else { return nil }
        return LinkTarget.says(text, target) ? nil : target
    }

    // MARK: Text

    mutating func text(_ bytes: ArraySlice<UInt8>) {
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let byte = bytes[index]
            if byte.isWhitespace {
                preformatted > 0 ? verbatim(byte) : (hasSpace = true)
                index += 1
            } else if byte == ASCII.ampersand, let reference = HTMLReference.read(bytes, at: index) {
                append(reference.scalar)
                index = reference.end
            } else if byte == 0xC2 || byte == 0xE2 || byte == 0xEF || byte == 0xCD {
                index += special(bytes, at: index)
            } else if byte < ASCII.space || byte == 0x7F {
                index += 1
            } else {
                let start = index
                index += 1
                while index < bytes.endIndex, bytes[index] > ASCII.space, bytes[index] != ASCII.ampersand,
                    bytes[index] < 0x7F
                {
                    index += 1
                }
                append(bytes[start..<index])
            }
        }
    }

    private mutating func verbatim(_ byte: UInt8) {
        if byte == ASCII.lineFeed {
            if !output.isEmpty { breaks += 1 }
        } else if byte.isBlank {
            append([ASCII.space])
        }
    }

    /// A character of several bytes that may be invisible; returns its length.
    private mutating func special(_ bytes: ArraySlice<UInt8>, at index: Int) -> Int {
        let tail = bytes[index...].prefix(3)
        if tail.starts(with: [0xC2, 0xA0]) {
            append([ASCII.space])
            return 2
        }
        // Soft hyphen, combining grapheme joiner, zero-width space, zero-width no-break space: fillers that would only
        // keep a rule from finding the word.
        if tail.starts(with: [0xC2, 0xAD]) || tail.starts(with: [0xCD, 0x8F]) { return 2 }
        if tail.starts(with: [0xE2, 0x80, 0x8B]) || tail.starts(with: [0xEF, 0xBB, 0xBF]) { return 3 }
        append(bytes[index...index])
        return 1
    }

    private mutating func append(_ scalar: Unicode.Scalar) {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D: hasSpace = true
        case 0xA0: append([ASCII.space])
        case 0..<0x20, 0x7F, 0xAD, 0x034F, 0x200B, 0xFEFF: break
        default: append(Array(String(Character(scalar)).utf8)[...])
        }
    }

    private mutating func append(_ bytes: ArraySlice<UInt8>) {
        openLine()
        output.append(contentsOf: bytes)
        rowHasText = true
        isCellFresh = false
    }

    /// Writes the line breaks, indents and spaces that are due.
    private mutating func openLine() {
        if breaks > 0 || output.isEmpty {
            if !output.isEmpty {
                while output.last == ASCII.space { output.removeLast() }
                for _ in 0..<breaks { output.append(ASCII.lineFeed) }
            }
            for _ in 0..<min(quotes, Self.maxIndent) { output.append(contentsOf: [ASCII.greater, ASCII.space]) }
            let depth = min(lists.count, Self.maxIndent) - (marker.isEmpty ? 0 : 1)
            for _ in 0..<max(0, depth) * 2 { output.append(ASCII.space) }
            output.append(contentsOf: marker)
        } else if hasTab {
            output.append(ASCII.tab)
        } else if hasSpace {
            output.append(ASCII.space)
        }
        marker = []
        breaks = 0
        hasSpace = false
        hasTab = false
    }
}
