/// Bytes by name.
enum ASCII {
    static let tab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let quote = UInt8(ascii: "\"")
    static let percent = UInt8(ascii: "%")
    static let apostrophe = UInt8(ascii: "'")
    static let openParenthesis = UInt8(ascii: "(")
    static let closeParenthesis = UInt8(ascii: ")")
    static let asterisk = UInt8(ascii: "*")
    static let comma = UInt8(ascii: ",")
    static let hyphen = UInt8(ascii: "-")
    static let dot = UInt8(ascii: ".")
    static let slash = UInt8(ascii: "/")
    static let zero = UInt8(ascii: "0")
    static let colon = UInt8(ascii: ":")
    static let semicolon = UInt8(ascii: ";")
    static let less = UInt8(ascii: "<")
    static let equals = UInt8(ascii: "=")
    static let greater = UInt8(ascii: ">")
    static let question = UInt8(ascii: "?")
    static let at = UInt8(ascii: "@")
    static let openBracket = UInt8(ascii: "[")
    static let closeBracket = UInt8(ascii: "]")
    static let backslash = UInt8(ascii: "\\")
    static let underscore = UInt8(ascii: "_")
    static let ampersand = UInt8(ascii: "&")
    static let hash = UInt8(ascii: "#")
}

extension UInt8 {
    /// Space or tab, the white space that folding knows.
    @inline(__always) var isBlank: Bool { self == ASCII.space || self == ASCII.tab }
    /// Blank, CR or LF.
    @inline(__always) var isWhitespace: Bool {
        isBlank || self == ASCII.lineFeed || self == ASCII.carriageReturn || self == 0x0C || self == 0x0B
    }
    @inline(__always) var isDigit: Bool { self &- 0x30 < 10 }
    @inline(__always) var isLetter: Bool { (self | 0x20) &- 0x61 < 26 }
    @inline(__always) var lowercased: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }

    var hexDigit: UInt8? {
        switch self {
        case 0x30...0x39: self &- 0x30
        case 0x41...0x46: self &- 0x37
        case 0x61...0x66: self &- 0x57
        default: nil
        }
    }
}

extension ArraySlice<UInt8> {
    /// Without white space at both ends.
    func trimmed() -> ArraySlice<UInt8> {
        var start = startIndex
        var end = endIndex
        while start < end, self[start].isWhitespace { start += 1 }
        while end > start, self[end - 1].isWhitespace { end -= 1 }
        return self[start..<end]
    }

    func equalsIgnoringCase(_ other: StaticString) -> Bool {
        guard count == other.utf8CodeUnitCount else { return false }
        return other.withUTF8Buffer { name in
            var index = 0
            for byte in self {
                if byte.lowercased != name[index].lowercased { return false }
                index += 1
            }
            return true
        }
    }

    /// Its ASCII letters in lower case; bytes that are no UTF-8 come out as U+FFFD.
    func lowercasedString() -> String {
        contains { $0 &- 0x41 < 26 }
            ? String(decoding: map(\.lowercased), as: UTF8.self) : String(decoding: self, as: UTF8.self)
    }
}
