/// Which elements end where their end tag is missing or stands elsewhere.
extension HTMLTextBuilder {
    /// The innermost element of that name, but not from inside a table cell to the outside.
    func indexToEnd(_ element: HTMLElement, _ name: HTMLElement.Name) -> Int? {
        for index in open.indices.reversed() {
            if open[index].name == name { return index }
            if element.isTablePart ? open[index].element == .table : open[index].element.isCell { return nil }
        }
        return nil
    }

    /// The outermost element that cannot hold the one that begins: a paragraph no block, an item not the next one, a
    /// cell not the next.
    func indexToEnd(before element: HTMLElement) -> Int? {
        guard element.isBlock else { return nil }
        var result: Int?
        for index in open.indices.reversed() {
            if Self.shields(open[index].element, from: element) { break }
            if Self.ends(open[index], before: element) { result = index }
        }
        return result
    }

    /// Whether what is open outside of `open` may stay so.
    private static func shields(_ open: HTMLElement, from element: HTMLElement) -> Bool {
        if open == .table { return true }
        switch element {
        case .rowGroup, .row, .cell, .headerCell: return false
        case .item: return open.isList || open.isCell
        case .term, .definition: return open == .definitionList || open.isCell
        default: return open.isCell || open == .item || open == .quote
        }
    }

    private static func ends(_ open: Open, before element: HTMLElement) -> Bool {
        switch element {
        case .rowGroup: open.element == .rowGroup || open.element == .row || open.element.isCell
        case .row: open.element == .row || open.element.isCell
        case .cell, .headerCell: open.element.isCell
        case .item: open.element == .item
        case .term, .definition:
            open.element == .term || open.element == .definition || open.name == paragraphName
        default: open.name == paragraphName
        }
    }

    private static let paragraphName = HTMLElement.Name(Array("p".utf8)[...])
}
