/// A reading position in the bytes of one response, its literals in place, its last line end cut off.
///
/// Each reader returns `nil` when what stands there is something else; the position is then anywhere before the end.
struct ByteCursor {
    let bytes: [UInt8]
    var position: Int

    init(_ bytes: [UInt8], at position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    var isAtEnd: Bool { position >= bytes.count }
    var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    func text(from start: Int, to end: Int) -> String { String(decoding: bytes[start..<end], as: UTF8.self) }

    /// Everything up to the end.
    mutating func rest() -> String {
        defer { position = bytes.count }
        return text(from: min(position, bytes.count), to: bytes.count)
    }

    /// Passes the byte over if it stands here.
    mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    mutating func takeSpace() -> Bool { take(UInt8(ascii: " ")) }

    mutating func skipSpaces() {
        while let byte = peek, byte == 0x20 || byte == 0x09 { position += 1 }
    }

    /// One or more bytes up to a space, a parenthesis, a quote, or the end.
    mutating func word() -> Range<Int>? {
        let start = position
        while position < bytes.count, !Self.endsWord(bytes[position]) { position += 1 }
        return start < position ? start..<position : nil
    }

    /// A word as text.
    mutating func atom() -> String? { word().map { text(from: $0.lowerBound, to: $0.upperBound) } }

    /// A word in upper case.
    mutating func keyword() -> String? { word().map(upper) }

    /// The name of a response or an item as it may stand in a log: empty when it does not look like a name.
    static func loggable(_ name: String) -> String {
        let isName =
            name.utf8.count <= 32
            && name.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
                default: false
                }
            }
        return isName ? name : ""
    }

    func upper(_ range: Range<Int>) -> String {
        let text = text(from: range.lowerBound, to: range.upperBound)
        return bytes[range].contains { $0 >= 0x61 && $0 <= 0x7A } ? text.uppercased() : text
    }

    /// Whether NIL stands here as a whole word; passes it over.
    mutating func takeNIL() -> Bool {
        guard position + 3 <= bytes.count else { return false }
        guard bytes[position] & 0xDF == 0x4E, bytes[position + 1] & 0xDF == 0x49, bytes[position + 2] & 0xDF == 0x4C
        else { return false }
        if position + 3 < bytes.count, !Self.endsWord(bytes[position + 3]) { return false }
        position += 3
        return true
    }

    private static func endsWord(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == UInt8(ascii: "(") || byte == UInt8(ascii: ")")
            || byte == UInt8(ascii: "\"")
    }
}

// MARK: - Numbers

extension ByteCursor {
    mutating func number() -> UInt64? {
        let start = position
        var value: UInt64 = 0
        while position < bytes.count {
            let digit = bytes[position] &- 0x30
            guard digit < 10 else { break }
            let (tenfold, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tenfold.addingReportingOverflow(UInt64(digit))
            guard !overflow, !carry else { return nil }
            value = sum
            position += 1
        }
        return start < position ? value : nil
    }

    /// The range as a number, if it holds nothing else.
    func wholeNumber32(_ range: Range<Int>) -> UInt32? {
        var cursor = ByteCursor(bytes, at: range.lowerBound)
        guard let number = cursor.number32(), cursor.position == range.upperBound else { return nil }
        return number
    }

    mutating func number32() -> UInt32? { number().flatMap(UInt32.init(exactly:)) }
    mutating func size() -> Int? { number().flatMap(Int.init(exactly:)) }
}

// MARK: - Strings

extension ByteCursor {
    /// A quoted string or a literal, whose bytes stand in place.
    mutating func string() -> [UInt8]? {
        switch peek {
        case UInt8(ascii: "\""): quoted()
        case UInt8(ascii: "{"), UInt8(ascii: "~"): literal()
        default: nil
        }
    }

    /// A string, or an atom; `]` may be part of it (RFC 3501 §9 `astring`).
    mutating func astring() -> [UInt8]? { string() ?? word().map { Array(bytes[$0]) } }

    mutating func stringText() -> String? { string().map { String(decoding: $0, as: UTF8.self) } }
    mutating func astringText() -> String? { astring().map { String(decoding: $0, as: UTF8.self) } }

    /// A string or NIL: `.some(nil)` is NIL, `nil` is neither.
    mutating func nstringText() -> String?? {
        if takeNIL() { return .some(nil) }
        return stringText().map { .some($0) }
    }

    private mutating func quoted() -> [UInt8]? {
        position += 1
        let start = position
        var escaped: [UInt8]?
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                return escaped ?? Array(bytes[start..<position - 1])
            case UInt8(ascii: "\\"):
                guard position < bytes.count else { return nil }
                if escaped == nil { escaped = Array(bytes[start..<position - 1]) }
                escaped?.append(bytes[position])
                position += 1
            default:
                escaped?.append(byte)
            }
        }
        return nil
    }

    private mutating func literal() -> [UInt8]? {
        guard let size = literalHeader(), take(0x0D), take(0x0A), size <= bytes.count - position else { return nil }
        defer { position += size }
        return Array(bytes[position..<position + size])
    }

    /// `{12}`, `{12+}` or `~{12}`, without its line end.
    mutating func literalHeader() -> Int? {
        _ = take(UInt8(ascii: "~"))
        guard take(UInt8(ascii: "{")), let size = size() else { return nil }
        _ = take(UInt8(ascii: "+"))
        return take(UInt8(ascii: "}")) ? size : nil
    }
}

// MARK: - Lists

extension ByteCursor {
    /// `(a b c)` of whatever `element` reads; spaces are taken loosely.
    mutating func list<Element>(_ element: (inout ByteCursor) -> Element?) -> [Element]? {
        guard take(UInt8(ascii: "(")) else { return nil }
        var result: [Element] = []
        skipSpaces()
        while !take(UInt8(ascii: ")")) {
            guard let next = element(&self) else { return nil }
            result.append(next)
            skipSpaces()
        }
        return result
    }

    /// Words up to the end, in upper case.
    mutating func keywords() -> [String] {
        var result: [String] = []
        skipSpaces()
        while !isAtEnd {
            if let keyword = keyword() { result.append(keyword) } else { position += 1 }
            skipSpaces()
        }
        return result
    }

    /// Passes over one value of any shape; false when it does not end, or nests deeper than `nesting`.
    mutating func skipValue(nesting: Int) -> Bool {
        var depth = 0
        repeat {
            skipSpaces()
            switch peek {
            case nil:
                return false
            case UInt8(ascii: "("):
                position += 1
                depth += 1
                guard depth <= nesting else { return false }
            case UInt8(ascii: ")"):
                guard depth > 0 else { return false }
                position += 1
                depth -= 1
            default:
                guard string() != nil || word() != nil else { return false }
            }
        } while depth > 0
        return true
    }
}
