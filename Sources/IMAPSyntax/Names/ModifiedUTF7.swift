/// The encoding of mailbox names (RFC 3501 §5.1.3): printable ASCII stands for itself, `&` is `&-`, all else is UTF-16
/// in base64 with `,` for `/`, between `&` and `-`.
enum ModifiedUTF7 {
    static func encode(_ text: String) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.utf8.count)
        var pending: [UInt8] = []
        func flush() {
            guard !pending.isEmpty else { return }
            result.append(UInt8(ascii: "&"))
            result += Base64.mailbox.encode(pending, padded: false)
            result.append(UInt8(ascii: "-"))
            pending.removeAll()
        }
        for unit in text.utf16 {
            if unit >= 0x20, unit < 0x7F {
                flush()
                result.append(UInt8(truncatingIfNeeded: unit))
                if unit == 0x26 { result.append(UInt8(ascii: "-")) }
            } else {
                pending.append(UInt8(truncatingIfNeeded: unit >> 8))
                pending.append(UInt8(truncatingIfNeeded: unit))
            }
        }
        flush()
        return result
    }

    /// `nil` when the bytes are no modified UTF-7.
    static func decode(_ bytes: [UInt8]) -> String? {
        guard bytes.allSatisfy({ $0 < 0x80 }) else { return nil }
        guard bytes.contains(UInt8(ascii: "&")) else { return String(decoding: bytes, as: UTF8.self) }
        var units: [UInt16] = []
        units.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            guard byte == UInt8(ascii: "&") else {
                units.append(UInt16(byte))
                continue
            }
            guard let end = bytes[index...].firstIndex(of: UInt8(ascii: "-")) else { return nil }
            if end == index {
                units.append(0x26)
            } else {
                guard let octets = Base64.mailbox.decode(bytes[index..<end]), octets.count.isMultiple(of: 2) else {
                    return nil
                }
                for pair in stride(from: 0, to: octets.count, by: 2) {
                    units.append(UInt16(octets[pair]) << 8 | UInt16(octets[pair + 1]))
                }
            }
            index = end + 1
        }
        return String(validating: units, as: UTF16.self)
    }
}
