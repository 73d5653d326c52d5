/// The lines that mailing lists and virus scanners write below a base64 body without looking at what it is.
enum Base64Footer {
    /// They are short; nothing further from the end is looked at.
    private static let window = 16 << 10

    /// The body without what follows its last line of base64, if that reads like prose. Data that are damaged stay.
    static func cut(_ body: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let first = max(body.startIndex, body.endIndex - window)
        var end = body.endIndex
        var cut: Int?
        while end > first {
            let start = (body[first..<end].dropLast().lastIndex(of: ASCII.lineFeed) ?? first - 1) + 1
            let line = body[start..<end].trimmed()
            if isData(line) {
                // A footer of one word cannot be told from data, one with prose above it can.
                guard let cut else { return body }
                return body[..<cut]
            }
            // With nothing above it, it is no footer.
            if isProse(line), start > body.startIndex { cut = start }
            end = start
        }
        return body
    }

    /// As long as no word is, or padded.
    private static func isData(_ line: ArraySlice<UInt8>) -> Bool {
        guard line.count >= 32 || (line.count >= 4 && line.count % 4 == 0 && line.last == ASCII.equals) else {
            return false
        }
        return line.allSatisfy { Base64.values[Int($0)] != Base64.skip }
    }

    /// Words with spaces between them, or a ruled line.
    private static func isProse(_ line: ArraySlice<UInt8>) -> Bool {
        guard let initial = line.first, line.count >= 4 else { return false }
        if Base64.values[Int(initial)] == Base64.skip, line.allSatisfy({ $0 == initial }) { return true }
        let words = line.split(separator: ASCII.space)
        return words.count > 1 && words.contains { $0.count > 3 }
    }
}
