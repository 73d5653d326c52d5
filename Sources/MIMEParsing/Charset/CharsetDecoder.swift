/// Bytes in a charset to text; what cannot be read becomes U+FFFD. Never fails.
enum CharsetDecoder {
    static func decode(_ bytes: ArraySlice<UInt8>, as charset: Charset) -> String {
        switch charset.decoder {
        case .guess: return String(validating: bytes, as: UTF8.self) ?? Windows1252.decode(bytes)
        case .utf8: return utf8(bytes)
        case .windows1252: return Windows1252.decode(bytes)
        case .utf16(let bigEndian): return utf16(bytes, bigEndian: bigEndian)
        case .utf32(let bigEndian): return utf32(bytes, bigEndian: bigEndian)
        case .iso2022JP: return viaIconv(JapaneseMail.eucJP(bytes)[...], name: "EUC-JP-MS")
        case .hz: return viaIconv(ChineseMail.gb2312(bytes)[...], name: "GB18030")
        case .table(let name):
            guard let table = SingleByteTable.named(name) else { return decode(bytes, as: .unknown) }
            return table.decode(bytes)
        case .iconv(let name): return viaIconv(bytes, name: name)
        }
    }

    /// UTF-8 without a byte order mark. Text that has 8-bit characters but not one right sequence is not UTF-8
    /// whatever its label says.
    private static func utf8(_ bytes: ArraySlice<UInt8>) -> String {
        let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes
        if let valid = String(validating: text, as: UTF8.self) { return valid }
        return hasMultibyteSequence(text) ? String(decoding: text, as: UTF8.self) : Windows1252.decode(text)
    }

    private static func hasMultibyteSequence(_ bytes: ArraySlice<UInt8>) -> Bool {
        var index = bytes.startIndex
        while index + 1 < bytes.endIndex {
            let byte = bytes[index]
            if byte >= 0xC2, byte < 0xF5 {
                let length = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3
                if index + length < bytes.endIndex, (1...length).allSatisfy({ bytes[index + $0] & 0xC0 == 0x80 }) {
                    return true
                }
            }
            index += 1
        }
        return false
    }

    private static func utf16(_ bytes: ArraySlice<UInt8>, bigEndian: Bool?) -> String {
        var text = bytes
        var big = bigEndian ?? false
        if text.starts(with: [0xFE, 0xFF]) {
            big = true
            text = text.dropFirst(2)
        } else if text.starts(with: [0xFF, 0xFE]) {
            big = false
            text = text.dropFirst(2)
        } else if bigEndian == nil {
            // RFC 2781 §4.3 says big-endian; Latin text tells by where its zeros are.
            let zerosFirst = stride(from: text.startIndex, to: text.endIndex, by: 2).prefix(64).count { text[$0] == 0 }
            let zerosSecond = stride(from: text.startIndex + 1, to: text.endIndex, by: 2).prefix(64)
                .count { text[$0] == 0 }
            big = zerosFirst >= zerosSecond
        }
        var units: [UInt16] = []
        units.reserveCapacity(text.count / 2)
        var index = text.startIndex
        while index + 1 < text.endIndex {
            let first = UInt16(text[index])
            let second = UInt16(text[index + 1])
            units.append(big ? first << 8 | second : second << 8 | first)
            index += 2
        }
        return String(decoding: units, as: UTF16.self)
    }

    private static func utf32(_ bytes: ArraySlice<UInt8>, bigEndian: Bool?) -> String {
        var big = bigEndian ?? true
        if bytes.starts(with: [0xFF, 0xFE, 0, 0]) { big = false }
        var scalars = String.UnicodeScalarView()
        var index = bytes.startIndex
        while index + 3 < bytes.endIndex {
            var value: UInt32 = 0
            for offset in 0..<4 { value = value << 8 | UInt32(bytes[index + (big ? offset : 3 - offset)]) }
            if value != 0xFEFF { scalars.append(Unicode.Scalar(value) ?? "\u{FFFD}") }
            index += 4
        }
        return String(scalars)
    }

    private static func viaIconv(_ bytes: ArraySlice<UInt8>, name: String) -> String {
        if !bytes.contains(where: { $0 >= 0x80 || $0 == 0x1B }), !isSevenBit(name) {
            return String(decoding: bytes, as: UTF8.self)
        }
        guard let utf8 = Iconv.decode(bytes, from: name) else { return decode(bytes, as: .unknown) }
        return String(decoding: utf8, as: UTF8.self)
    }

    /// Charsets that write other characters with ASCII bytes.
    private static func isSevenBit(_ name: String) -> Bool { name == "UTF-7" || name == "ISO-2022-KR" }
}
