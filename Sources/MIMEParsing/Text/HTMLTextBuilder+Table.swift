extension HTMLTextBuilder {
    /// An open cell, and the text around its table.
    struct Cell {
        var outerLines: TextLines
        var span: Int
        var isHeader: Bool
        var holdsTable = false
    }

    /// Tables inside each other: each copies the text of those inside it. Deeper ones are read as blocks.
    private static let maxTables = 24

    mutating func layOutTable(_ opened: inout Open, _ attributes: HTMLAttributes) {
        if opened.element == .table, tables.count < Self.maxTables, deepTables == 0 {
            let role = attributes[.role]?.trimmed() ?? []
            tables.append(
                HTMLTable(
                    isPresentation: role.equalsIgnoringCase("presentation") || role.equalsIgnoringCase("none"),
                    hasBorder: (attributes.number(.border) ?? 0) > 0))
            return
        }
        // Rows and cells where no table is, and what belongs to a table too deep.
        let isInTable = open.last { $0.element == .table || $0.element.isCell }?.element == .table
        guard opened.element != .table, isInTable, deepTables == 0 else {
            if opened.element == .table { deepTables += 1 }
            opened.isLaidOut = opened.element == .table
            lines.breakLine(1)
            return
        }
        switch opened.element {
        case .row: tables[tables.count - 1].beginRow()
        case .cell, .headerCell:
            let span = max(1, min(attributes.number(.columnSpan) ?? 1, 64))
            cells.append(Cell(outerLines: lines, span: span, isHeader: opened.element == .headerCell))
            lines = TextLines()
        default: break
        }
    }

    mutating func endCell() {
        guard let cell = cells.last else { return }
        endLink()
        let inner = lines
        cells.removeLast()
        lines = cell.outerLines
        tables[tables.count - 1].add(
            HTMLTable.Cell(
                text: Array(inner.text), span: cell.span, holdsTable: cell.holdsTable,
                breaksBefore: min(2, inner.breaksBefore),
                breaksBehind: min(2, inner.breaks)),
            isHeader: cell.isHeader)
    }

    mutating func endTable() {
        guard deepTables == 0 else {
            deepTables -= 1
            lines.breakLine(1)
            return
        }
        guard var table = tables.popLast() else { return }
        if !cells.isEmpty { cells[cells.count - 1].holdsTable = true }
        for block in table.blocks() {
            lines.breakLine(max(1, block.breaksBefore))
            var isFirst = true
            for line in block.text.split(separator: ASCII.lineFeed, omittingEmptySubsequences: false) {
                if !isFirst { lines.verbatimBreak() }
                isFirst = false
                if !line.isEmpty { lines.append(line) }
            }
            lines.breakLine(max(1, block.breaksBehind))
        }
        lines.breakLine(1)
    }
}
