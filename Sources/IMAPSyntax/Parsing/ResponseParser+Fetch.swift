import MailModel
import NIOCore

/// The state of a FETCH response between its events.
struct FetchInProgress: Sendable {
    /// `nil` for a message number that cannot be, such as Courier's `* 0 FETCH`: all of it is passed over.
    let number: SequenceNumber?
    /// The item whose value is looked for.
    var item: Item?

    struct Item: Sendable {
        let name: String
        /// Where in the line its value begins.
        let start: Int
        /// How far it was looked at.
        var scanned: Int
        var scanner: ValueScanner
        var isBehindLiteral = false
    }

    var isPassedOver: Bool { number == nil }
}

extension ResponseParser {
    /// `* 12 FETCH (`: from here on the line is taken item by item.
    mutating func beginFetch() -> Step? {
        var cursor = ByteCursor(line)
        guard cursor.take(UInt8(ascii: "*")) else { return nil }
        cursor.skipSpaces()
        guard let digit = cursor.peek, digit >= 0x30, digit <= 0x39, let word = cursor.word() else { return nil }
        cursor.skipSpaces()
        guard cursor.keyword() == "FETCH" else { return nil }
        cursor.skipSpaces()
        guard cursor.take(UInt8(ascii: "(")) else { return nil }
        let sequence = cursor.wholeNumber32(word).flatMap(SequenceNumber.init)
        fetch = FetchInProgress(number: sequence)
        position = cursor.position
        phase = .items
        return sequence.map { .event(.fetchBegin($0)) } ?? .moved
    }

    mutating func stepItems() throws(IMAPSyntaxError) -> Step {
        if fetch?.item != nil { return try goOnWithItem() }
        var cursor = ByteCursor(line, at: position)
        cursor.skipSpaces()
        if cursor.take(UInt8(ascii: ")")) {
            cursor.skipSpaces()
            // What stands behind the end is passed over, but a literal there has to be counted.
            return cursor.isAtEnd || announced == nil ? endFetch() : try passOverRest(name: "")
        }
        guard let name = cursor.itemName() else { return try passOverRest(name: "") }
        if cursor.peek == UInt8(ascii: "[") || Self.oldBodySection(name) != nil {
            return try body(name: name, from: cursor)
        }
        cursor.skipSpaces()
        position = cursor.position
        if let attribute = FetchItemReader.simple(name, &cursor, flags: &flags), cursor.isAtItemEnd {
            position = cursor.position
            return event(.fetchAttribute(attribute))
        }
        let scanner = ValueScanner(nesting: limits.nesting)
        fetch?.item = .init(name: name, start: position, scanned: position, scanner: scanner)
        return .moved
    }

    /// An item of any shape: its end is looked for first, literals are collected on the way, then it is parsed.
    private mutating func goOnWithItem() throws(IMAPSyntaxError) -> Step {
        guard var item = fetch?.item else { return .moved }
        if item.isBehindLiteral {
            item.isBehindLiteral = false
            if item.scanner.passedLiteral() { return finish(item, end: item.scanned) }
        }
        switch item.scanner.scan(line, from: item.scanned, literalStart: announced?.start) {
        case .end(let end):
            return finish(item, end: end)
        case .literal:
            let size = announced?.size ?? 0
            try collectAnnouncedLiteral()
            item.scanned = line.count + size
            item.isBehindLiteral = true
            fetch?.item = item
            return .moved
        case .broken:
            return try passOverRest(name: item.name)
        case .tooDeep:
            throw IMAPSyntaxError(.nestingTooDeep, in: "FETCH", message: fetch?.number)
        }
    }

    private mutating func finish(_ item: FetchInProgress.Item, end: Int) -> Step {
        fetch?.item = nil
        position = end
        if fetch?.isPassedOver == true { return .moved }
        let value = ByteCursor(Array(line[item.start..<end]))
        return event(.fetchAttribute(FetchItemReader.complex(item.name, value, limits: limits)))
    }

    private mutating func endFetch() -> Step {
        let isPassedOver = fetch?.isPassedOver ?? true
        endResponse()
        return isPassedOver ? .moved : .event(.fetchEnd)
    }

