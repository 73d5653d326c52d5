/// A table while its cells are read, and then its lines. Short cells beside each other are data and make columns;
/// everything else is layout, whose cells come one below the other.
struct HTMLTable {
    struct Cell {
        var text: [UInt8]
        var span: Int
        /// Whether there is another table in it.
        var holdsTable: Bool
        /// Line breaks that its first and its last paragraph ask for.
        var breaksBefore: Int
        var breaksBehind: Int

        var isOneLine: Bool { !text.contains(ASCII.lineFeed) }
    }

    /// What the table gives to the text around it.
    struct Block {
        var text: ArraySlice<UInt8>
        var breaksBefore = 1
        var breaksBehind = 1
    }

    private struct Row {
        var cells: [Cell] = []
        /// In columns, where it is data.
        var widths: [Int] = []
    }

    /// A cell that is longer is prose.
    private static let longestCell = 60
    private static let longestDataCell = 200
    /// Columns are filled up to here; longer cells stick out.
    private static let widestColumn = 32
    private static let maxColumns = 64

    private var rows: [Row] = []
    private let isPresentation: Bool
    private let hasBorder: Bool
    private var hasHeader = false
    private var isRowOpen = false

    /// - Parameter isPresentation: the page says that it is no data.
    init(isPresentation: Bool, hasBorder: Bool) {
        self.isPresentation = isPresentation
        self.hasBorder = hasBorder
    }

    mutating func beginRow() {
        isRowOpen = true
        if rows.last?.cells.isEmpty != true { rows.append(Row()) }
    }

    mutating func endRow() { isRowOpen = false }

    /// Cells without a row make one.
    mutating func add(_ cell: Cell, isHeader: Bool) {
        if !isRowOpen { beginRow() }
        rows[rows.count - 1].cells.append(cell)
        if isHeader { hasHeader = true }
    }

    // MARK: Lines

    /// From top to bottom; cells without text are left out.
    mutating func blocks() -> [Block] {
        let inFigures = isPresentation && hasFigures
        for index in rows.indices where isData(rows[index], inFigures: inFigures) { measure(&rows[index]) }
        let widths = columnWidths()
        var blocks: [Block] = []
        for row in rows {
            guard row.widths.isEmpty else {
                blocks.append(Block(text: line(row, widths)[...]))
                continue
            }
            for cell in row.cells where !cell.text.isEmpty {
                blocks.append(
                    Block(text: cell.text[...], breaksBefore: cell.breaksBefore, breaksBehind: cell.breaksBehind))
            }
        }
        // Rows of data are a paragraph of their own.
        if rows.count(where: { !$0.widths.isEmpty }) > 1 {
            blocks[0].breaksBefore = 2
            blocks[blocks.count - 1].breaksBehind = 2
        }
        return blocks
    }

    private func isData(_ row: Row, inFigures: Bool) -> Bool {
        let cells = row.cells.filter { !$0.text.isEmpty }
        guard cells.count > 1, row.cells.count <= Self.maxColumns else { return false }
        if hasHeader || hasBorder, !cells.contains(where: \.holdsTable) {
            return cells.allSatisfy { $0.text.count <= Self.longestDataCell }
        }
        guard !isPresentation || inFigures else { return false }
        return cells.allSatisfy {
            $0.isOneLine && $0.text.count <= Self.longestCell * 4 && TextWidth.columns($0.text[...]) <= Self.longestCell
        }
    }

    /// Pages call every table presentation, their receipts' too. A figure at the end of a row tells those.
    private var hasFigures: Bool {
        rows.contains { row in
            row.cells.count { !$0.text.isEmpty } > 1
                && row.cells.last { !$0.text.isEmpty }.map { $0.isOneLine && $0.text.contains(where: \.isDigit) }
                    == true
        }
    }

    private func measure(_ row: inout Row) {
        for index in row.cells.indices {
            if !row.cells[index].isOneLine { row.cells[index].text = Self.joined(row.cells[index].text) }
            row.widths.append(TextWidth.columns(row.cells[index].text[...]))
        }
    }

    /// Of the columns in all rows; 0 for those that are empty everywhere.
    private func columnWidths() -> [Int] {
        var result: [Int] = []
        for row in rows where !row.widths.isEmpty {
            var column = 0
            for (cell, width) in zip(row.cells, row.widths) {
                while result.count < min(column + cell.span, Self.maxColumns) { result.append(0) }
                if cell.span == 1, column < result.count {
                    result[column] = max(result[column], min(width, Self.widestColumn))
                }
                column += cell.span
            }
        }
        return result
    }

    private func line(_ row: Row, _ widths: [Int]) -> [UInt8] {
        var result: [UInt8] = []
        // Where the text ends, and where the cell at hand begins.
        var position = 0
        var start = 0
        var column = 0
        for (cell, width) in zip(row.cells, row.widths) {
            if !cell.text.isEmpty {
                let gap = result.isEmpty ? start : max(start - position, 2)
                result.append(contentsOf: repeatElement(ASCII.space, count: gap))
                result.append(contentsOf: cell.text)
                position += gap + width
            }
            for _ in 0..<cell.span {
                if column < widths.count, widths[column] > 0 { start += widths[column] + 2 }
                column += 1
            }
        }
        return result
    }

    /// Lines of one cell in one.
    private static func joined(_ text: [UInt8]) -> [UInt8] {
        Array(text.split(separator: ASCII.lineFeed).map { $0.trimmed() }.joined(separator: [ASCII.space]))
    }
}
