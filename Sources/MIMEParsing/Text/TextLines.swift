/// Lines of text as they grow. White space is collapsed as browsers do, line breaks and indents are written when text
/// follows them, so that nothing hangs over at the end.
struct TextLines {
    /// An indent of the lines to come.
    private struct Level {
        var isQuote: Bool
        var width: Int
        /// Stands in place of the first line's indent: `- `.
        var marker: [UInt8]
    }

    /// Deeper quotes and lists are indented no further, so that output stays in proportion to input.
    private static let maxLevels = 8

    private(set) var output: [UInt8] = []
    /// Line breaks that are due before the next text; two make an empty line.
    private(set) var breaks = 0
    /// How many were due before the first text.
    private(set) var breaksBefore = 0
    /// Where text that was asked for by `mark()` begins.
    private(set) var markedStart: Int?

    private var levels: [Level] = []
    private var deeperLevels = 0
    /// Blanks that are due before the next text of this line.
    private var blanks: [UInt8] = []
    /// Whether the last of `blanks` swallows the white space behind it.
    private var endsInSpace = false
    /// A zero-width joiner or non-joiner, which counts only between two characters.
    private var joiner: [UInt8] = []
    private var quotesOfLastLine = 0
    private var isMarked = false

    /// Without white space at its end.
    var text: ArraySlice<UInt8> {
        var end = output.endIndex
        while end > 0, output[end - 1].isWhitespace { end -= 1 }
        return output[..<end]
    }

    private var isAtLineStart: Bool { breaks > 0 || output.isEmpty }

    // MARK: Text

    mutating func append(_ bytes: some Collection<UInt8>) {
        openLine()
        output.append(contentsOf: bytes)
    }

    /// White space that collapses.
    mutating func space() {
        joiner.removeAll()
        guard !endsInSpace, !isAtLineStart || !blanks.isEmpty else { return }
        blanks.append(ASCII.space)
        endsInSpace = true
    }

    /// A blank or tab that stays, as a no-break space.
    mutating func blank(_ byte: UInt8 = ASCII.space) {
        joiner.removeAll()
        blanks.append(byte)
        endsInSpace = false
    }

    mutating func join(_ bytes: ArraySlice<UInt8>) {
        if blanks.isEmpty, !isAtLineStart { joiner = Array(bytes) }
    }

    /// Text to come is to be found by `markedStart`.
    mutating func mark() {
        isMarked = true
        markedStart = nil
    }

    /// Puts `bytes` directly behind the last text, before line breaks that are due.
    mutating func appendToLastLine(_ bytes: some Collection<UInt8>) { output.append(contentsOf: bytes) }

    // MARK: Lines

    mutating func breakLine(_ count: Int) {
        // A line of nothing but no-break spaces is an empty line.
        if isAtLineStart, !blanks.isEmpty, breaks > 0 { breaks = max(breaks, min(breaks + 1, 2)) }
        breaks = max(breaks, count)
        endLine()
    }

    /// `<br>`, which makes an empty line only where the line has no text.
    mutating func addBreak() {
        breaks = max(breaks, min(breaks + 1, 2))
        endLine()
    }

    /// A line break of preformatted text.
    mutating func verbatimBreak() {
        if !output.isEmpty { breaks += 1 }
        endLine()
    }

    private mutating func endLine() {
        blanks.removeAll(keepingCapacity: true)
        endsInSpace = false
        joiner.removeAll()
    }

    // MARK: Indents

    mutating func indent(isQuote: Bool = false, width: Int = 2, marker: [UInt8] = []) {
        if levels.count < Self.maxLevels {
            levels.append(Level(isQuote: isQuote, width: min(width, 8), marker: marker))
        } else {
            deeperLevels += 1
        }
    }

    mutating func outdent() {
        if deeperLevels > 0 { deeperLevels -= 1 } else { _ = levels.popLast() }
    }

    /// Writes the line breaks, indents and blanks that are due.
    private mutating func openLine() {
        if isAtLineStart { beginLine() }
        output.append(contentsOf: blanks)
        output.append(contentsOf: joiner)
        endLine()
        if isMarked {
            isMarked = false
            markedStart = output.count
        }
    }

    private mutating func beginLine() {
        let quotes = levels.prefix(while: \.isQuote).count
        if output.isEmpty {
            breaksBefore = breaks
        } else {
            while output.last == ASCII.space { output.removeLast() }
            for line in 0..<breaks {
                if line > 0 {
                    for level in 0..<min(quotes, quotesOfLastLine) {
                        if level > 0 { output.append(ASCII.space) }
                        output.append(ASCII.greater)
                    }
                }
                output.append(ASCII.lineFeed)
            }
        }
        breaks = 0
        quotesOfLastLine = quotes
        for index in levels.indices {
            if levels[index].isQuote {
                output.append(contentsOf: [ASCII.greater, ASCII.space])
            } else if levels[index].marker.isEmpty {
                output.append(contentsOf: repeatElement(ASCII.space, count: levels[index].width))
            } else {
                output.append(contentsOf: levels[index].marker)
                levels[index].marker = []
            }
        }
    }
}
