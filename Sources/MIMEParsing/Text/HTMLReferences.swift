/// What an HTML text shows from elsewhere.
enum HTMLReferences {
    private static let limit = 10_000

    /// Values of `src` and `background`, and every `cid:` anywhere (styles have them too), percent signs decoded.
    static func sources(in html: String) -> Set<String> {
        var result: Set<String> = []
        let bytes = Array(html.utf8)[...]
        var tokenizer = HTMLTokenizer(bytes)
        while let token = tokenizer.next(), result.count < limit {
            guard case .start(_, _, let attributes) = token else { continue }
            for value in [attributes[.source], attributes[.background]] {
                if let value { result.insert(decoded(value)) }
            }
        }
        var index = bytes.startIndex
        while index + 4 < bytes.endIndex, result.count < limit {
            if bytes[index].lowercased == UInt8(ascii: "c"), bytes[index..<(index + 4)].equalsIgnoringCase("cid:") {
                var end = index + 4
                while end < bytes.endIndex, !endsReference(bytes[end]) { end += 1 }
                result.insert("cid:" + decoded(bytes[(index + 4)..<end]))
                index = end
            } else {
                index += 1
            }
        }
        return result
    }

    private static func endsReference(_ byte: UInt8) -> Bool {
        byte.isWhitespace || byte == ASCII.quote || byte == ASCII.apostrophe || byte == ASCII.closeParenthesis
            || byte == ASCII.greater || byte == ASCII.less
    }

    private static func decoded(_ value: ArraySlice<UInt8>) -> String {
        let text = HTMLReference.decodeAll(value.trimmed())
        guard text.utf8.contains(ASCII.percent) else { return text }
        let bytes = Array(text.utf8)[...]
        var result: [UInt8] = []
        var index = bytes.startIndex
        while index < bytes.endIndex {
            if bytes[index] == ASCII.percent, let byte = QuotedPrintable.hexPair(bytes, at: index + 1) {
                result.append(byte)
                index += 3
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
