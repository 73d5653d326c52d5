/// HTML as it is in mail, cut into text and tags in one pass.
struct HTMLTokenizer {
    enum Token {
        case text(ArraySlice<UInt8>)
        case start(HTMLElement, HTMLElement.Name, HTMLAttributes)
        case end(HTMLElement, HTMLElement.Name)
    }

    private let bytes: ArraySlice<UInt8>
    private var position: Int
    // What was looked for once and is not there any more.
    private var unclosedComment = false
    private var unclosedQuotes: Set<UInt8> = []
    private var unclosedElements: Set<HTMLElement.Name> = []
    private let elements = HTMLElement.named
    private let attributeNames = HTMLAttribute.named

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
            let name = HTMLElement.Name(tagName())
            _ = attributes()
            return .some(.end(elements[name] ?? .other, name))
        case let byte where byte.isLetter:
            position = start
            let tag = tagName()
            let name = HTMLElement.Name(tag)
            let element = elements[name] ?? .other
            let attributes = attributes()
            if element == .dropped {
                if !unclosedElements.contains(name) { skipElement(tag) }
                return .some(nil)
            }
            return .some(.start(element, name, attributes))
        default:
            return nil
        }
    }

    private mutating func skipDeclaration(from start: Int) {
        if bytes[start...].starts(with: "!--".utf8), !unclosedComment {
            // `<!-->` is a whole comment, and `--!>` ends one too.
            var index = start + 1
            while index + 2 < bytes.endIndex {
                if bytes[index] == ASCII.hyphen, bytes[index + 1] == ASCII.hyphen {
                    let isLoud = bytes[index + 2] == UInt8(ascii: "!") && index > start + 2
                    let end = index + (isLoud ? 3 : 2)
                    if end < bytes.endIndex, bytes[end] == ASCII.greater {
                        position = end + 1
                        return
                    }
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
    private mutating func skipElement(_ tag: ArraySlice<UInt8>) {
        let name = tag.map(\.lowercased)
        var index = position
        while index + 2 + name.count <= bytes.endIndex {
            if bytes[index] == ASCII.less, bytes[index + 1] == ASCII.slash,
                bytes[(index + 2)..<(index + 2 + name.count)].lazy.map(\.lowercased).elementsEqual(name)
            {
                let end = index + 2 + name.count
                if end == bytes.endIndex || !(bytes[end].isLetter || bytes[end].isDigit) {
                    position = end
                    while position < bytes.endIndex, bytes[position] != ASCII.greater { position += 1 }
                    position = min(position + 1, bytes.endIndex)
                    return
                }
            }
            index += 1
        }
        unclosedElements.insert(HTMLElement.Name(tag))
    }

    private mutating func tagName() -> ArraySlice<UInt8> {
        let start = position
        while position < bytes.endIndex {
            let byte = bytes[position]
            if byte.isWhitespace || byte == ASCII.greater || byte == ASCII.slash || byte == ASCII.less { break }
            position += 1
        }
        return bytes[start..<position]
    }

    /// Reads to behind `>`.
    private mutating func attributes() -> HTMLAttributes {
        var result = HTMLAttributes()
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
            if let attribute = attributeNames[HTMLElement.Name(name)] { result.add(attribute, value) }
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
