/// Content-Transfer-Encoding (RFC 2045 §6).
enum TransferEncoding: Hashable, Sendable {
    /// `7bit`, `8bit`, `binary`, and whatever is not known.
    case identity
    case base64
    case quotedPrintable
    case uuencode

    init(_ value: ArraySlice<UInt8>) {
        var letters: [UInt8] = []
        for byte in value.prefix(64) {
            if byte == ASCII.semicolon || byte == ASCII.openParenthesis { break }
            if byte.isLetter || byte.isDigit { letters.append(byte.lowercased) }
        }
        switch String(decoding: letters, as: UTF8.self) {
        case "base64", "b64", "xbase64": self = .base64
        case "quotedprintable", "qp", "xquotedprintable": self = .quotedPrintable
        case "xuuencode", "uuencode", "xuue", "uue": self = .uuencode
        default: self = .identity
        }
    }

    func decode(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        switch self {
        case .identity: return Array(bytes)
        case .base64: return Base64.decode(bytes, isBody: true)
        case .quotedPrintable: return QuotedPrintable.decode(bytes)
        case .uuencode: return UUEncoding.decode(bytes)
        }
    }

    /// As many as `decode` returns, without making them.
    func decodedCount(_ bytes: ArraySlice<UInt8>) -> Int {
        switch self {
        case .identity: return bytes.count
        case .base64: return Base64.decodedCount(bytes, isBody: true)
        case .quotedPrintable: return QuotedPrintable.decodedCount(bytes)
        case .uuencode: return UUEncoding.decodedCount(bytes)
        }
    }
}
