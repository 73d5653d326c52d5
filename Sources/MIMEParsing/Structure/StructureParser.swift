/// Builds the MIME tree in one pass over the message: every line is held against the boundaries of all multiparts that
/// are open, so that a missing closing delimiter costs nothing and hides nothing (RFC 2046 §5.1).
struct StructureParser {
    /// What ended a body.
    private enum Stop: Equatable {
        case end
        /// A delimiter of the multipart that is `level` deep in `boundaries`.
        case delimiter(level: Int, closes: Bool)
    }

    /// What came behind a body.
    private struct Ending {
        /// Where the delimiter's line begins, or the end of the message.
        var place: Int
        /// Behind the delimiter's line.
        var next: Int
        var stop: Stop
    }

    /// How often a boundary that never comes may be replaced by one that does; each costs another look.
    private static let maxGuesses = 8

    private let bytes: [UInt8]
    private let limits: MIMELimits
    private var boundaries: [[UInt8]] = []
    private var partCount: Int
    private var guesses = 0
    private var limitsReached: Set<MIMELimit> = []
    /// That of the first text which names one where 8-bit characters are no UTF-8: raw bytes in headers that name none
    /// are read in it.
    private var rawCharset: Charset?

    private init(_ bytes: [UInt8], limits: MIMELimits) {
        self.bytes = bytes
        self.limits = limits
        partCount = 0
    }

    /// For bytes that were decoded from a part of what `outer` parses.
    private init(_ bytes: [UInt8], inside outer: StructureParser) {
        self.bytes = bytes
        limits = outer.limits
        partCount = outer.partCount
        rawCharset = outer.rawCharset
    }

    static func parse(_ bytes: [UInt8], limits: MIMELimits) -> (root: MessagePart, limitsReached: Set<MIMELimit>) {
        var parser = StructureParser(LineEndings.withLines(bytes), limits: limits)
        var root = parser.message(at: 0, numbering: "", depth: 0).part
        if root.header.needsCharset, let charset = parser.rawCharset { root.header.readRawBytes(as: charset) }
        return (root, parser.limitsReached)
    }

    // MARK: Parts

    /// A whole message, which begins at `start`; `numbering` is the number of the part that holds it.
    private mutating func message(at start: Int, numbering: String, depth: Int) -> (part: MessagePart, ending: Ending) {
        part(at: start, depth: depth, defaultType: "text/plain") { isMultipart in
            isMultipart
                ? (numbering.isEmpty ? "TEXT" : numbering + ".TEXT", numbering)
                : (numbering.isEmpty ? "1" : numbering + ".1", numbering.isEmpty ? "1" : numbering + ".1")
        }
    }

    /// - Parameter numbered: the part's path and the prefix of its children's, for a multipart or anything else.
    private mutating func part(
        at start: Int, depth: Int, defaultType: String, numbered: (Bool) -> (path: String, prefix: String)
    ) -> (part: MessagePart, ending: Ending) {
        partCount += 1
        var scanned = scanHeader(at: start)
        limitsReached.formUnion(scanned.block.limitsReached)
        if scanned.block.needsCharset, let rawCharset { scanned.block.readRawBytes(as: rawCharset) }
        let header = PartHeader(scanned.block, defaultType: defaultType, limits: limits)
        if header.hasMoreParameters { limitsReached.insert(.parameters) }
        if rawCharset == nil, header.mediaType.hasPrefix("text/"), let name = header.parameters["charset"],
            let charset = Charset(name: name), charset.suitsRawBytes
        {
            rawCharset = charset
        }
        let (path, prefix) = numbered(header.mediaType.hasPrefix("multipart/"))
        var part = MessagePart(
            path: path, mediaType: header.mediaType, parameters: header.parameters, filename: header.filename,
            disposition: header.disposition, contentID: header.contentID, header: scanned.block, children: [],
            rawBody: scanned.bodyStart..<scanned.bodyStart, source: bytes, start: start, encoding: header.encoding)
        let ending = readBody(of: &part, from: scanned.bodyStart, numbering: prefix, depth: depth)
        // The empty line of a header that nothing follows is the delimiter's line break.
        let end = bodyEnd(from: start, to: ending)
        part.rawBody = min(scanned.bodyStart, end)..<end
        if part.filename == nil, part.encoding == .uuencode, let name = UUEncoding.name(in: part.body) {
            part.filename = PartHeader.basename(HeaderText.decode(name))
        }
        if part.isMessage || part.isMultipart, part.children.isEmpty, header.namedEncoding != .identity {
            readEncoded(&part, header.namedEncoding, numbering: prefix, depth: depth)
        }
        return (part, ending)
    }

