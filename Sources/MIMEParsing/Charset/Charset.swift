/// A character set that mail uses, found by any of its names (`CharsetNames`).
struct Charset: Hashable, Sendable {
    enum Decoder: Hashable, Sendable {
        /// Valid UTF-8 or else windows-1252; also what US-ASCII is read with, since 8-bit characters stand in it.
        case guess
        case utf8
        case windows1252
        case utf16(bigEndian: Bool?)
        case utf32(bigEndian: Bool?)
        case iso2022JP
        case hz
        /// One byte a character. The C library's name.
        case table(String)
        /// Several bytes a character. The C library's name.
        case iconv(String)
    }

    let decoder: Decoder

    static let unknown = Charset(decoder: .guess)
    static let utf8 = Charset(decoder: .utf8)
    static let windows1252 = Charset(decoder: .windows1252)
    /// By its byte order mark.
    static let utf16 = Charset(decoder: .utf16(bigEndian: nil))

    private init(decoder: Decoder) { self.decoder = decoder }

    /// `nil` for a name that no table of ours knows. Case, punctuation and a leading `x-` do not count, nor does what
    /// follows the name: `"utf-8"; format=flowed`, `utf-8//TRANSLIT`.
    init?(name: String) {
        let bytes = Array(name.utf8.prefix(64))
        let word = bytes.drop { !$0.isLetter && !$0.isDigit }.prefix { !Self.endsName($0) }
        guard let decoder = Self.decoder(bytes[...]) ?? Self.decoder(word) else { return nil }
        self.decoder = decoder
    }

    private static func decoder(_ name: ArraySlice<UInt8>) -> Decoder? {
        var key: [UInt8] = []
        for byte in name where byte.isLetter || byte.isDigit { key.append(byte.lowercased) }
        if let decoder = CharsetNames.table[String(decoding: key, as: UTF8.self)] { return decoder }
        let standard = key.drop { $0 == UInt8(ascii: "x") }
        guard standard.count < key.count else { return nil }
        return CharsetNames.table[String(decoding: standard, as: UTF8.self)]
    }

    private static func endsName(_ byte: UInt8) -> Bool {
        byte.isWhitespace || byte == ASCII.semicolon || byte == ASCII.comma || byte == ASCII.slash
            || byte == ASCII.quote || byte == ASCII.apostrophe || byte == ASCII.equals || byte == ASCII.less
            || byte == ASCII.openParenthesis
    }

    /// Whether 8-bit bytes without any label may be read in it: it must be one where they cannot be UTF-8.
    var suitsRawBytes: Bool {
        switch decoder {
        case .windows1252, .table, .iconv: true
        case .guess, .utf8, .utf16, .utf32, .iso2022JP, .hz: false
        }
    }
}
