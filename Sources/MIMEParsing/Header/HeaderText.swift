/// Header bytes to text.
enum HeaderText {
    /// Decodes encoded words and 8-bit characters; the result has no control characters.
    static func decode(_ bytes: ArraySlice<UInt8>, fallback: Charset = .windows1252) -> String {
        var hasControls = false
        var previous: UInt8 = 0
        for byte in bytes {
            if byte >= 0x80 || (byte == ASCII.question && previous == ASCII.equals) {
                return withoutControls(EncodedWord.decodeAll(bytes, fallback: fallback))
            }
            if byte < 0x20 || byte == 0x7F { hasControls = true }
            previous = byte
        }
        return hasControls ? removingControls(bytes) : String(decoding: bytes, as: UTF8.self)
    }

    /// Raw 8-bit: UTF-8 if it is, else `fallback`.
    static func guess(_ bytes: ArraySlice<UInt8>, fallback: Charset = .windows1252) -> String {
        String(validating: bytes, as: UTF8.self) ?? CharsetDecoder.decode(bytes, as: fallback)
    }

    /// CR, LF and tab become spaces, other C0 and C1 control characters and DEL go.
    static func withoutControls(_ text: String) -> String {
        let hasControls = text.utf8.contains { $0 < 0x20 || $0 == 0x7F || $0 == 0xC2 }
        guard hasControls else { return text }
        return removingControls(text.utf8)
    }

    private static func removingControls(_ utf8: some Collection<UInt8>) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(utf8.count)
        var isAfterC2 = false
        for byte in utf8 {
            // C1 is C2 80 to C2 9F.
            if isAfterC2 {
                isAfterC2 = false
                if byte < 0xA0 { continue }
                result.append(0xC2)
            }
            switch byte {
            case 0x09, 0x0A, 0x0D: result.append(ASCII.space)
            case 0x00..<0x20, 0x7F: continue
            case 0xC2: isAfterC2 = true
            default: result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
