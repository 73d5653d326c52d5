/// Encoded words of RFC 2047 (with RFC 2231's language): `=?utf-8?Q?Gr=C3=BC=C3=9Fe?=`. They are found anywhere in the
/// text, with spaces or question marks inside too, because mail has them so.
struct EncodedWord {
    var charset: ArraySlice<UInt8>
    var isBase64: Bool
    var payload: ArraySlice<UInt8>
    /// Behind the closing `?=`.
    var end: Int

    /// Finds encoded words in one text, linear even where `?=` never comes.
    struct Finder {
        let bytes: ArraySlice<UInt8>
        /// From here on there is no `?=`, as far as known.
        private var unclosedFrom: Int

        init(_ bytes: ArraySlice<UInt8>) {
            self.bytes = bytes
            unclosedFrom = bytes.endIndex
        }

        /// The encoded word that begins at `start`, where `=?` stands.
        mutating func word(at start: Int) -> EncodedWord? {
            var index = start + 2
            let charsetStart = index
            let limit = min(bytes.endIndex, charsetStart + 76)
            while index < limit, EncodedWord.isToken(bytes[index]) { index += 1 }
            guard index > charsetStart, index + 2 < bytes.endIndex, bytes[index] == ASCII.question,
                bytes[index + 2] == ASCII.question
            else { return nil }
            let charset = bytes[charsetStart..<index]
            let encoding = bytes[index + 1].lowercased
            guard encoding == UInt8(ascii: "b") || encoding == UInt8(ascii: "q") else { return nil }
            let payloadStart = index + 3
            guard payloadStart < unclosedFrom else { return nil }
            index = payloadStart
            while index + 1 < bytes.endIndex {
                if bytes[index] == ASCII.question, bytes[index + 1] == ASCII.equals {
                    return EncodedWord(
                        charset: charset, isBase64: encoding == UInt8(ascii: "b"),
                        payload: bytes[payloadStart..<index], end: index + 2)
                }
                index += 1
            }
            unclosedFrom = payloadStart
            return nil
        }
    }

    /// Decodes every encoded word; white space between two of them goes, and those of one charset are joined before
    /// their bytes are read, so that characters cut in two come together again.
    static func decodeAll(_ bytes: ArraySlice<UInt8>, fallback: Charset) -> String {
        var finder = Finder(bytes)
        var result = ""
        var run = Run()
        var literalStart = bytes.startIndex
        var index = bytes.startIndex
        while index < bytes.endIndex {
            guard bytes[index] == ASCII.equals, index + 1 < bytes.endIndex, bytes[index + 1] == ASCII.question,
                let word = finder.word(at: index)
            else {
                index += 1
                continue
            }
            let literal = bytes[literalStart..<index]
            if run.isEmpty || !literal.allSatisfy(\.isWhitespace) {
                run.flush(into: &result)
                result += HeaderText.guess(literal, fallback: fallback)
            }
            run.append(word, flushingInto: &result)
            index = word.end
            literalStart = index
        }
        run.flush(into: &result)
        result += HeaderText.guess(bytes[literalStart...], fallback: fallback)
        return result
    }

    /// Adjacent encoded words of one charset.
    private struct Run {
        private var charset: Charset?
        private var bytes: [UInt8] = []
        /// Base64 texts of words not decoded yet.
        private var base64: [ArraySlice<UInt8>] = []
        private(set) var isEmpty = true

        mutating func append(_ word: EncodedWord, flushingInto result: inout String) {
            var name = word.charset
            if let star = name.firstIndex(of: ASCII.asterisk) { name = name[..<star] }
            let wordCharset = Charset(name: String(decoding: name, as: UTF8.self)) ?? .unknown
            if !isEmpty, wordCharset != charset { flush(into: &result) }
            isEmpty = false
            charset = wordCharset
            if word.isBase64 {
                base64.append(word.payload)
            } else {
                decodeBase64()
                QuotedPrintable.decodeHeader(word.payload, into: &bytes)
            }
        }

        mutating func flush(into result: inout String) {
            guard !isEmpty else { return }
            decodeBase64()
            result += CharsetDecoder.decode(bytes[...], as: charset ?? .unknown)
            bytes.removeAll()
            isEmpty = true
        }

        /// Some senders cut the text inside a group of four, others leave out the padding of each word. Together they
        /// make whole groups in the first case; one character beyond those there never is.
        private mutating func decodeBase64() {
            guard !base64.isEmpty else { return }
            var count = 0
            for word in base64 { count += word.count { Base64.values[Int($0)] < Base64.padding } }
            if count % 4 == 1 {
                for word in base64 { bytes.append(contentsOf: Base64.decode(word, isBody: false)) }
            } else {
                bytes.append(contentsOf: Base64.decode(Array(base64.joined())[...], isBody: false))
            }
            base64.removeAll()
        }
    }

    /// RFC 2047 `token`, as wide as senders take it.
    private static func isToken(_ byte: UInt8) -> Bool {
        byte > ASCII.space && byte < 0x7F && byte != ASCII.question && byte != ASCII.equals && byte != ASCII.quote
            && byte != ASCII.less && byte != ASCII.greater && byte != ASCII.comma
    }
}
