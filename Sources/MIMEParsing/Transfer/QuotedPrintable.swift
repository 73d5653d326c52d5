/// Quoted-printable (RFC 2045 §6.7). An `=` that begins nothing is left as it is; 8-bit characters pass.
enum QuotedPrintable {
    static func decode(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        // Nothing becomes longer.
        [UInt8](unsafeUninitializedCapacity: bytes.count) { buffer, count in
            var sink = BoundedBuffer(buffer)
            run(bytes, into: &sink)
            count = sink.count
        }
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

    /// Line by line: blanks at the end of a line were added on the way (rule 3), and an `=` there joins it with the
    /// next.
    @inline(__always)
    private static func run(_ bytes: ArraySlice<UInt8>, into sink: inout some ByteSink) {
        bytes.withUnsafeBufferPointer { bytes in
            var start = 0
            while start < bytes.count {
                let lineFeed = ByteSearch.first(ASCII.lineFeed, in: bytes, from: start) ?? bytes.count
                let next = min(lineFeed + 1, bytes.count)
                var lineEnd = lineFeed
                if lineEnd < next, lineEnd > start, bytes[lineEnd - 1] == ASCII.carriageReturn { lineEnd -= 1 }
                var end = lineEnd
                while end > start, bytes[end - 1].isBlank { end -= 1 }
                let isSoft = end > start && bytes[end - 1] == ASCII.equals
                line(bytes, start, isSoft ? end - 1 : end, into: &sink)
                if !isSoft { sink.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[lineEnd..<next])) }
                start = next
            }
        }
    }

    /// What stands between `start` and `end`, within which all reads stay.
    @inline(__always)
    private static func line(
        _ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int, into sink: inout some ByteSink
    ) {
        let line = UnsafeBufferPointer(rebasing: bytes[start..<end])
        var index = 0
        while index < line.count {
            let equals = ByteSearch.first(ASCII.equals, in: line, from: index) ?? line.count
            sink.append(contentsOf: UnsafeBufferPointer(rebasing: line[index..<equals]))
            index = equals
            guard index < line.count else { return }
            if index + 2 < line.count, let high = line[index + 1].hexDigit, let low = line[index + 2].hexDigit {
                sink.append(high << 4 | low)
                index += 3
            } else if let next = bareBreak(line, from: index + 1) {
                index = next
            } else {
                sink.append(ASCII.equals)
                index += 1
            }
        }
    }

    /// Behind the bare CR of a soft break whose `=` stands before `start`, blanks between them allowed.
    private static func bareBreak(_ line: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        var index = start
        while index < line.count, line[index].isBlank { index += 1 }
        return index < line.count && line[index] == ASCII.carriageReturn ? index + 1 : nil
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
