/// Finds the fields of a header and where the body begins.
enum HeaderScanner {
    struct Result {
        var block: HeaderBlock
        /// Behind the empty line, or where a delimiter or the end stopped the header.
        var bodyStart: Int
    }

    /// Some editors put it before everything.
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Reads lines in `range` until an empty one, or one beginning with `--` that `isDelimiter(start, end)` knows.
    /// Without an empty line, what follows the last field and is none itself counts as body.
    static func scan(
        _ bytes: [UInt8], in range: Range<Int>, limits: MIMELimits, isDelimiter: (Int, Int) -> Bool
    ) -> Result {
        var fields: [HeaderField] = []
        fields.reserveCapacity(32)
        let first = bytes[range].starts(with: byteOrderMark) ? range.lowerBound + 3 : range.lowerBound
        var position = first
        let end = range.upperBound
        var budget = limits.headerBlock
        var limitsReached: Set<MIMELimit> = []
        // The field being read: where it starts and its colon; `nil` while junk is skipped.
        var open: (start: Int, nameEnd: Int, colon: Int, folded: Bool)?
        var lastFieldEnd = first
        var previousLineEnd = first

        func close(at valueEnd: Int) {
            guard let field = open else { return }
            open = nil
            let size = min(valueEnd - field.start, limits.headerField)
            if size < valueEnd - field.start { limitsReached.insert(.headerField) }
            guard size <= budget else {
                budget = 0
                limitsReached.insert(.headerBlock)
                return
            }
            budget -= size
            fields.append(
                HeaderField(
                    bytes: bytes, name: field.start..<field.nameEnd,
                    value: (field.colon + 1)..<max(field.start + size, field.colon + 1), isFolded: field.folded,
                    limits: limits))
        }

        func result(bodyStart: Int) -> Result {
            Result(
                block: HeaderBlock(
                    fields: fields, limitsReached: limitsReached,
                    hasRawBytes: hasRawBytes(bytes, range.lowerBound..<bodyStart)),
                bodyStart: bodyStart)
        }

        while position < end {
            let lineStart = position
            position = ByteSearch.first(ASCII.lineFeed, in: bytes[position..<end]) ?? end
            var lineEnd = position
            while lineEnd > lineStart, bytes[lineEnd - 1] == ASCII.carriageReturn { lineEnd -= 1 }
            let isTerminated = position < end
            if isTerminated { position += 1 }

            let initial = lineEnd > lineStart ? bytes[lineStart] : 0
            if lineEnd == lineStart, isTerminated || position > lineStart {
                close(at: previousLineEnd)
                return result(bodyStart: position)
            }
            if initial.isBlank {
                if open != nil {
                    open?.folded = true
                    previousLineEnd = lineEnd
                    lastFieldEnd = position
                }
                continue
            }
            if initial == ASCII.hyphen, lineEnd - lineStart > 2, bytes[lineStart + 1] == ASCII.hyphen,
                isDelimiter(lineStart, lineEnd)
            {
                close(at: previousLineEnd)
                return result(bodyStart: lineStart)
            }
            close(at: previousLineEnd)
            if let (nameEnd, colon) = fieldName(bytes, from: lineStart, to: lineEnd) {
                open = (lineStart, nameEnd, colon, false)
                previousLineEnd = lineEnd
                lastFieldEnd = position
            } else if lineStart == first, isMboxLine(bytes, from: lineStart, to: lineEnd) {
                lastFieldEnd = position
            }
        }
        close(at: previousLineEnd)
        return result(bodyStart: lastFieldEnd)
    }

    /// Whether a header could begin at `start`: a field, or an mbox line before it.
    static func beginsHeader(_ bytes: [UInt8], at start: Int, end: Int) -> Bool {
        isField(bytes, at: start, end: end) || isMboxLine(bytes, from: start, to: end)
    }

    private static func hasRawBytes(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        bytes.withUnsafeBufferPointer { bytes in bytes[range].reduce(0, |) >= 0x80 }
    }

    /// Whether a field could begin at `start`.
    static func isField(_ bytes: [UInt8], at start: Int, end: Int) -> Bool {
        var lineEnd = start
        while lineEnd < end, bytes[lineEnd] != ASCII.lineFeed { lineEnd += 1 }
        return fieldName(bytes, from: start, to: lineEnd) != nil
    }

    /// Printable characters, then perhaps blanks (obsolete), then a colon (RFC 5322 §3.6.8, §4.5).
    private static func fieldName(_ bytes: [UInt8], from start: Int, to end: Int) -> (nameEnd: Int, colon: Int)? {
        var index = start
        while index < end {
            let byte = bytes[index]
            if byte == ASCII.colon || byte <= ASCII.space || byte >= 0x7F { break }
            index += 1
        }
        let nameEnd = index
        while index < end, bytes[index].isBlank { index += 1 }
        guard nameEnd > start, index < end, bytes[index] == ASCII.colon else { return nil }
        return (nameEnd, index)
    }

    private static func isMboxLine(_ bytes: [UInt8], from start: Int, to end: Int) -> Bool {
        let line = bytes[start..<end]
        return line.starts(with: "From ".utf8) || line.starts(with: ">From ".utf8)
    }
}