    /// What stands here is no item, or one whose end cannot be found: the rest of the line goes, and a literal with it.
    private mutating func passOverRest(name: String) throws(IMAPSyntaxError) -> Step {
        fetch?.item = nil
        position = line.count
        guard let size = announced?.size else {
            if name.isEmpty { return endFetch() }
            // Next comes the empty rest of the line, and with it the end.
            return event(.fetchAttribute(.unknown(ByteCursor.loggable(name))))
        }
        try beginStream(size, isLeftOut: true)
        return name.isEmpty ? .moved : event(.fetchAttribute(.unknown(ByteCursor.loggable(name))))
    }

    func event(_ event: ResponseEvent) -> Step { fetch?.isPassedOver == true ? .moved : .event(event) }
}

// MARK: - Bodies

extension ResponseParser {
    /// RFC 822 names for sections (RFC 3501 §6.4.5).
    private static func oldBodySection(_ name: String) -> BodySection? {
        switch name {
        case "RFC822": .whole
        case "RFC822.HEADER": .header
        case "RFC822.TEXT": .text
        default: nil
        }
    }

    private mutating func body(name: String, from start: ByteCursor) throws(IMAPSyntaxError) -> Step {
        var cursor = start
        var section = Self.oldBodySection(name)
        var origin: Int?
        if cursor.peek == UInt8(ascii: "[") {
            guard let read = sections.section(&cursor) else { return try passOverRest(name: name) }
            section = name == "BODY" ? read.section : nil
            if cursor.take(UInt8(ascii: "<")) {
                guard let offset = cursor.size(), cursor.take(UInt8(ascii: ">")) else {
                    return try passOverRest(name: name)
                }
                origin = offset
            }
        }
        cursor.skipSpaces()
        guard let section else {
            // An item that is not asked for, such as BINARY[1] or the header fields of a part.
            return try leaveOutBody(name: name, from: cursor)
        }
        if let announced, announced.start == cursor.position {
            guard announced.size <= limits.bodyLiteral else {
                throw IMAPSyntaxError(.bodyTooLong, in: "FETCH", message: fetch?.number)
            }
            try beginStream(announced.size, isLeftOut: fetch?.isPassedOver == true)
            return event(.bodyBegin(section: section, origin: origin, size: announced.size))
        }
        let bytes: [UInt8]
        if cursor.takeNIL() {
            bytes = []
        } else if cursor.peek == UInt8(ascii: "\""), let quoted = cursor.string() {
            bytes = quoted
        } else {
            return try passOverRest(name: name)
        }
        position = cursor.position
        if fetch?.isPassedOver == true { return .moved }
        phase = .inlineBody(ByteBuffer(bytes: bytes))
        return .event(.bodyBegin(section: section, origin: origin, size: bytes.count))
    }

    private mutating func leaveOutBody(name: String, from cursor: ByteCursor) throws(IMAPSyntaxError) -> Step {
        if let announced, announced.start == cursor.position {
            try beginStream(announced.size, isLeftOut: true)
            return event(.fetchAttribute(.unknown(ByteCursor.loggable(name))))
        }
        position = cursor.position
        let scanner = ValueScanner(nesting: limits.nesting)
        fetch?.item = .init(name: name, start: position, scanned: position, scanner: scanner)
        return .moved
    }

    /// The rest of the segment is the header of a literal that streams.
    private mutating func beginStream(_ size: Int, isLeftOut: Bool) throws(IMAPSyntaxError) {
        guard size <= limits.bodyLiteral else {
            throw IMAPSyntaxError(.literalTooLong, in: "FETCH", message: fetch?.number)
        }
        forgetLine()
        phase = .body(remaining: size, isLeftOut: isLeftOut)
    }

    mutating func streamBody(_ remaining: Int, isLeftOut: Bool) -> Step {
        if remaining == 0 {
            phase = .text
            return isLeftOut ? .moved : .event(.bodyEnd)
        }
        if isLeftOut {
            let taken = min(remaining, input.count)
            input.skip(taken)
            phase = .body(remaining: remaining - taken, isLeftOut: true)
            return taken == 0 ? .starved : .moved
        }
        guard let slice = input.takeSlice(remaining) else { return .starved }
        phase = .body(remaining: remaining - slice.readableBytes, isLeftOut: false)
        return .event(.bodyBytes(slice))
    }

    mutating func handOutInlineBody(_ bytes: ByteBuffer) -> Step {
        guard bytes.readableBytes > 0 else {
            phase = .items
            return .event(.bodyEnd)
        }
        phase = .inlineBody(ByteBuffer())
        return .event(.bodyBytes(bytes))
    }
}
