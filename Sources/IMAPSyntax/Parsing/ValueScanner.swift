/// Finds where one value of a FETCH item ends, without understanding it. Goes on where it stopped when a literal came.
struct ValueScanner: Sendable {
    enum Outcome: Equatable {
        /// Behind the value's last byte.
        case end(Int)
        /// The line ends in the header of a literal; go on behind the literal's bytes.
        case literal
        /// The line ends within the value, or no value stands here.
        case broken
        case tooDeep
    }

    private var depth = 0
    private var isWithinWord = false
    private let nesting: Int

    init(nesting: Int) { self.nesting = nesting }

    /// `hasLiteral`: whether the line ends in the header of a literal, which begins at `literalStart`.
    mutating func scan(_ line: [UInt8], from start: Int, literalStart: Int?) -> Outcome {
        var index = start
        while index < line.count {
            if index == literalStart { return .literal }
            switch line[index] {
            case UInt8(ascii: "("):
                if isWithinWord, depth == 0 { return .end(index) }
                isWithinWord = false
                depth += 1
                guard depth <= nesting else { return .tooDeep }
            case UInt8(ascii: ")"):
                if depth == 0 { return isWithinWord ? .end(index) : .broken }
                isWithinWord = false
                depth -= 1
                if depth == 0 { return .end(index + 1) }
            case UInt8(ascii: " "):
                if isWithinWord, depth == 0 { return .end(index) }
                isWithinWord = false
            case UInt8(ascii: "\""):
                guard let end = Self.endOfQuoted(line, from: index + 1) else { return .broken }
                index = end
                if depth == 0 { return .end(end + 1) }
            default:
                isWithinWord = true
            }
            index += 1
        }
        return .broken
    }

    /// The literal's bytes are in the line up to its present end: whether the value ends there too.
    mutating func passedLiteral() -> Bool {
        isWithinWord = false
        return depth == 0
    }

    private static func endOfQuoted(_ line: [UInt8], from start: Int) -> Int? {
        var index = start
        while index < line.count {
            if line[index] == UInt8(ascii: "\"") { return index }
            index += line[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return nil
    }
}
