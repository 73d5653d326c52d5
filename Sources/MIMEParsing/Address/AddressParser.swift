import MailModel

/// Reads an address list (RFC 5322 §3.4, obsolete forms §4.4) in one pass, and makes the best of what is none.
struct AddressParser {
    /// A lexical element of one mailbox.
    struct Word {
        enum Kind {
            case atom, quoted, encoded, at
        }

        var kind: Kind
        /// Without quotes and backslashes.
        var text: ArraySlice<UInt8>
        var hasSpaceBefore: Bool
    }

    private let bytes: ArraySlice<UInt8>
    private let fallback: Charset
    private let limit: Int
    /// Whether a mailbox that is one encoded word may be read again as a list.
    private let readsEncodedLists: Bool
    private var position: Int
    private var finder: EncodedWord.Finder
    private var unclosedQuote = false
    private var unclosedComment = false

    private var addresses: [EmailAddress] = []
    private var isCut = false
    private var words: [Word] = []
    private var angle: [Word]?
    /// How many words stood before the angle.
    private var nameCount = 0
    private var comment: ArraySlice<UInt8>?
    /// Words before a comma that had no `@`: of `Doe, Jane <jane@example.org>`.
    private var held: [Word]?

    static func parse(
        _ bytes: ArraySlice<UInt8>, fallback: Charset = .windows1252, limit: Int, readsEncodedLists: Bool = true
    ) -> (addresses: [EmailAddress], isCut: Bool) {
        var parser = AddressParser(bytes, fallback: fallback, limit: limit, readsEncodedLists: readsEncodedLists)
        parser.run()
        return (parser.addresses, parser.isCut)
    }

    private init(_ bytes: ArraySlice<UInt8>, fallback: Charset, limit: Int, readsEncodedLists: Bool) {
        self.bytes = bytes
        self.fallback = fallback
        self.limit = limit
        self.readsEncodedLists = readsEncodedLists
        position = bytes.startIndex
        finder = EncodedWord.Finder(bytes)
    }

    private static let separators: Set<UInt8> = [ASCII.comma, ASCII.semicolon, ASCII.greater]

    private mutating func run() {
        var hasSpace = false
        while position < bytes.endIndex, addresses.count < limit {
            let byte = bytes[position]
            switch byte {
            case ASCII.comma:
                position += 1
                finishMailbox(atComma: true)
            case ASCII.semicolon:
                position += 1
                finishMailbox(atComma: false)
            case ASCII.colon:
                position += 1
                // `Friends:` begins a group; its name is no address.
                if angle == nil, !words.contains(where: { $0.kind == .at }) {
                    words.removeAll(keepingCapacity: true)
                    held = nil
                    comment = nil
                }
            case ASCII.less:
                position += 1
                if angle != nil { finishBeforeSecondAngle() }
                nameCount = words.count
                angle = angleWords()
            case ASCII.greater:
                position += 1
            default:
                if let word = nextWord(hasSpaceBefore: hasSpace) {
                    words.append(word)
                    hasSpace = false
                } else {
                    hasSpace = true
                }
                continue
            }
            hasSpace = true
        }
        finishMailbox(atComma: false)
        isCut =
            addresses.count > limit || bytes[position...].contains { !$0.isWhitespace && !Self.separators.contains($0) }
        if addresses.count > limit { addresses.removeLast(addresses.count - limit) }
    }

    // MARK: Words

