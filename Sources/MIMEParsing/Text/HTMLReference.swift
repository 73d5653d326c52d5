/// One character reference: `&amp;`, `&#8364;`, `&#x20AC;`.
struct HTMLReference {
    var scalar: Unicode.Scalar
    /// Behind it.
    var end: Int

    /// Longest name in the table, and then some.
    private static let maxName = 16

    /// What stands at `start`, an `&`; `nil` if it is only an ampersand. A missing `;` is tolerated.
    static func read(_ bytes: ArraySlice<UInt8>, at start: Int) -> HTMLReference? {
        var index = start + 1
        guard index < bytes.endIndex else { return nil }
        if bytes[index] == ASCII.hash {
            return number(bytes, at: index + 1)
        }
        let nameStart = index
        while index < bytes.endIndex, index - nameStart < maxName, bytes[index].isLetter || bytes[index].isDigit {
            index += 1
        }
        let name = String(decoding: bytes[nameStart..<index], as: UTF8.self)
        guard let value = HTMLEntities.named[name], let scalar = Unicode.Scalar(value) else { return nil }
        let isClosed = index < bytes.endIndex && bytes[index] == ASCII.semicolon
        // `?a=1&copy=2` is a link: without `;` only a name that nothing follows counts.
        guard isClosed || index == bytes.endIndex || bytes[index] != ASCII.equals else { return nil }
        return HTMLReference(scalar: scalar, end: isClosed ? index + 1 : index)
    }

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
        return HTMLReference(scalar: scalar, end: isClosed ? index + 1 : index)
    }

    /// `bytes` with every reference replaced, as in an attribute's value.
    static func decodeAll(_ bytes: ArraySlice<UInt8>) -> String {
        guard bytes.contains(ASCII.ampersand) else { return String(decoding: bytes, as: UTF8.self) }
        let replacement = UTF8.encodedReplacementCharacter
        var result: [UInt8] = []
        var index = bytes.startIndex
        while index < bytes.endIndex {
            if bytes[index] == ASCII.ampersand, let reference = read(bytes, at: index) {
                result.append(contentsOf: UTF8.encode(reference.scalar) ?? replacement)
                index = reference.end
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
