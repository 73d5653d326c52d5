/// Finds the line of every key and array element of a TOML document (TOML 1.0.0).
///
/// It is meant for documents that a real parser has accepted: it reads no values and reports no errors. On anything
/// else it still ends and never traps, but what it finds is then worth nothing. Needed because the parser gives
/// positions only in its errors.
struct TOMLLineScanner {
    /// Deeper than any document the parser accepts.
    private static let nestingLimit = 300

    private let bytes: [UInt8]
    private var position = 0
    private var line = 1
    private var nesting = 0
    /// How many elements each array of tables (`[[name]]`) has so far.
    private var tableCounts: [TOMLPath: Int] = [:]

    private(set) var lines: [TOMLPath: Int] = [:]
    /// The line of the first `\u0000` in a quoted key or string: the parser's Swift face would cut the text there.
    private(set) var nullEscapeLine: Int?

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        scanDocument()
    }

    // MARK: Document

    private mutating func scanDocument() {
        var table = TOMLPath()
        while let byte = current {
            switch byte {
            case .space, .tab, .carriageReturn, .newline: advance()
            case .hash: skipComment()
            case .openBracket: table = scanHeader()
            default: scanPair(in: table)
            }
        }
    }

    private mutating func scanHeader() -> TOMLPath {
        let headerLine = line
        advance()
        let isArray = current == .openBracket
        if isArray { advance() }
        let keys = scanDottedKey()
        while let byte = current, byte != .newline, byte != .hash { advance() }

        var path = TOMLPath()
        for (offset, key) in keys.enumerated() {
            path = path.appending(key)
            let isLast = offset == keys.count - 1
            if isLast, isArray {
                lines[path] = lines[path] ?? headerLine
                let count = tableCounts[path, default: 0]
                tableCounts[path] = count + 1
                path = path.appending(count)
                lines[path] = headerLine
            } else {
                // A header names its own table; the tables on the way keep the line where they appeared first.
                if isLast { lines[path] = headerLine } else { note(path, headerLine) }
                if let count = tableCounts[path] { path = path.appending(count - 1) }
            }
        }
        return path
    }

    /// `key.key = value`; ends behind the value.
    private mutating func scanPair(in table: TOMLPath) {
        let start = position
        var path = table
        for key in scanDottedKey() {
            path = path.appending(key)
            note(path, line)
        }
        skipBlanks()
        if current == .equals {
            advance()
            scanValue(at: path)
        }
        if position == start { advance() }
    }

    private mutating func note(_ path: TOMLPath, _ line: Int) {
        if lines[path] == nil { lines[path] = line }
    }

    // MARK: Keys

    private mutating func scanDottedKey() -> [String] {
        var keys: [String] = []
        while true {
            skipBlanks()
            guard let key = scanSimpleKey() else { return keys }
            keys.append(key)
            skipBlanks()
            guard current == .dot else { return keys }
            advance()
        }
    }

    private mutating func scanSimpleKey() -> String? {
        switch current {
        case .quote: return scanBasicString()
        case .apostrophe: return scanLiteralString()
        default:
            let start = position
            while let byte = current, Self.isBareKeyByte(byte) { advance() }
            return position == start ? nil : String(decoding: bytes[start..<position], as: UTF8.self)
        }
    }

    private static func isBareKeyByte(_ byte: UInt8) -> Bool {
        switch byte {
        case .space, .tab, .carriageReturn, .newline, .dot, .equals, .hash, .quote, .apostrophe, .comma,
            .openBracket, .closeBracket, .openBrace, .closeBrace:
            false
        default: true
        }
    }

    // MARK: Values

    private mutating func scanValue(at path: TOMLPath) {
        skipBlanks()
        switch current {
        case .quote: starts(with: .quote, count: 3) ? skipMultiline(.quote) : skipString(.quote)
        case .apostrophe: starts(with: .apostrophe, count: 3) ? skipMultiline(.apostrophe) : skipString(.apostrophe)
        case .openBracket: scanNested { $0.scanArray(at: path) }
        case .openBrace: scanNested { $0.scanInlineTable(at: path) }
        default:
            while let byte = current, !Self.endsScalar(byte) { advance() }
        }
    }

    private static func endsScalar(_ byte: UInt8) -> Bool {
        byte == .comma || byte == .closeBracket || byte == .closeBrace || byte == .hash || byte == .newline
    }

    private mutating func scanNested(_ scan: (inout Self) -> Void) {
        guard nesting < Self.nestingLimit else {
            position = bytes.count
            return
        }
        nesting += 1
        scan(&self)
        nesting -= 1
    }

    private mutating func scanArray(at path: TOMLPath) {
        advance()
        var index = 0
        while true {
            skipBlanksCommentsAndNewlines()
            guard let byte = current else { return }
            if byte == .closeBracket { return advance() }
            if byte == .comma {
                advance()
                continue
            }
            let start = position
            let element = path.appending(index)
            note(element, line)
            scanValue(at: element)
            index += 1
            if position == start { advance() }
        }
    }

    private mutating func scanInlineTable(at path: TOMLPath) {
        advance()
        while true {
            skipBlanksCommentsAndNewlines()
            guard let byte = current else { return }
            if byte == .closeBrace { return advance() }
            if byte == .comma { advance() } else { scanPair(in: path) }
        }
    }

    // MARK: Strings

    private mutating func skipString(_ delimiter: UInt8) {
        if delimiter == .quote { _ = scanBasicString() } else { _ = scanLiteralString() }
    }

    private mutating func scanLiteralString() -> String {
        advance()
        let start = position
        while let byte = current, byte != .apostrophe, byte != .newline { advance() }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if current == .apostrophe { advance() }
        return text
    }

    private mutating func scanBasicString() -> String {
        advance()
        var text: [UInt8] = []
        while let byte = current, byte != .quote, byte != .newline {
            advance()
            if byte == .backslash { text += scanEscape() } else { text.append(byte) }
        }
        if current == .quote { advance() }
        return String(decoding: text, as: UTF8.self)
    }

    /// Behind the backslash; the bytes that the escape stands for.
    private mutating func scanEscape() -> [UInt8] {
        guard let byte = current, byte != .newline else { return [] }
        advance()
        switch byte {
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "u"): return scanCodePoint(digits: 4)
        case UInt8(ascii: "U"): return scanCodePoint(digits: 8)
        default: return [byte]
        }
    }

    private mutating func scanCodePoint(digits: Int) -> [UInt8] {
        var value: UInt32 = 0
        for _ in 0..<digits {
            guard let byte = current, let digit = Character(UnicodeScalar(byte)).hexDigitValue else { return [] }
            value = value << 4 | UInt32(digit)
            advance()
        }
        if value == 0 { nullEscapeLine = nullEscapeLine ?? line }
        return UnicodeScalar(value).map { Array(String(Character($0)).utf8) } ?? []
    }

    private mutating func skipMultiline(_ delimiter: UInt8) {
        for _ in 0..<3 { advance() }
        while let byte = current {
            if byte == .backslash, delimiter == .quote {
                advance()
                if current == .newline { advance() } else { _ = scanEscape() }
            } else if starts(with: delimiter, count: 3) {
                // Up to two delimiters may stand right before the closing three.
                while current == delimiter { advance() }
                return
            } else {
                advance()
            }
        }
    }

    // MARK: Bytes

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func advance() {
        guard position < bytes.count else { return }
        if bytes[position] == .newline { line += 1 }
        position += 1
    }

    private func starts(with byte: UInt8, count: Int) -> Bool {
        position + count <= bytes.count && bytes[position..<position + count].allSatisfy { $0 == byte }
    }

    private mutating func skipBlanks() {
        while let byte = current, byte == .space || byte == .tab { advance() }
    }

    private mutating func skipComment() {
        while let byte = current, byte != .newline { advance() }
    }

    private mutating func skipBlanksCommentsAndNewlines() {
        while let byte = current {
            switch byte {
            case .space, .tab, .carriageReturn, .newline: advance()
            case .hash: skipComment()
            default: return
            }
        }
    }
}

extension UInt8 {
    fileprivate static let tab = UInt8(ascii: "\t")
    fileprivate static let newline = UInt8(ascii: "\n")
    fileprivate static let carriageReturn = UInt8(ascii: "\r")
    fileprivate static let space = UInt8(ascii: " ")
    fileprivate static let hash = UInt8(ascii: "#")
    fileprivate static let dot = UInt8(ascii: ".")
    fileprivate static let comma = UInt8(ascii: ",")
    fileprivate static let equals = UInt8(ascii: "=")
    fileprivate static let quote = UInt8(ascii: "\"")
    fileprivate static let apostrophe = UInt8(ascii: "'")
    fileprivate static let backslash = UInt8(ascii: "\\")
    fileprivate static let openBracket = UInt8(ascii: "[")
    fileprivate static let closeBracket = UInt8(ascii: "]")
    fileprivate static let openBrace = UInt8(ascii: "{")
    fileprivate static let closeBrace = UInt8(ascii: "}")
}
