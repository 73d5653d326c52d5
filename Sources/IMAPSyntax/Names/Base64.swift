/// Base64 over one of two alphabets: RFC 4648 §4 for SASL, RFC 3501 §5.1.3 for mailbox names.
struct Base64: Sendable {
    static let standard = Base64(last: UInt8(ascii: "/"))
    static let mailbox = Base64(last: UInt8(ascii: ","))

    private let alphabet: [UInt8]
    private let values: [UInt8]
    private static let invalid: UInt8 = 0xFF

    private init(last: UInt8) {
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+"
        alphabet = Array(letters.utf8) + [last]
        var values = [UInt8](repeating: Self.invalid, count: 256)
        for (value, letter) in alphabet.enumerated() { values[Int(letter)] = UInt8(value) }
        self.values = values
    }

    func encode(_ bytes: some Sequence<UInt8>, padded: Bool) -> [UInt8] {
        var result: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= 6 {
                count -= 6
                result.append(alphabet[Int(bits >> UInt32(count) & 0x3F)])
            }
            bits &= 0xFF
        }
        if count > 0 { result.append(alphabet[Int(bits << UInt32(6 - count) & 0x3F)]) }
        while padded, !result.count.isMultiple(of: 4) { result.append(UInt8(ascii: "=")) }
        return result
    }

    /// `nil` for bytes outside the alphabet and for left-over bits that are not zero; takes no padding.
    func decode(_ bytes: some Sequence<UInt8>) -> [UInt8]? {
        var result: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for byte in bytes {
            let value = values[Int(byte)]
            guard value != Self.invalid else { return nil }
            bits = (bits << 6 | UInt32(value)) & 0x3FFF
            count += 6
            if count >= 8 {
                count -= 8
                result.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        guard count < 6, bits & (1 << UInt32(count) - 1) == 0 else { return nil }
        return result
    }
}
