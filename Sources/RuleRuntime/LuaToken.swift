/// A word of Lua source, as far as the guards have to know it.
struct LuaToken: Equatable {
    enum Kind: Equatable {
        /// A name or a keyword.
        case word(String)
        case string(String)
        case number
        /// An operator or a bracket.
        case symbol(String)
    }

    var kind: Kind
    var line: Int

    func isSymbol(_ symbol: String) -> Bool { kind == .symbol(symbol) }
    func isWord(_ word: String) -> Bool { kind == .word(word) }
}

/// Cuts Lua 5.4 source into tokens (reference manual §3.1). Never fails: what is no Lua, the compiler will say.
struct LuaTokenizer {
    private let bytes: [UInt8]
    private var next = 0
    private var line = 1

    init(_ source: String) { bytes = Array(source.utf8) }

    static func tokens(_ source: String) -> [LuaToken] {
        var tokenizer = LuaTokenizer(source)
        var tokens: [LuaToken] = []
        while let token = tokenizer.token() { tokens.append(token) }
        return tokens
    }

    private mutating func token() -> LuaToken? {
        skipSpaceAndComments()
        guard next < bytes.count else { return nil }
        let start = next
        let line = self.line
        let byte = bytes[next]
        let kind: LuaToken.Kind
        switch byte {
        case _ where Self.beginsName(byte):
            while next < bytes.count, Self.beginsName(bytes[next]) || Self.isDigit(bytes[next]) { next += 1 }
            kind = .word(text(start..<next))
        case _ where Self.isDigit(byte), UInt8(ascii: ".") where Self.isDigit(peek(1)):
            skipNumber()
            kind = .number
        case UInt8(ascii: "\""), UInt8(ascii: "'"): kind = .string(quoted(byte))
        case UInt8(ascii: "[") where longBracket() != nil: kind = .string(longString())
        default: kind = .symbol(symbol())
        }
        return LuaToken(kind: kind, line: line)
    }

    private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
    private func peek(_ offset: Int) -> UInt8 { next + offset < bytes.count ? bytes[next + offset] : 0 }
    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    private static func beginsName(_ byte: UInt8) -> Bool {
        byte >= 0x61 && byte <= 0x7A || byte >= 0x41 && byte <= 0x5A || byte == 0x5F
    }

    private mutating func skipSpaceAndComments() {
        while next < bytes.count {
            switch bytes[next] {
            case UInt8(ascii: "\n"):
                line += 1
                next += 1
            case 0x20, 0x09, 0x0B, 0x0C, 0x0D: next += 1
            case UInt8(ascii: "-") where peek(1) == UInt8(ascii: "-"):
                next += 2
                if longBracket() != nil {
                    _ = longString()
                } else {
                    while next < bytes.count, bytes[next] != UInt8(ascii: "\n") { next += 1 }
                }
            // The first line may name an interpreter.
            case UInt8(ascii: "#") where next == 0:
                while next < bytes.count, bytes[next] != UInt8(ascii: "\n") { next += 1 }
            default: return
            }
        }
    }

    private mutating func skipNumber() {
        let isHexadecimal = peek(0) == UInt8(ascii: "0") && peek(1) | 0x20 == UInt8(ascii: "x")
        let exponent: UInt8 = isHexadecimal ? UInt8(ascii: "p") : UInt8(ascii: "e")
        while next < bytes.count {
            let byte = bytes[next]
            if byte | 0x20 == exponent, peek(1) == UInt8(ascii: "+") || peek(1) == UInt8(ascii: "-") {
                next += 2
            } else if Self.isDigit(byte) || Self.beginsName(byte) || byte == UInt8(ascii: ".") {
                // `1..2` is a concatenation that Lua refuses anyway.
                next += 1
            } else {
                return
            }
        }
    }

    private mutating func quoted(_ quote: UInt8) -> String {
        next += 1
        let start = next
        while next < bytes.count, bytes[next] != quote, bytes[next] != UInt8(ascii: "\n") {
            if bytes[next] == UInt8(ascii: "\\") {
                next += 1
                // A newline, or all space after \z, may follow in the middle of a string.
                if peek(0) == UInt8(ascii: "\n") { line += 1 }
                if peek(0) == UInt8(ascii: "z") {
                    while [0x20, 0x09, 0x0A, 0x0B, 0x0C, 0x0D].contains(peek(1)) {
                        next += 1
                        if peek(0) == UInt8(ascii: "\n") { line += 1 }
                    }
                }
            }
            next += 1
        }
        let end = min(next, bytes.count)
        next = min(next + 1, bytes.count)
        if end < bytes.count, bytes[end] == UInt8(ascii: "\n") { line += 1 }
        return text(start..<end)
    }

    /// The number of `=` when a long bracket opens here.
    private func longBracket() -> Int? {
        guard peek(0) == UInt8(ascii: "[") else { return nil }
        var level = 0
        while peek(level + 1) == UInt8(ascii: "=") { level += 1 }
        return peek(level + 1) == UInt8(ascii: "[") ? level : nil
    }

    private mutating func longString() -> String {
        let level = longBracket() ?? 0
        next += level + 2
        let start = next
        while next < bytes.count {
            if bytes[next] == UInt8(ascii: "]") {
                var equals = 0
                while peek(equals + 1) == UInt8(ascii: "=") { equals += 1 }
                if equals == level, peek(equals + 1) == UInt8(ascii: "]") {
                    let end = next
                    next += level + 2
                    return text(start..<end)
                }
            }
            if bytes[next] == UInt8(ascii: "\n") { line += 1 }
            next += 1
        }
        return text(start..<bytes.count)
    }

    private mutating func symbol() -> String {
        let three = next + 3 <= bytes.count ? text(next..<next + 3) : ""
        let two = next + 2 <= bytes.count ? text(next..<next + 2) : ""
        if three == "..." {
            next += 3
            return three
        }
        if ["==", "~=", "<=", ">=", "//", "::", "<<", ">>", ".."].contains(two) {
            next += 2
            return two
        }
        next += 1
        // Outside strings and comments Lua is ASCII; the rest of a longer character goes with its first byte.
        let start = next - 1
        while next < bytes.count, bytes[next] & 0xC0 == 0x80 { next += 1 }
        return text(start..<next)
    }
}