    /// The element at `position`; `nil` for white space and comments, which are passed over.
    private mutating func nextWord(hasSpaceBefore: Bool) -> Word? {
        let byte = bytes[position]
        if byte <= ASCII.space || byte == 0x7F {
            position += 1
            return nil
        }
        let start = position
        switch byte {
        case ASCII.openParenthesis where !unclosedComment:
            if let end = QuotedText.commentEnd(bytes, at: start) {
                let content = QuotedText.unescape(bytes[(start + 1)..<(end - 1)]).trimmed()
                if comment == nil, !content.isEmpty { comment = content }
                position = end
                return nil
            }
            unclosedComment = true
            position += 1
            return nil
        case ASCII.quote:
            if !unclosedQuote, let end = QuotedText.quotedEnd(bytes, at: start) {
                position = end
                let content = QuotedText.unescape(bytes[(start + 1)..<(end - 1)])
                return Word(kind: .quoted, text: content, hasSpaceBefore: hasSpaceBefore)
            }
            unclosedQuote = true
            position += 1
            return nil
        case ASCII.backslash:
            position += 1
            return nil
        case ASCII.at:
            position += 1
            return Word(kind: .at, text: bytes[start..<position], hasSpaceBefore: hasSpaceBefore)
        case ASCII.equals:
            if start + 1 < bytes.endIndex, bytes[start + 1] == ASCII.question, let encoded = finder.word(at: start) {
                position = encoded.end
                return Word(kind: .encoded, text: bytes[start..<encoded.end], hasSpaceBefore: hasSpaceBefore)
            }
        case ASCII.openBracket:
            // A domain literal may hold colons: `[IPv6:2001:db8::1]`.
            if let end = literalEnd(from: start) {
                position = end
                return Word(kind: .atom, text: bytes[start..<end], hasSpaceBefore: hasSpaceBefore)
            }
        default: break
        }
        position += 1
        while position < bytes.endIndex, !Self.endsAtom(bytes[position]) { position += 1 }
        return Word(kind: .atom, text: bytes[start..<position], hasSpaceBefore: hasSpaceBefore)
    }

    /// Behind the `]` of a domain literal; literals are short.
    private func literalEnd(from start: Int) -> Int? {
        guard start > bytes.startIndex, bytes[start - 1] == ASCII.at else { return nil }
        let window = bytes[start...].prefix(80)
        guard let end = window.firstIndex(of: ASCII.closeBracket), !window[..<end].contains(ASCII.greater) else {
            return nil
        }
        return end + 1
    }

    private static func endsAtom(_ byte: UInt8) -> Bool {
        switch byte {
        case 0...0x20, 0x7F, ASCII.comma, ASCII.semicolon, ASCII.colon, ASCII.less, ASCII.greater, ASCII.at,
            ASCII.openParenthesis, ASCII.quote, ASCII.backslash:
            true
        default: false
        }
    }

    /// What stands behind `<` up to `>`, or up to where the next mailbox must begin if that is missing.
    private mutating func angleWords() -> [Word] {
        skipRoute()
        var inside: [Word] = []
        let outerComment = comment
        while position < bytes.endIndex {
            let byte = bytes[position]
            if byte == ASCII.greater {
                position += 1
                break
            }
            if byte == ASCII.comma || byte == ASCII.semicolon { break }
            if byte == ASCII.less {
                position += 1
                inside.removeAll()
            } else if byte == ASCII.colon {
                // `<mailto:jane@example.org>`
                position += 1
                if !inside.contains(where: { $0.kind == .at }) { inside.removeAll() }
            } else if let word = nextWord(hasSpaceBefore: false) {
                inside.append(word)
            }
        }
        if let outerComment { comment = outerComment }
        return inside
    }

    /// `@a.example,@b.example:` before the address (RFC 5322 §4.4) tells nothing any more.
    private mutating func skipRoute() {
        var index = position
        while index < bytes.endIndex, bytes[index].isWhitespace { index += 1 }
        guard index < bytes.endIndex, bytes[index] == ASCII.at else { return }
        while index < bytes.endIndex, bytes[index] != ASCII.greater, bytes[index] != ASCII.less {
            if bytes[index] == ASCII.colon {
                position = index + 1
                return
            }
            index += 1
        }
    }

    // MARK: Mailboxes

    private mutating func finishMailbox(atComma: Bool) {
        defer {
            words.removeAll(keepingCapacity: true)
            angle = nil
            comment = nil
        }
        if let angle {
            var name = words
            if let held {
                name = held + [Word(kind: .atom, text: [ASCII.comma], hasSpaceBefore: false)] + words
                self.held = nil
            }
            addAngleAddress(angle, name: name)
        } else if words.contains(where: { $0.kind == .at }) {
            releaseHeld()
            addBareAddresses()
        } else if !words.isEmpty {
            let mayBeName = atComma && held == nil
            releaseHeld()
            if mayBeName { held = words } else { addWithoutDomain(words) }
        }
        if !atComma { releaseHeld() }
    }

    /// `Jane <jane@x.org> Bob <bob@x.org>`: what stands between belongs to the second.
    private mutating func finishBeforeSecondAngle() {
        let next = Array(words[nameCount...])
        words.removeLast(next.count)
        finishMailbox(atComma: false)
        words = next
    }

