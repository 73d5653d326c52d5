/// `value; name=value; ...` as in Content-Type and Content-Disposition (RFC 2045 §5.1, RFC 2231).
struct ParameterizedValue: Sendable {
    /// Lower case, what stands before the first `;`.
    var value: String
    /// By lower-case name, decoded.
    var parameters: [String: String]
    /// Whether there are more parameters than were read (`MIMELimits.parameters`).
    var isCut: Bool

    init(_ field: HeaderField, limits: MIMELimits) {
        self.init(field.unfolded, fallback: field.fallback, limit: limits.parameters)
    }

    init(_ bytes: ArraySlice<UInt8>, fallback: Charset = .windows1252, limit: Int) {
        var scanner = Scanner(bytes: bytes, position: bytes.startIndex)
        value = scanner.mainValue()
        var segments = Segments()
        var count = 0
        while count < limit, let (name, raw) = scanner.nextParameter() {
            segments.add(name, raw)
            count += 1
        }
        parameters = segments.decoded(fallback: fallback)
        isCut = count == limit && scanner.nextParameter() != nil
    }

    // MARK: Scanning

    private struct Scanner {
        let bytes: ArraySlice<UInt8>
        var position: Int
        /// Set when an opened comment or quoted string was found to have no end.
        var unclosedComment = false
        var unclosedQuote = false

        mutating func mainValue() -> String {
            skipSpace()
            let start = position
            if position < bytes.endIndex, bytes[position] == ASCII.quote, let quoted = quotedString() {
                return quoted.trimmed().lowercasedString()
            }
            var text: [UInt8] = []
            while position < bytes.endIndex {
                let byte = bytes[position]
                if byte == ASCII.semicolon || byte == ASCII.comma { break }
                if byte.isWhitespace || byte == ASCII.openParenthesis {
                    let before = position
                    skipSpace()
                    // A comment without its end is passed over by nobody.
                    guard position > before else { break }
                    // `text / plain`, `text/(comment)plain`
                    let goesOn = position < bytes.endIndex && bytes[position] == ASCII.slash
                    guard goesOn || (text.last == ASCII.slash && position > start) else { break }
                    if position == start { break }
                    continue
                }
                text.append(byte)
                position += 1
            }
            // `Content-Type: charset=utf-8` has no value at all.
            if text.contains(ASCII.equals) {
                position = start
                return ""
            }
            return text[...].lowercasedString()
        }

        /// The next `name=value`, the value still encoded.
        mutating func nextParameter() -> (name: ArraySlice<UInt8>, value: ArraySlice<UInt8>)? {
            while position < bytes.endIndex {
                skipSeparators()
                let start = position
                while position < bytes.endIndex {
                    let byte = bytes[position]
                    if byte == ASCII.equals || byte == ASCII.semicolon || byte.isWhitespace { break }
                    position += 1
                }
                let name = bytes[start..<position]
                skipSpace()
                guard position < bytes.endIndex, bytes[position] == ASCII.equals else {
                    // A stray word or a bare attribute.
                    if position == start { position += 1 }
                    continue
                }
                position += 1
                skipSpace()
                let value = parameterValue()
                if !name.isEmpty { return (name, value) }
            }
            return nil
        }

        private mutating func parameterValue() -> ArraySlice<UInt8> {
            guard position < bytes.endIndex else { return [] }
            if bytes[position] == ASCII.quote, let quoted = quotedString() { return quoted }
            // Unquoted values with spaces in them are common: they end where the next `;` is. What stands behind a
            // space is only another parameter if it has its `=`.
            let start = position
            var wordEnd = position
            while position < bytes.endIndex, bytes[position] != ASCII.semicolon {
                if bytes[position].isWhitespace {
                    if beginsParameter() { break }
                } else if bytes[position] == ASCII.openParenthesis, position > start,
                    bytes[position - 1].isWhitespace, let end = commentEnd()
                {
                    position = end
                    continue
                } else {
                    wordEnd = position + 1
                }
                position += 1
            }
            var value = bytes[start..<wordEnd]
            if value.first == ASCII.quote { value = value.dropFirst() }
            return value
        }

        /// Whether behind the white space here a token and its `=` stand.
        private func beginsParameter() -> Bool {
            var index = position
            while index < bytes.endIndex, bytes[index].isWhitespace { index += 1 }
            let start = index
            while index < bytes.endIndex, index - start < 40, bytes[index].isLetter || bytes[index] == ASCII.hyphen {
                index += 1
            }
            while index < bytes.endIndex, bytes[index].isDigit || bytes[index] == ASCII.asterisk { index += 1 }
            return index > start && index < bytes.endIndex && bytes[index] == ASCII.equals
        }

