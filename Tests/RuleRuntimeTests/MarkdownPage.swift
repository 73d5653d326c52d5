import Foundation

/// A page of the manual: its fenced blocks and the rows of its tables.
struct MarkdownPage {
    struct Row {
        var line: Int
        var cells: [String]
    }

    struct Block {
        /// Of the opening fence.
        var line: Int
        var language: String
        var text: String
    }

    let text: String
    private(set) var rows: [Row] = []
    private(set) var blocks: [Block] = []

    init(_ text: String) {
        self.text = text
        var open: Block?
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.hasPrefix("```") {
                if let block = open { blocks.append(block) }
                open = open == nil ? Block(line: index + 1, language: String(line.dropFirst(3)), text: "") : nil
            } else if open != nil {
                open?.text += line + "\n"
            } else if line.hasPrefix("| ") {
                rows.append(Row(line: index + 1, cells: Self.cells(line)))
            }
        }
    }

    /// A bar in a cell is written `\|`.
    private static func cells(_ line: Substring) -> [String] {
        line.replacing("\\|", with: "\u{0}").split(separator: "|")
            .map { $0.replacing("\u{0}", with: "|").trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty }
    }

    /// What stands between single backquotes.
    static func codeSpans(_ cell: String) -> [String] {
        cell.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }
}
