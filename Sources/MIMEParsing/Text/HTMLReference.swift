/// One character reference: `&amp;`, `&#8364;`, `&#x20AC;`.
struct HTMLReference {
    /// The characters it stands for, in UTF-8.
    var utf8: [UInt8]
    /// Behind it.
    var end: Int

    /// What stands at `start`, an `&`; `nil` if it is only an ampersand. Old names may lack their `;` and may stand
    /// before other letters, but not in the value of an attribute, where `?a=1&copy=2` is a link.
    static func read(_ bytes: ArraySlice<UInt8>, at start: Int, inAttribute: Bool = false) -> HTMLReference? {
        var index = start + 1
        guard index < bytes.endIndex else { return nil }
        if bytes[index] == ASCII.hash { return number(bytes, at: index + 1) }
        let nameStart = index
        while index < bytes.endIndex, index - nameStart < HTMLEntities.maxName,
            bytes[index].isLetter || bytes[index].isDigit
        {
            index += 1
        }
        guard index > nameStart else { return nil }
        if index < bytes.endIndex, bytes[index] == ASCII.semicolon {
            let name = String(decoding: bytes[nameStart..<index], as: UTF8.self)
            if let utf8 = HTMLEntities.named[name] { return HTMLReference(utf8: utf8, end: index + 1) }
        }
        var end = min(index, nameStart + longestLooseName)
        while end - nameStart >= 2 {
            let name = String(decoding: bytes[nameStart..<end], as: UTF8.self)
            if let utf8 = HTMLEntities.loose[name] {
                guard inAttribute, end < bytes.endIndex else { return HTMLReference(utf8: utf8, end: end) }
                let next = bytes[end]
                let isName = next == ASCII.equals || next.isLetter || next.isDigit
                return isName ? nil : HTMLReference(utf8: utf8, end: end)
            }
            end -= 1
        }
        return nil
    }

    private static let longestLooseName = 6

    private static func number(_ bytes: ArraySlice<UInt8>, at start: Int) -> HTMLReference? {
        var index = start
        let isHex = index < bytes.endIndex && bytes[index].lowercased == UInt8(ascii: "x")
        if isHex { index += 1 }
        let digitsStart = index
        var value: UInt32 = 0
        while index < bytes.endIndex, let digit = bytes[index].hexDigit, isHex || digit < 10 {
            if value < 0x11_0000 { value = value * (isHex ? 16 : 10) + UInt32(digit) }
            index += 1
        }
        guard index > digitsStart else { return nil }
        if value >= 0x80, value < 0xA0 { value = Windows1252.scalar(for: UInt8(truncatingIfNeeded: value)) }
        let isClosed = index < bytes.endIndex && bytes[index] == ASCII.semicolon
        let scalar = value == 0 ? "\u{FFFD}" : Unicode.Scalar(value) ?? "\u{FFFD}"
        return HTMLReference(utf8: Array(String(Character(scalar)).utf8), end: isClosed ? index + 1 : index)
    }

    /// An attribute's value with every reference replaced.
    static func decodeAll(_ bytes: ArraySlice<UInt8>) -> String {
        guard bytes.contains(ASCII.ampersand) else { return String(decoding: bytes, as: UTF8.self) }
        var result: [UInt8] = []
        var index = bytes.startIndex
        while index < bytes.endIndex {
            if bytes[index] == ASCII.ampersand, let reference = read(bytes, at: index, inAttribute: true) {
                result.append(contentsOf: reference.utf8)
                index = reference.end
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
