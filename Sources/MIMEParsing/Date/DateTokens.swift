/// The pieces of a date's text.
enum DateToken: Equatable {
    /// A number with its digits counted, and the sign that stood before it.
    case number(Int, digits: Int, sign: Character?)
    /// `12:30:59`, `12.30.59` with two dots; fractions of a second are dropped.
    case time(hour: Int, minute: Int, second: Int)
    /// `23-11-2026`, `2026/11/23`, `23.11.2026`.
    case date(Int, Int, Int, firstDigits: Int, lastDigits: Int, separator: Character)
    /// Lower case.
    case word(String)
}

enum DateTokens {
    /// Dates are short; what follows is noise.
    private static let maxLength = 256

    static func split(_ text: String) -> [DateToken] {
        let bytes = Array(text.utf8.prefix(maxLength))
        var tokens: [DateToken] = []
        var index = 0
        var depth = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == ASCII.openParenthesis { depth += 1 }
            if byte == ASCII.closeParenthesis, depth > 0 { depth -= 1 }
            if depth > 0 {
                index += 1
            } else if byte.isDigit {
                tokens.append(number(bytes, &index, after: tokens.last))
            } else if byte.isLetter || byte >= 0x80 {
                let start = index
                while index < bytes.count, bytes[index].isLetter || bytes[index] >= 0x80 { index += 1 }
                if let half = halfOfDay(bytes, from: start, &index) {
                    tokens.append(.word(half))
                    continue
                }
                let word = String(decoding: bytes[start..<index], as: UTF8.self).lowercased()
                tokens.append(.word(word))
                if DateNames.zones[word] != nil { skipZoneRule(bytes, &index) }
            } else {
                index += 1
            }
        }
        return tokens
    }

    /// What follows `EST` in `EST5EDT`.
    private static func skipZoneRule(_ bytes: [UInt8], _ index: inout Int) {
        guard index + 1 < bytes.count, bytes[index].isDigit, bytes[index + 1].isLetter else { return }
        index += 1
        while index < bytes.count, bytes[index].isLetter { index += 1 }
    }

    /// `a.m.` and `p.m.`, whose first letter ends at `index`.
    private static func halfOfDay(_ bytes: [UInt8], from start: Int, _ index: inout Int) -> String? {
        guard index == start + 1, index + 1 < bytes.count, bytes[index] == ASCII.dot,
            bytes[index + 1].lowercased == UInt8(ascii: "m")
        else { return nil }
        switch bytes[start].lowercased {
        case UInt8(ascii: "a"):
            index += 2
            return "am"
        case UInt8(ascii: "p"):
            index += 2
            return "pm"
        default: return nil
        }
    }

    /// Groups of digits with one kind of separator between them.
    private static func number(_ bytes: [UInt8], _ index: inout Int, after previous: DateToken?) -> DateToken {
        let start = index
        var groups = [digits(bytes, &index)]
        var separator: UInt8 = 0
        while groups.count < 3, index + 1 < bytes.count, bytes[index + 1].isDigit {
            let byte = bytes[index]
            guard [ASCII.colon, ASCII.dot, ASCII.hyphen, ASCII.slash].contains(byte) else { break }
            guard separator == 0 || separator == byte else { break }
            separator = byte
            index += 1
            groups.append(digits(bytes, &index))
        }
        let sign = sign(bytes, before: start, after: previous)
        if separator == ASCII.colon, sign != nil, groups.count == 2 {
            return .number(groups[0].value % 10_000 * 100 + groups[1].value % 10_000, digits: 4, sign: sign)
        }
        if separator == ASCII.colon {
            skipFraction(bytes, &index)
            return .time(hour: groups[0].value, minute: groups[1].value, second: groups.count > 2 ? groups[2].value : 0)
        }
        if groups.count == 3 {
            // `02.28.37` behind a year is a time.
            if separator == ASCII.dot, groups.allSatisfy({ $0.count == 2 }), case .number(_, 4, _) = previous {
                return .time(hour: groups[0].value, minute: groups[1].value, second: groups[2].value)
            }
            return .date(
                groups[0].value, groups[1].value, groups[2].value, firstDigits: groups[0].count,
                lastDigits: groups[2].count, separator: Character(Unicode.Scalar(separator)))
        }
        if groups.count == 2 {
            // `1994-` of something else: only the first number, the rest comes again.
            index = start
            _ = digits(bytes, &index)
        }
        return .number(groups[0].value, digits: groups[0].count, sign: sign)
    }

    /// The sign of an offset; a hyphen as in `23-Nov-2026` is none.
    private static func sign(_ bytes: [UInt8], before start: Int, after previous: DateToken?) -> Character? {
        guard start > 0 else { return nil }
        // `- 0500`
        if start > 2, bytes[start - 1].isBlank, bytes[start - 3].isBlank, case .time = previous {
            if bytes[start - 2] == ASCII.hyphen { return "-" }
            if bytes[start - 2] == UInt8(ascii: "+") { return "+" }
        }
        if bytes[start - 1] == UInt8(ascii: "+") { return "+" }
        guard bytes[start - 1] == ASCII.hyphen else { return nil }
        if start == 1 || bytes[start - 2].isWhitespace { return "-" }
        switch previous {
        case .time: return "-"
        case .word(let word): return ["gmt", "utc", "ut"].contains(word) ? "-" : nil
        case .number, .date, nil: return nil
        }
    }

    private static func digits(_ bytes: [UInt8], _ index: inout Int) -> (value: Int, count: Int) {
        let start = index
        var value = 0
        while index < bytes.count, bytes[index].isDigit {
            if value < 100_000_000_000_000 { value = value * 10 + Int(bytes[index] &- 0x30) }
            index += 1
        }
        return (value, index - start)
    }

    private static func skipFraction(_ bytes: [UInt8], _ index: inout Int) {
        guard index + 1 < bytes.count, bytes[index] == ASCII.dot || bytes[index] == ASCII.comma,
            bytes[index + 1].isDigit
        else { return }
        index += 1
        _ = digits(bytes, &index)
    }
}
