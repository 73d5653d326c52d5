/// HTML as it is in mail, cut into text and tags in one pass.
struct HTMLTokenizer {
    enum Token {
        case text(ArraySlice<UInt8>)
        /// Names are lower case; attribute values still hold character references.
        case start(name: String, attributes: [(name: String, value: ArraySlice<UInt8>)])
        case end(name: String)
    }

    /// Elements whose attributes matter here.
    private static let withAttributes: Set<String> = ["a", "img", "meta", "ol", "body", "table", "td"]
    /// Elements that hold no markup and nothing to read.
    private static let dropped: Set<String> = ["script", "style", "title", "template", "iframe", "noembed", "xml"]

    private let bytes: ArraySlice<UInt8>
    private var position: Int
    // What was looked for once and is not there any more.
    private var unclosedComment = false
    private var unclosedQuotes: Set<UInt8> = []
    private var unclosedElements: Set<String> = []

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    mutating func next() -> Token? {
        while position < bytes.endIndex {
            if bytes[position] == ASCII.less, let token = markup() {
                if let token { return token }
                continue
            }
            let start = position
            position += 1
            while position < bytes.endIndex, bytes[position] != ASCII.less { position += 1 }
            return .text(bytes[start..<position])
        }
        return nil
    }

    /// The tag here; inner `nil` for comments and what is dropped; outer `nil` where `<` is only a character.
    private mutating func markup() -> Token?? {
        let start = position + 1
        guard start < bytes.endIndex else { return nil }
        switch bytes[start] {
        case UInt8(ascii: "!"), ASCII.question:
            skipDeclaration(from: start)
            return .some(nil)
        case ASCII.slash:
            guard start + 1 < bytes.endIndex, bytes[start + 1].isLetter else { return nil }
            position = start + 1
            let name = tagName()
            _ = attributes(wanted: false)
            return .some(.end(name: name))
        case let byte where byte.isLetter:
            position = start
            let name = tagName()
            let attributes = attributes(wanted: Self.withAttributes.contains(name))
            if Self.dropped.contains(name), !unclosedElements.contains(name) {
                skipElement(name)
                return .some(nil)
            }
            return .some(.start(name: name, attributes: attributes))
        default:
            return nil
        }
    }

    private mutating func skipDeclaration(from start: Int) {
        if bytes[start...].starts(with: "!--".utf8), !unclosedComment {
            // `<!-->` is a whole comment.
            var index = start + 1
            while index + 2 < bytes.endIndex {
                if bytes[index] == ASCII.hyphen, bytes[index + 1] == ASCII.hyphen, bytes[index + 2] == ASCII.greater {
                    position = index + 3
                    return
                }
                index += 1
            }
            unclosedComment = true
        }
        position = start
        while position < bytes.endIndex, bytes[position] != ASCII.greater { position += 1 }
        position = min(position + 1, bytes.endIndex)
    }

    /// To behind `</name>`; nothing is skipped if that never comes.
    private mutating func skipElement(_ name: String) {
        let name8 = Array(name.utf8)
        var index = position
        while index + 2 + name8.count <= bytes.endIndex {
            if bytes[index] == ASCII.less, bytes[index + 1] == ASCII.slash,
                bytes[(index + 2)..<(index + 2 + name8.count)].lazy.map(\.lowercased).elementsEqual(name8)
            {
                position = index
                while position < bytes.endIndex, bytes[position] != ASCII.greater { position += 1 }
                position = min(position + 1, bytes.endIndex)
                return
            }
            index += 1
        }
        unclosedElements.insert(name)
    }

    private mutating func tagName() -> String {
        let start = position
        while position < bytes.endIndex {
            let byte = bytes[position]
            if byte.isWhitespace || byte == ASCII.greater || byte == ASCII.slash || byte == ASCII.less { break }
            position += 1
        }
        return bytes[start..<position].lowercasedString()
    }

    /// Reads to behind `>`.
    private mutating func attributes(wanted: Bool) -> [(name: String, value: ArraySlice<UInt8>)] {
        var result: [(name: String, value: ArraySlice<UInt8>)] = []
        while position < bytes.endIndex, bytes[position] != ASCII.greater {
            // A tag that was never closed ends where the next begins.
            if bytes[position] == ASCII.less { return result }
            if bytes[position].isWhitespace || bytes[position] == ASCII.slash {
                position += 1
                continue
            }
            let start = position
            position += 1
            while position < bytes.endIndex, !bytes[position].isWhitespace, bytes[position] != ASCII.equals,
                bytes[position] != ASCII.greater, bytes[position] != ASCII.slash
            {
                position += 1
            }
            let name = bytes[start..<position]
            skipSpace()
            var value: ArraySlice<UInt8> = []
            if position < bytes.endIndex, bytes[position] == ASCII.equals {
                position += 1
                skipSpace()
                value = attributeValue()
            }
            if wanted, result.count < 64 { result.append((name.lowercasedString(), value)) }
        }
        position = min(position + 1, bytes.endIndex)
        return result
    }

    private mutating func attributeValue() -> ArraySlice<UInt8> {
        guard position < bytes.endIndex else { return [] }
        let quote = bytes[position]
        if quote == ASCII.quote || quote == ASCII.apostrophe, !unclosedQuotes.contains(quote) {
            if let end = bytes[(position + 1)...].firstIndex(of: quote) {
                let value = bytes[(position + 1)..<end]
                position = end + 1
                return value
            }
            unclosedQuotes.insert(quote)
        }
        let start = position
        while position < bytes.endIndex, !bytes[position].isWhitespace, bytes[position] != ASCII.greater {
            position += 1
        }
        return bytes[start..<position]
    }

    private mutating func skipSpace() {
        while position < bytes.endIndex, bytes[position].isWhitespace { position += 1 }
    }
}
