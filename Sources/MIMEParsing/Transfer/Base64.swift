/// Base64 (RFC 2045 §6.8), with the usual damage: characters that do not belong are skipped, missing padding is no
/// matter, pieces that were padded each for itself follow each other.
enum Base64 {
    private static let skip: UInt8 = 0xFF
    private static let padding: UInt8 = 0xFE

    private static let values: [UInt8] = {
        var values = [UInt8](repeating: skip, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        values[Int(ASCII.equals)] = padding
        return values
    }()

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// - Parameter stopsAfterPadding: whether what follows `=` must look like more base64 to count, since mailing lists
    ///   append plain text.
    static func decode(_ bytes: ArraySlice<UInt8>, stopsAfterPadding: Bool) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count / 4 * 3 + 3)
        run(bytes, stopsAfterPadding: stopsAfterPadding, into: &result)
        return result
    }

    static func decodedCount(_ bytes: ArraySlice<UInt8>, stopsAfterPadding: Bool) -> Int {
        var count = ByteCount()
        run(bytes, stopsAfterPadding: stopsAfterPadding, into: &count)
        return count.count
    }

    @inline(__always)
    private static func run(_ bytes: ArraySlice<UInt8>, stopsAfterPadding: Bool, into sink: inout some ByteSink) {
        let values = Self.values
        var index = bytes.startIndex
        let end = bytes.endIndex
        var bits: UInt32 = 0
        var count = 0
        var checkedTo = index
        while index < end {
            if count == 0, index + 3 < end {
                let first = values[Int(bytes[index])]
                let second = values[Int(bytes[index + 1])]
                let third = values[Int(bytes[index + 2])]
                let fourth = values[Int(bytes[index + 3])]
                if first | second | third | fourth < 64 {
                    sink.append(first << 2 | second >> 4)
                    sink.append(second << 4 | third >> 2)
                    sink.append(third << 6 | fourth)
                    index += 4
                    continue
                }
            }
            let value = values[Int(bytes[index])]
            index += 1
            if value < 64 {
                bits = bits << 6 | UInt32(value)
                count += 1
                if count == 4 {
                    sink.append(UInt8(truncatingIfNeeded: bits >> 16))
                    sink.append(UInt8(truncatingIfNeeded: bits >> 8))
                    sink.append(UInt8(truncatingIfNeeded: bits))
                    count = 0
                }
            } else if value == padding, count > 0 {
                flush(bits, count, into: &sink)
                count = 0
                while index < end, values[Int(bytes[index])] >= padding { index += 1 }
                if stopsAfterPadding, index >= checkedTo {
                    guard let lineEnd = lineOfBase64(bytes, at: index) else { return }
                    checkedTo = lineEnd
                }
            }
        }
        flush(bits, count, into: &sink)
    }

    @inline(__always)
    private static func flush(_ bits: UInt32, _ count: Int, into sink: inout some ByteSink) {
        if count == 2 { sink.append(UInt8(truncatingIfNeeded: bits >> 4)) }
        if count == 3 {
            sink.append(UInt8(truncatingIfNeeded: bits >> 10))
            sink.append(UInt8(truncatingIfNeeded: bits >> 2))
        }
    }

    /// Where the line at `start` ends if it is base64: whole groups of its alphabet and nothing else.
    private static func lineOfBase64(_ bytes: ArraySlice<UInt8>, at start: Int) -> Int? {
        let values = Self.values
        var index = start
        var count = 0
        while index < bytes.endIndex, bytes[index] != ASCII.lineFeed {
            let byte = bytes[index]
            if !byte.isWhitespace {
                guard values[Int(byte)] != skip else { return nil }
                count += 1
            }
            index += 1
        }
        return count > 0 && count % 4 == 0 ? index : nil
    }

    /// Lines of 76 characters with CRLF.
    static func encodeLines(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count / 57 * 78 + 80)
        var index = 0
        while index < bytes.count {
            let end = min(index + 57, bytes.count)
            encode(bytes[index..<end], into: &result)
            result.append(ASCII.carriageReturn)
            result.append(ASCII.lineFeed)
            index = end
        }
        return result
    }

    static func encode(_ bytes: ArraySlice<UInt8>, into result: inout [UInt8]) {
        let alphabet = Self.alphabet
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let left = bytes.endIndex - index
            let first = bytes[index]
            let second = left > 1 ? bytes[index + 1] : 0
            let third = left > 2 ? bytes[index + 2] : 0
            result.append(alphabet[Int(first >> 2)])
            result.append(alphabet[Int((first & 3) << 4 | second >> 4)])
            result.append(left > 1 ? alphabet[Int((second & 15) << 2 | third >> 6)] : ASCII.equals)
            result.append(left > 2 ? alphabet[Int(third & 63)] : ASCII.equals)
            index += 3
        }
    }
}