        private mutating func quotedString() -> ArraySlice<UInt8>? {
            guard !unclosedQuote else { return nil }
            var index = position + 1
            var hasEscapes = false
            while index < bytes.endIndex, bytes[index] != ASCII.quote {
                if bytes[index] == ASCII.backslash {
                    hasEscapes = true
                    index += 1
                }
                index += 1
            }
            guard index < bytes.endIndex else {
                unclosedQuote = true
                return nil
            }
            let content = bytes[(position + 1)..<index]
            position = index + 1
            return hasEscapes ? QuotedText.unescapeQuotes(content) : content
        }

        private mutating func commentEnd() -> Int? {
            guard !unclosedComment else { return nil }
            if let end = QuotedText.commentEnd(bytes, at: position) { return end }
            unclosedComment = true
            return nil
        }

        private mutating func skipSpace() {
            while position < bytes.endIndex {
                if bytes[position].isWhitespace {
                    position += 1
                } else if bytes[position] == ASCII.openParenthesis, let end = commentEnd() {
                    position = end
                } else {
                    return
                }
            }
        }

        private mutating func skipSeparators() {
            repeat {
                skipSpace()
                guard position < bytes.endIndex,
                    bytes[position] == ASCII.semicolon || bytes[position] == ASCII.comma
                else { return }
                position += 1
            } while true
        }
    }

    // MARK: RFC 2231

    /// Pieces of parameters until all are known.
    private struct Segments {
        private struct Piece {
            var number: Int
            var isExtended: Bool
            var bytes: ArraySlice<UInt8>

            /// Of `name*=`, which is the whole value.
            static let whole = -1
        }

        private var plain: [String: ArraySlice<UInt8>] = [:]
        private var extended: [String: [Piece]] = [:]

        mutating func add(_ name: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>) {
            guard let star = name.firstIndex(of: ASCII.asterisk) else {
                let key = name.lowercasedString()
                if plain[key] == nil { plain[key] = value }
                return
            }
            let key = name[..<star].lowercasedString()
            var tail = name[(star + 1)...]
            let isExtended = tail.isEmpty || tail.last == ASCII.asterisk
            if tail.last == ASCII.asterisk { tail = tail.dropLast() }
            var number = tail.isEmpty ? Piece.whole : 0
            for byte in tail.prefix(6) where byte.isDigit { number = number * 10 + Int(byte &- 0x30) }
            extended[key, default: []].append(Piece(number: number, isExtended: isExtended, bytes: value))
        }

        func decoded(fallback: Charset) -> [String: String] {
            var result = plain.mapValues { HeaderText.decode($0, fallback: fallback) }
            for (name, pieces) in extended { result[name] = join(pieces, fallback: fallback) }
            return result
        }

        private func join(_ unsorted: [Piece], fallback: Charset) -> String {
            let pieces = unsorted.enumerated()
                .sorted { ($0.element.number, $0.offset) < ($1.element.number, $1.offset) }.map(\.element)
            var charset: Charset?
            var bytes: [UInt8] = []
            var last: Int?
            for piece in pieces where piece.number != last {
                if last == Piece.whole { break }
                last = piece.number
                var text = piece.bytes
                if piece.isExtended {
                    if bytes.isEmpty, charset == nil, let (name, rest) = charsetPrefix(text) {
                        charset = Charset(name: String(decoding: name, as: UTF8.self)) ?? .unknown
                        text = rest
                    }
                    percentDecode(text, into: &bytes)
                } else {
                    bytes.append(contentsOf: text)
                }
            }
            if let charset { return HeaderText.withoutControls(CharsetDecoder.decode(bytes[...], as: charset)) }
            return HeaderText.decode(bytes[...], fallback: fallback)
        }

        /// `charset'language'` before the text.
        private func charsetPrefix(_ bytes: ArraySlice<UInt8>) -> (ArraySlice<UInt8>, ArraySlice<UInt8>)? {
            guard let first = bytes.firstIndex(of: ASCII.apostrophe),
                let second = bytes[(first + 1)...].firstIndex(of: ASCII.apostrophe), first - bytes.startIndex < 64
            else { return nil }
            return (bytes[..<first], bytes[(second + 1)...])
        }

        private func percentDecode(_ text: ArraySlice<UInt8>, into bytes: inout [UInt8]) {
            var index = text.startIndex
            while index < text.endIndex {
                if text[index] == ASCII.percent, let value = QuotedPrintable.hexPair(text, at: index + 1) {
                    bytes.append(value)
                    index += 3
                } else {
                    bytes.append(text[index])
                    index += 1
                }
            }
        }
    }
}
