import Synchronization

/// A charset of one byte a character, asked of the C library once and kept: each later text costs no call.
struct SingleByteTable: Sendable {
    /// UTF-8 of each byte, the first lowest, and how many bytes that is in the highest.
    private let entries: [UInt32]

    /// 256 characters, none above U+FFFF.
    init(_ characters: [UInt16]) {
        entries = characters.map { scalar in
            var entry: UInt32 = 0
            var count: UInt32 = 0
            for byte in String(Unicode.Scalar(scalar) ?? "\u{FFFD}").utf8 {
                entry |= UInt32(byte) << (8 * count)
                count += 1
            }
            return entry | count << 24
        }
    }

    /// `nil` for a name that the C library does not know. What it cannot read, and what lies above U+FFFF, is U+FFFD.
    private init?(named name: String) {
        var characters: [UInt16] = []
        for byte in UInt8.min...UInt8.max {
            guard let utf8 = Iconv.decode([byte], from: name) else { return nil }
            let scalars = String(decoding: utf8, as: UTF8.self).unicodeScalars
            let scalar = scalars.count == 1 ? scalars.first?.value : nil
            characters.append(scalar.flatMap { UInt16(exactly: $0) } ?? 0xFFFD)
        }
        self.init(characters)
    }

    private static let known = Mutex<[String: SingleByteTable]>([:])

    /// `name` must come from `CharsetNames`, so that few are ever kept.
    static func named(_ name: String) -> SingleByteTable? {
        if let table = known.withLock({ $0[name] }) { return table }
        guard let table = SingleByteTable(named: name) else { return nil }
        known.withLock { $0[name] = table }
        return table
    }

    func decode(_ bytes: ArraySlice<UInt8>) -> String {
        bytes.withUnsafeBufferPointer { input in
            entries.withUnsafeBufferPointer { entries in
                let size = input.reduce(0) { $0 &+ Int(entries[Int($1)] >> 24) }
                return String(unsafeUninitializedCapacity: size) { output in
                    var count = 0
                    for byte in input {
                        // An entry for each byte there can be, and room for all of them was counted.
                        var entry = entries[Int(byte)]
                        for _ in 0..<(entry >> 24) {
                            output[count] = UInt8(truncatingIfNeeded: entry)
                            entry >>= 8
                            count += 1
                        }
                    }
                    return count
                }
            }
        }
    }
}