    /// Messages and multiparts inside an encoding: RFC 2045 §6.4 forbids it; mail does it. Decoding only shrinks, so
    /// this ends.
    private mutating func readEncoded(
        _ part: inout MessagePart, _ encoding: TransferEncoding, numbering: String, depth: Int
    ) {
        guard mayDescend(to: depth) else { return }
        var decoded = part
        decoded.encoding = encoding
        var inner = StructureParser(decoded.decoded(), inside: self)
        if part.isMessage {
            decoded.children = [inner.message(at: 0, numbering: numbering, depth: depth + 1).part]
        } else {
            _ = inner.readMultipart(of: &decoded, from: 0, numbering: numbering, depth: depth)
        }
        partCount = inner.partCount
        limitsReached.formUnion(inner.limitsReached)
        rawCharset = inner.rawCharset
        if !decoded.children.isEmpty { part = decoded }
    }

    /// Whether parts `depth` deep may have parts; notes it if not.
    private mutating func mayDescend(to depth: Int) -> Bool {
        if depth >= limits.nesting { limitsReached.insert(.nesting) }
        if partCount >= limits.parts { limitsReached.insert(.parts) }
        return depth < limits.nesting && partCount < limits.parts
    }

    private mutating func readBody(
        of part: inout MessagePart, from bodyStart: Int, numbering: String, depth: Int
    ) -> Ending {
        guard part.isMultipart || (part.isMessage && part.encoding == .identity), mayDescend(to: depth) else {
            return findDelimiter(from: bodyStart)
        }
        if part.isMultipart {
            return readMultipart(of: &part, from: bodyStart, numbering: numbering, depth: depth)
        }
        let (child, ending) = message(at: embeddedStart(bodyStart), numbering: numbering, depth: depth + 1)
        part.children = [child]
        return ending
    }

    /// Some senders leave empty lines before an attached message's header.
    private func embeddedStart(_ bodyStart: Int) -> Int {
        var index = bodyStart
        while index < bytes.count, bytes[index] == ASCII.lineFeed || bytes[index] == ASCII.carriageReturn { index += 1 }
        return HeaderScanner.isField(bytes, at: index, end: min(bytes.count, index + 998)) ? index : bodyStart
    }

    private mutating func readMultipart(
        of part: inout MessagePart, from bodyStart: Int, numbering: String, depth: Int
    ) -> Ending {
        let level = boundaries.count
        let childType = part.mediaType == "multipart/digest" ? "message/rfc822" : "text/plain"
        let declared = part.parameters["boundary"].map { Array(Array($0.utf8)[...].trimmed()) } ?? []
        if !declared.isEmpty { boundaries.append(declared) }
        var ending = findDelimiter(from: bodyStart)
        if !isOwn(ending.stop, level), guesses < Self.maxGuesses,
            let guess = guessBoundary(in: bodyStart..<bodyEnd(from: bodyStart, to: ending))
        {
            guesses += 1
            boundaries.removeLast(boundaries.count - level)
            boundaries.append(guess)
            ending = findDelimiter(from: bodyStart)
        }
        while ending.stop == .delimiter(level: level, closes: false) {
            guard partCount < limits.parts else {
                limitsReached.insert(.parts)
                ending = findDelimiter(from: ending.next)
                continue
            }
            let number = (numbering.isEmpty ? "" : numbering + ".") + String(part.children.count + 1)
            let (child, childEnding) = self.part(at: ending.next, depth: depth + 1, defaultType: childType) { _ in
                (number, number)
            }
            part.children.append(child)
            ending = childEnding
        }
        boundaries.removeLast(boundaries.count - level)
        if case .delimiter(level, _) = ending.stop { return findDelimiter(from: ending.next) }
        return ending
    }

    private func isOwn(_ stop: Stop, _ level: Int) -> Bool {
        if case .delimiter(level, _) = stop { return true }
        return false
    }

