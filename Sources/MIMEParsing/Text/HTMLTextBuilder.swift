/// Keeps the elements that are open as a browser would, and lays out their text.
struct HTMLTextBuilder {
    /// What holds for the text of an element and everything inside.
    struct State: Equatable {
        var isHidden = false
        /// Written too small to be read; elements inside may be larger again.
        var isTiny = false
        var keepsWhiteSpace = false
    }

    struct Open {
        var element: HTMLElement
        var name: HTMLElement.Name
        /// Of the text around it.
        var outerState: State
        /// Whether it has its own place in the layout; hidden elements and tables nested too deep have none.
        var isLaidOut = true
        var isIndented = false
        /// Inline by its name, a block by its style.
        var isBlockByStyle = false
    }

    private struct List {
        var style: HTMLListStyle
        var number: Int
    }

    /// Elements inside each other; deeper ones only break lines.
    private static let maxOpen = 256

    var lines = TextLines()
    private(set) var state = State()
    private(set) var open: [Open] = []
    private var unopened = 0
    private var lists: [List] = []
    // Links (HTMLTextBuilder+Link)
    var link: Link?
    /// What the last link's target comes down to.
    var lastTarget: [UInt8] = []
    // Text (HTMLTextBuilder+Text)
    var endsInImage = false
    /// Whether the line feed behind `<pre>` is still to come, which does not count.
    var skipsLineFeed = false
    // Tables (HTMLTextBuilder+Table)
    var tables: [HTMLTable] = []
    var cells: [Cell] = []
    var deepTables = 0

    /// Closes what is open. Without white space at its end.
    mutating func finish() -> String {
        while !open.isEmpty { closeLast() }
        return String(decoding: lines.text, as: UTF8.self)
    }

    // MARK: Tags

    mutating func start(_ element: HTMLElement, _ name: HTMLElement.Name, _ attributes: HTMLAttributes) {
        if let index = indexToEnd(before: element) {
            while open.count > index { closeLast() }
        }
        if element.isVoid {
            if !state.isHidden { void(element, attributes) }
            return
        }
        guard open.count < Self.maxOpen else {
            unopened += 1
            if !state.isHidden, element.isBlock { lines.breakLine(1) }
            return
        }
        var opened = Open(element: element, name: name, outerState: state)
        let style = attributes[.style].map(HTMLStyle.init)
        let isHidden =
            attributes[.hidden] != nil || style?.isHidden == true
            || style?.isHiddenFromOutlook == true && element != .anchor
        if state.isHidden || isHidden {
            state.isHidden = true
            opened.isLaidOut = false
            open.append(opened)
            return
        }
        if let size = style?.fontSize { state.isTiny = size == .unreadable }
        if let keeps = style?.keepsWhiteSpace { state.keepsWhiteSpace = keeps }
        if style?.isBlock == true, !element.isBlock {
            opened.isBlockByStyle = true
            lines.breakLine(1)
        }
        layOut(&opened, attributes)
        open.append(opened)
    }

    private mutating func void(_ element: HTMLElement, _ attributes: HTMLAttributes) {
        switch element {
        case .lineBreak: lines.addBreak()
        case .rule:
            lines.breakLine(1)
            lines.append("---".utf8)
            lines.breakLine(1)
        case .image:
            guard let alt = attributes[.alternative], !alt.trimmed().isEmpty else { return }
            // Pixels that count readers.
            if let width = attributes.number(.width), width <= 1 { return }
            if let height = attributes.number(.height), height <= 1 { return }
            if endsInImage { lines.space() }
            text(alt)
            endsInImage = true
        default: break
        }
    }

    private mutating func layOut(_ opened: inout Open, _ attributes: HTMLAttributes) {
        switch opened.element {
        case .anchor:
            endLink()
            guard let target = attributes[.href]?.trimmed(), !target.isEmpty else { return }
            link = Link(target: target, depth: cells.count)
            lines.mark()
        case .quotation: lines.append("\u{201C}".utf8)
        case .bulletList, .numberedList:
            let isInner = !lists.isEmpty
            lines.breakLine(isInner ? 1 : 2)
            // A list inside a list but in none of its items.
            let isInItem = open.last { $0.element == .item || $0.element.isList }?.element == .item
            if isInner, !isInItem { indent(&opened) }
            lists.append(
                List(
                    style: opened.element == .numberedList ? HTMLListStyle(attributes[.type]) : .bullets,
                    number: attributes.number(.start) ?? 1))
        case .item:
            lines.breakLine(1)
            var marker = Array("- ".utf8)
            if !lists.isEmpty {
                if let value = attributes.number(.value) { lists[lists.count - 1].number = value }
                let list = lists[lists.count - 1]
                marker = list.style.marker(list.number)
                lists[lists.count - 1].number += 1
            }
            opened.isIndented = true
            lines.indent(width: marker.count, marker: marker)
        case .definition:
            lines.breakLine(1)
            indent(&opened)
        case .quote:
            lines.breakLine(2)
            opened.isIndented = true
            lines.indent(isQuote: true)
        case .preformatted:
            lines.breakLine(2)
            state.keepsWhiteSpace = true
            skipsLineFeed = true
        case .table, .rowGroup, .row, .cell, .headerCell: layOutTable(&opened, attributes)
        case .block, .term: lines.breakLine(1)
        case .paragraph, .definitionList: lines.breakLine(2)
        case .image, .meta, .lineBreak, .rule, .void, .dropped, .other: break
        }
    }

    private mutating func indent(_ opened: inout Open) {
        opened.isIndented = true
        lines.indent()
    }

    mutating func end(_ element: HTMLElement, _ name: HTMLElement.Name) {
        if unopened > 0, !element.isVoid {
            unopened -= 1
            if !state.isHidden, element.isBlock { lines.breakLine(1) }
            return
        }
        guard let index = indexToEnd(element, name) else {
            guard !state.isHidden else { return }
            // `</br>` is a break, and `</p>` an empty paragraph.
            if element == .lineBreak { lines.addBreak() } else if element.isBlock { lines.breakLine(1) }
            return
        }
        let changesNothing = index + 1 < open.count && open[index + 1].outerState == open[index].outerState
        if !element.isBlock, changesNothing, open[index...].contains(where: { $0.element.isBlock && $0.isLaidOut }) {
            // `<b><p>one</b> two</p>`: the paragraph goes on.
            if element == .anchor { endLink() }
            open.remove(at: index)
            return
        }
        while open.count > index { closeLast() }
    }

    private mutating func closeLast() {
        guard let closed = open.popLast() else { return }
        defer { state = closed.outerState }
        guard closed.isLaidOut else { return }
        if closed.isIndented { lines.outdent() }
        switch closed.element {
        case .anchor: endLink()
        case .quotation: lines.append("\u{201D}".utf8)
        case .bulletList, .numberedList:
            _ = lists.popLast()
            lines.breakLine(lists.isEmpty ? 2 : 1)
        case .cell, .headerCell: endCell()
        case .row: tables[tables.count - 1].endRow()
        case .table: endTable()
        case .rowGroup: break
        case .block, .item, .term, .definition: lines.breakLine(1)
        case .paragraph, .definitionList, .quote, .preformatted: lines.breakLine(2)
        case .image, .meta, .lineBreak, .rule, .void, .dropped, .other: break
        }
        if closed.isBlockByStyle { lines.breakLine(1) }
    }
}
