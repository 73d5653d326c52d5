/// Quoted-printable (RFC 2045 §6.7). An `=` that begins nothing is left as it is; 8-bit characters pass.
enum QuotedPrintable {
    static func decode(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        run(bytes, into: &result)
        return result
    }

    static func decodedCount(_ bytes: ArraySlice<UInt8>) -> Int {
        var count = ByteCount()
        run(bytes, into: &count)
        return count.count
    }

    /// The `Q` encoding of header words (RFC 2047 §4.2), where `_` is a space.
    static func decodeHeader(_ bytes: ArraySlice<UInt8>, into result: inout [UInt8]) {
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let byte = bytes[index]
            if byte == ASCII.underscore {
                result.append(ASCII.space)
            } else if byte == ASCII.equals, let value = hexPair(bytes, at: index + 1) {
                result.append(value)
                index += 2
            } else {
                result.append(byte)
            }
            index += 1
        }
    }

    static func hexPair(_ bytes: ArraySlice<UInt8>, at index: Int) -> UInt8? {
        guard index + 1 < bytes.endIndex, let high = bytes[index].hexDigit, let low = bytes[index + 1].hexDigit else {
            return nil
        }
        return high << 4 | low
    }

    @inline(__always)
    private static func run(_ bytes: ArraySlice<UInt8>, into sink: inout some ByteSink) {
        var index = bytes.startIndex
        let end = bytes.endIndex
        while index < end {
            let byte = bytes[index]
            if byte == ASCII.equals {
                if let value = hexPair(bytes, at: index + 1) {
                    sink.append(value)
                    index += 3
                } else if let next = lineEnd(bytes, from: index + 1) {
                    index = next
                } else {
                    sink.append(byte)
                    index += 1
                }
            } else if byte.isBlank {
                // Blanks at the end of a line were added on the way (rule 3).
                var blanksEnd = index
                while blanksEnd < end, bytes[blanksEnd].isBlank { blanksEnd += 1 }
                let isTail =
                    blanksEnd == end || bytes[blanksEnd] == ASCII.lineFeed
                    || (bytes[blanksEnd] == ASCII.carriageReturn && blanksEnd + 1 < end
                        && bytes[blanksEnd + 1] == ASCII.lineFeed)
                if !isTail {
                    for blank in index..<blanksEnd { sink.append(bytes[blank]) }
                }
                index = blanksEnd
            } else {
                sink.append(byte)
                index += 1
            }
        }
    }

    /// Behind the line break of a soft break whose `=` stands before `start`, blanks between them allowed; the end of
    /// the text counts as one.
    private static func lineEnd(_ bytes: ArraySlice<UInt8>, from start: Int) -> Int? {
        var index = start
        while index < bytes.endIndex, bytes[index].isBlank { index += 1 }
        if index == bytes.endIndex { return index }
        if bytes[index] == ASCII.carriageReturn {
            return index + 1 < bytes.endIndex && bytes[index + 1] == ASCII.lineFeed ? index + 2 : index + 1
        }
        return bytes[index] == ASCII.lineFeed ? index + 1 : nil
    }

    /// Text with any line breaks to lines of at most 76 characters with CRLF.
    static func encode(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        let text = LineEndings.crlf(Array(bytes))
        var result: [UInt8] = []
        result.reserveCapacity(text.count + text.count / 8)
        var column = 0
        var index = 0
        func isLineEnd(_ index: Int) -> Bool {
            index == text.count
                || (text[index] == ASCII.carriageReturn && index + 1 < text.count && text[index + 1] == ASCII.lineFeed)
        }
        while index < text.count {
            if isLineEnd(index) {
                result.append(contentsOf: [ASCII.carriageReturn, ASCII.lineFeed])
                column = 0
                index += 2
                continue
            }
            let byte = text[index]
            let isLast = isLineEnd(index + 1)
            let isFrom = column == 0 && (byte == UInt8(ascii: "F") || byte == ASCII.dot)
            let isLiteral =
                byte > ASCII.space && byte < 0x7F && byte != ASCII.equals && !isFrom || byte.isBlank && !isLast
            let width = isLiteral ? 1 : 3
            if column + width > (isLast ? 76 : 75) {
                result.append(contentsOf: [ASCII.equals, ASCII.carriageReturn, ASCII.lineFeed])
                column = 0
                continue
            }
            if isLiteral {
                result.append(byte)
            } else {
                result.append(contentsOf: [ASCII.equals, digits[Int(byte >> 4)], digits[Int(byte & 15)]])
            }
            column += width
            index += 1
        }
        return result
    }
}
