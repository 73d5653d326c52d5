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
        /// The C library's name.
        case iconv(String)
    }

    let decoder: Decoder

    static let unknown = Charset(decoder: .guess)
    static let utf8 = Charset(decoder: .utf8)
    static let windows1252 = Charset(decoder: .windows1252)
    /// By its byte order mark.
    static let utf16 = Charset(decoder: .utf16(bigEndian: nil))

    private init(decoder: Decoder) { self.decoder = decoder }

    /// `nil` for a name that no table of ours knows. Case, punctuation and a leading `x-` do not count.
    init?(name: String) {
        var key: [UInt8] = []
        for byte in name.utf8.prefix(64) where byte.isLetter || byte.isDigit { key.append(byte.lowercased) }
        let utf8Key = String(decoding: key, as: UTF8.self)
        if let decoder = CharsetNames.table[utf8Key] {
            self.decoder = decoder
        } else if key.first == UInt8(ascii: "x"), let decoder = CharsetNames.table[String(utf8Key.dropFirst())] {
            self.decoder = decoder
        } else {
            return nil
        }
    }

    /// Whether 8-bit bytes without any label may be read in it: it must be one where they cannot be UTF-8.
    var suitsRawBytes: Bool {
        switch decoder {
        case .windows1252, .iconv: true
        case .guess, .utf8, .utf16, .utf32, .iso2022JP, .hz: false
        }
    }
}