    private mutating func releaseHeld() {
        guard let words = held else { return }
        held = nil
        addWithoutDomain(words)
    }

    private mutating func addAngleAddress(_ angle: [Word], name words: [Word]) {
        let name = words.isEmpty ? comment.map { HeaderText.decode($0, fallback: fallback) } ?? "" : phrase(words[...])
        let (localpart, domain) = addrSpec(angle[...])
        if localpart.isEmpty, domain.isEmpty, name.isEmpty { return }
        addresses.append(EmailAddress(name: name, localpart: localpart, domain: domain))
    }

    /// `jane@example.org (Jane)`, `Jane jane@example.org`, and two addresses without a comma between them.
    private mutating func addBareAddresses() {
        var name: [Word] = []
        var index = words.startIndex
        let first = addresses.count
        while index < words.endIndex {
            var end = index + 1
            while end < words.endIndex, isGlued(end) { end += 1 }
            let run = words[index..<end]
            if run.contains(where: { $0.kind == .at }) {
                let (localpart, domain) = addrSpec(run)
                if !localpart.isEmpty || !domain.isEmpty {
                    addresses.append(EmailAddress(name: phrase(name[...]), localpart: localpart, domain: domain))
                }
                name.removeAll()
            } else {
                name.append(contentsOf: run)
            }
            index = end
        }
        guard addresses.count == first + 1, addresses[first].name.isEmpty else { return }
        if !name.isEmpty {
            addresses[first].name = phrase(name[...])
        } else if let comment {
            addresses[first].name = HeaderText.decode(comment, fallback: fallback)
        }
    }

    /// Whether word `index` belongs to the same address as the one before.
    private func isGlued(_ index: Int) -> Bool {
        let word = words[index]
        let previous = words[index - 1]
        return !word.hasSpaceBefore || word.kind == .at || previous.kind == .at || word.text.first == ASCII.dot
            || previous.text.elementsEqual([ASCII.dot])
    }

    /// `root`, or `undisclosed recipients`, or a whole address that somebody put into an encoded word.
    private mutating func addWithoutDomain(_ words: [Word]) {
        let name = phrase(words[...])
        if readsEncodedLists, name.utf8.contains(ASCII.at), words.contains(where: { $0.kind == .encoded }) {
            let inner = Array(name.utf8)
            let left = limit - addresses.count
            addresses += AddressParser.parse(inner[...], limit: max(left, 0), readsEncodedLists: false).addresses
        } else if words.count == 1, words[0].kind != .encoded {
            addresses.append(EmailAddress(name: "", localpart: name, domain: ""))
        } else if !name.isEmpty {
            addresses.append(EmailAddress(name: name, localpart: "", domain: ""))
        }
    }

    private func addrSpec(_ words: ArraySlice<Word>) -> (localpart: String, domain: String) {
        let at = words.lastIndex { $0.kind == .at }
        // Nearly always: word, @, word.
        if at == words.startIndex + 1, words.count == 3, words[words.startIndex].text.first != ASCII.apostrophe {
            return (
                HeaderText.decode(words[words.startIndex].text, fallback: fallback),
                DomainName.display(words[words.startIndex + 2].text, fallback: fallback)
            )
        }
        var local: [UInt8] = []
        for word in words[..<(at ?? words.endIndex)] { local.append(contentsOf: word.text) }
        var domain: [UInt8] = []
        if let at { for word in words[(at + 1)...] { domain.append(contentsOf: word.text) } }
        // Outlook's 'jane@example.org'.
        if local.first == ASCII.apostrophe, (at == nil ? local : domain).last == ASCII.apostrophe, local.count > 1 {
            local.removeFirst()
            if at == nil { local.removeLast() } else { domain.removeLast() }
        }
        return (HeaderText.decode(local[...], fallback: fallback), DomainName.display(domain[...], fallback: fallback))
    }

    /// Words of a display name with one space where there was any.
    private func phrase(_ words: ArraySlice<Word>) -> String {
        guard let first = words.first else { return "" }
        if words.count == 1 { return HeaderText.decode(first.text.trimmed(), fallback: fallback) }
        var joined = Array(first.text)
        for word in words.dropFirst() {
            if word.hasSpaceBefore { joined.append(ASCII.space) }
            joined.append(contentsOf: word.text)
        }
        return HeaderText.decode(joined[...].trimmed(), fallback: fallback)
    }
}