    /// A header, or none where the part begins with something else: its empty line was forgotten then.
    private func scanHeader(at start: Int) -> HeaderScanner.Result {
        if start < bytes.count, !boundaries.isEmpty, bytes[start] != ASCII.lineFeed,
            bytes[start] != ASCII.carriageReturn,
            !HeaderScanner.beginsHeader(bytes, at: start, end: min(bytes.count, start + 998))
        {
            return HeaderScanner.Result(block: HeaderBlock(), bodyStart: start)
        }
        return HeaderScanner.scan(bytes, in: start..<bytes.count, limits: limits) { lineStart, lineEnd in
            delimiter(lineStart, lineEnd) != nil
        }
    }

    // MARK: Delimiters

    /// The next delimiter line of any open multipart, from the beginning of a line on.
    private func findDelimiter(from start: Int) -> Ending {
        guard !boundaries.isEmpty else { return Ending(place: bytes.count, next: bytes.count, stop: .end) }
        var index = start
        let end = bytes.count
        while let line = nextDashes(from: index) {
            let lineEnd = ByteSearch.first(ASCII.lineFeed, in: bytes[line...]) ?? end
            if let stop = delimiter(line, lineEnd) {
                return Ending(place: line, next: min(lineEnd + 1, end), stop: stop)
            }
            index = lineEnd + 1
        }
        return Ending(place: end, next: end, stop: .end)
    }

    /// The next line with `--` at its beginning; one begins at `start`. Every byte of a message comes by here.
    private func nextDashes(from start: Int) -> Int? {
        bytes.withUnsafeBufferPointer { bytes in
            var index = start
            while index + 1 < bytes.count {
                if bytes[index] == ASCII.hyphen, bytes[index + 1] == ASCII.hyphen { return index }
                guard let lineFeed = ByteSearch.first(ASCII.lineFeed, in: bytes, from: index) else { return nil }
                index = lineFeed + 1
            }
            return nil
        }
    }

    /// The line break before a delimiter is the delimiter's (RFC 2046 §5.1.1).
    private func bodyEnd(from start: Int, to ending: Ending) -> Int {
        var end = max(ending.place, start)
        guard ending.stop != .end else { return end }
        if end > start, bytes[end - 1] == ASCII.lineFeed { end -= 1 }
        if end > start, bytes[end - 1] == ASCII.carriageReturn { end -= 1 }
        return end
    }

    /// Which delimiter a line that begins with `--` is, innermost first; white space at its end does not count.
    private func delimiter(_ lineStart: Int, _ lineEnd: Int) -> Stop? {
        var end = lineEnd
        while end > lineStart, bytes[end - 1].isWhitespace { end -= 1 }
        let text = bytes[(lineStart + 2)..<max(end, lineStart + 2)]
        for level in boundaries.indices.reversed() {
            let count = boundaries[level].count
            guard text.count == count || text.count == count + 2 else { continue }
            if text.count == count, text.last == boundaries[level].last, text.elementsEqual(boundaries[level]) {
                return .delimiter(level: level, closes: false)
            }
            if text.count == count + 2, text.last == ASCII.hyphen, text.dropLast().last == ASCII.hyphen,
                text.dropLast(2).elementsEqual(boundaries[level])
            {
                return .delimiter(level: level, closes: true)
            }
        }
        return nil
    }

    /// A line that looks like a delimiter: `--`, something without spaces, and then a field or an empty line.
    private func guessBoundary(in range: Range<Int>) -> [UInt8]? {
        var index = range.lowerBound
        while index < range.upperBound {
            var lineEnd = index
            while lineEnd < range.upperBound, bytes[lineEnd] != ASCII.lineFeed { lineEnd += 1 }
            let line = bytes[index..<lineEnd].trimmed()
            if line.count > 4, line.count <= 202, line.starts(with: "--".utf8), !line.contains(where: \.isWhitespace),
                line.contains(where: { $0.isLetter || $0.isDigit }),
                bytes[index] == ASCII.hyphen, lineEnd + 1 < range.upperBound
            {
                let next = lineEnd + 1
                if bytes[next] == ASCII.lineFeed || bytes[next] == ASCII.carriageReturn
                    || HeaderScanner.isField(bytes, at: next, end: min(range.upperBound, next + 998))
                {
                    return Array(line.dropFirst(2))
                }
            }
            index = lineEnd + 1
        }
        return nil
    }
}
