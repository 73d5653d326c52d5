/// Message identifiers as in Message-ID, In-Reply-To and References (RFC 5322 §3.6.4).
public enum MessageIDList {
    /// Ids are cut off here.
    static let limit = 5000

    /// The identifiers in order, without brackets and without white space that folding left in them. Where there are
    /// no brackets, every word with an `@` counts, and a single word in any case.
    public static func parse(_ raw: [UInt8]) -> [String] {
        let bytes = raw[...].trimmed()
        var result: [String] = []
        var index = bytes.startIndex
        var unclosedComment = false
        while index < bytes.endIndex, result.count < limit {
            if bytes[index] == ASCII.openParenthesis, !unclosedComment {
                if let end = QuotedText.commentEnd(bytes, at: index) {
                    index = end
                    continue
                }
                unclosedComment = true
            }
            guard bytes[index] == ASCII.less else {
                index += 1
                continue
            }
            var start = index + 1
            index = start
            while index < bytes.endIndex, bytes[index] != ASCII.greater {
                if bytes[index] == ASCII.less { start = index + 1 }
                index += 1
            }
            append(bytes[start..<index], to: &result)
            index += 1
        }
        return result.isEmpty && !bytes.contains(ASCII.less) ? withoutBrackets(bytes) : result
    }

    private static func withoutBrackets(_ bytes: ArraySlice<UInt8>) -> [String] {
        let words = bytes.split(maxSplits: limit, whereSeparator: \.isWhitespace)
        var result: [String] = []
        for word in words.prefix(limit) where words.count == 1 || word.contains(ASCII.at) { append(word, to: &result) }
        return result
    }

    private static func append(_ id: ArraySlice<UInt8>, to result: inout [String]) {
        let text = id.contains(where: \.isWhitespace) ? id.filter { !$0.isWhitespace }[...] : id
        guard !text.isEmpty else { return }
        result.append(HeaderText.withoutControls(HeaderText.guess(text)))
    }
}
