/// Base64 (RFC 2045 §6.8), with the usual damage: characters that do not belong are skipped, missing padding is no
/// matter, pieces that were padded each for itself follow each other, and what a mailing list wrote below is left out.
enum Base64 {
    static let skip: UInt8 = 0xFF
    static let padding: UInt8 = 0xFE

    static let values: [UInt8] = {
        var values = [UInt8](repeating: skip, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        values[Int(ASCII.equals)] = padding
        return values
    }()

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// - Parameter isBody: whether it may have text below it that is none of it.
    static func decode(_ bytes: ArraySlice<UInt8>, isBody: Bool) -> [UInt8] {
        let text = isBody ? Base64Footer.cut(bytes) : bytes
        // Four characters make at most three bytes, two make one and three two.
        return [UInt8](unsafeUninitializedCapacity: text.count / 4 * 3 + 3) { buffer, count in
            var sink = BoundedBuffer(buffer)
            run(text, stopsAfterPadding: isBody, into: &sink)
            count = sink.count
        }
    }

    static func decodedCount(_ bytes: ArraySlice<UInt8>, isBody: Bool) -> Int {
        var count = ByteCount()
        run(isBody ? Base64Footer.cut(bytes) : bytes, stopsAfterPadding: isBody, into: &count)
        return count.count
    }

    @inline(__always)
    private static func run(_ bytes: ArraySlice<UInt8>, stopsAfterPadding: Bool, into sink: inout some ByteSink) {
        values.withUnsafeBufferPointer { values in
            bytes.withUnsafeBufferPointer { input in
                run(input, values, stopsAfterPadding: stopsAfterPadding, into: &sink)
            }
        }
    }

    /// `values` has an entry for every byte; `index` is held against `end` before each access.
    @inline(__always)
    private static func run(
        _ bytes: UnsafeBufferPointer<UInt8>, _ values: UnsafeBufferPointer<UInt8>, stopsAfterPadding: Bool,
        into sink: inout some ByteSink
    ) {
        var index = 0
        let end = bytes.count
        var bits: UInt32 = 0
        var count = 0
        var checkedTo = 0
        while index < end {
            if count == 0 {
                while index + 3 < end {
                    let first = values[Int(bytes[index])]
                    let second = values[Int(bytes[index + 1])]
                    let third = values[Int(bytes[index + 2])]
                    let fourth = values[Int(bytes[index + 3])]
                    guard first | second | third | fourth < 64 else { break }
                    sink.append(first << 2 | second >> 4, second << 4 | third >> 2, third << 6 | fourth)
                    index += 4
                }
                guard index < end else { break }
            }
            let value = values[Int(bytes[index])]
            index += 1
            if value < 64 {
                bits = bits << 6 | UInt32(value)
                count += 1
                if count == 4 {
                    sink.append(
                        UInt8(truncatingIfNeeded: bits >> 16), UInt8(truncatingIfNeeded: bits >> 8),
                        UInt8(truncatingIfNeeded: bits))
                    count = 0
                }
            } else if value == padding, count > 0 {
                flush(bits, count, into: &sink)
                count = 0
                while index < end, values[Int(bytes[index])] >= padding { index += 1 }
                if stopsAfterPadding, index >= checkedTo {
                    guard let lineEnd = lineOfBase64(bytes, values, at: index) else { return }
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
    private static func lineOfBase64(
        _ bytes: UnsafeBufferPointer<UInt8>, _ values: UnsafeBufferPointer<UInt8>, at start: Int
    ) -> Int? {
        var index = start
        var count = 0
        while index < bytes.count, bytes[index] != ASCII.lineFeed {
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
