/// Header bytes to text.
enum HeaderText {
    /// Decodes encoded words and 8-bit characters; the result has no control characters.
    static func decode(_ bytes: ArraySlice<UInt8>, fallback: Charset = .windows1252) -> String {
        var isPlain = true
        var previous: UInt8 = 0
        for byte in bytes {
            if byte &- 0x20 >= 0x5F || (byte == ASCII.question && previous == ASCII.equals) {
                isPlain = false
                break
            }
            previous = byte
        }
        if isPlain { return String(decoding: bytes, as: UTF8.self) }
        return withoutControls(EncodedWord.decodeAll(bytes, fallback: fallback))
    }

    /// Raw 8-bit: UTF-8 if it is, else `fallback`.
    static func guess(_ bytes: ArraySlice<UInt8>, fallback: Charset = .windows1252) -> String {
        String(validating: bytes, as: UTF8.self) ?? CharsetDecoder.decode(bytes, as: fallback)
    }

    /// CR, LF and tab become spaces, other C0 and C1 control characters and DEL go.
    static func withoutControls(_ text: String) -> String {
        let hasControls = text.utf8.contains { $0 < 0x20 || $0 == 0x7F || $0 == 0xC2 }
        guard hasControls else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x09, 0x0A, 0x0D: result.append(" ")
            case 0x00..<0x20, 0x7F..<0xA0: continue
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}
