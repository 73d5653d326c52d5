import MailModel
import NIOCore

/// Turns a server's bytes into events, however the bytes are cut.
///
/// Linear in the bytes; allocates nothing ahead of them. Bodies are handed out as slices, all else is collected line by
/// line, literals included, and then parsed. What does not parse but can be passed over becomes `.other`, `.unknown` or
/// `ResponseCode.other`; only what cannot, or passes a limit, is an error, and after one there is nothing but it.
public struct ResponseParser: Sendable {
    /// What the next bytes are.
    enum Phase {
        /// The first or a further text segment of a response.
        case text
        /// A literal that is collected into `line`.
        case literal(remaining: Int)
        /// Items of a FETCH, in `line` from `position`.
        case items
        /// A body, handed out as it comes, or left out.
        case body(remaining: Int, isLeftOut: Bool)
        /// A body that stood in quotes or was NIL.
        case inlineBody(ByteBuffer)
    }

    let limits: IMAPLimits
    var input = ResponseInput()
    var phase = Phase.text
    /// The text segments and literals of the response so far, without the bodies.
    var line: [UInt8] = []
    /// How much of `line` is done with; used in a FETCH only.
    var position = 0
    /// Where in `line` the literal begins that its last segment announces, and how long that literal is.
    var announced: (start: Int, size: Int)?
    /// Bytes of `line` that are literals.
    var literalBytes = 0
    /// The FETCH under way.
    var fetch: FetchInProgress?
    var flags = FlagReader()
    var sections = SectionReader()
    /// A whole response was read: the peer does speak IMAP.
    private var isGreeted = false
    private var failure: IMAPSyntaxError?

    public init(limits: IMAPLimits = .standard) { self.limits = limits }

    /// Received bytes that no event was made of yet. Zero between responses when nothing follows. Where a literal's header
    /// ended in a bare line feed, that counts as the CRLF that it stands for.
    public var bufferedBytes: Int {
        let held = input.count + line.count - position
        if case .inlineBody(let bytes) = phase { return held + bytes.readableBytes }
        return held
    }

    public mutating func append(_ buffer: ByteBuffer) {
        if failure == nil { input.append(buffer) }
    }

    /// The next event; `nil` when it needs more bytes.
    public mutating func next() throws(IMAPSyntaxError) -> ResponseEvent? {
        if let failure { throw failure }
        do throws(IMAPSyntaxError) {
            while true {
                switch try step() {
                case .event(let event): return event
                case .moved: continue
                case .starved: return nil
                }
            }
        } catch {
            failure = error
            input = ResponseInput()
            line = []
            position = 0
            throw error
        }
    }

    /// Gives memory back; for a connection that waits. Nothing is lost.
    public mutating func releaseBuffer() {
        input.release()
        if line.isEmpty { line = [] }
    }
}

extension ResponseParser {
    enum Step {
        case event(ResponseEvent)
        case moved
        case starved
    }

    private mutating func step() throws(IMAPSyntaxError) -> Step {
        switch phase {
        case .text: return try stepText()
        case .items: return try stepItems()
        case .literal(let remaining): return collectLiteral(remaining)
        case .body(let remaining, let isLeftOut): return streamBody(remaining, isLeftOut: isLeftOut)
        case .inlineBody(let bytes): return handOutInlineBody(bytes)
        }
    }

    /// Takes a segment up to its line end, once it is there.
    private mutating func stepText() throws(IMAPSyntaxError) -> Step {
        if line.isEmpty, fetch == nil { try refuseOtherProtocols() }
        let length = input.lineLength()
        try checkLength(line.count - literalBytes + input.textLength(ofLine: length))
        guard let length else { return .starved }
        let isFirst = line.isEmpty && fetch == nil
        let start = line.count
        input.takeLine(length, into: &line)
        if isFirst {
            if line.isEmpty { return .moved }
            if let begin = beginFetch() {
                try announceLiteral(from: start)
                return begin
            }
        }
        if fetch != nil {
            try announceLiteral(from: start)
            phase = .items
            return .moved
        }
        if Self.mayHoldLiterals(line) {
            try announceLiteral(from: start)
            if announced != nil {
                try collectAnnouncedLiteral()
                return .moved
            }
        }
        var reader = ResponseReader(line, limits: limits, flags: flags)
        let event = try reader.response()
        flags = reader.flags
        endResponse()
        return .event(event)
    }

    private func refuseOtherProtocols() throws(IMAPSyntaxError) {
        guard let first = input.first else { return }
        if !isGreeted, first == 0x15 || first == 0x16, input.second == 0x03 {
            throw IMAPSyntaxError(.tlsRecord, in: "greeting")
        }
        if first >= 0x20 || first == 0x0D || first == 0x0A { return }
        // One byte does not tell yet whether it is TLS.
        if first == 0x15 || first == 0x16, input.count == 1 { return }
        throw isGreeted ? IMAPSyntaxError(.malformedResponse, in: "response line") : IMAPSyntaxError(.notIMAP, in: "")
    }

    private func checkLength(_ length: Int) throws(IMAPSyntaxError) {
        guard length > limits.line else { return }
        let isLong = fetch != nil || Self.isLongByNature(line) || (line.isEmpty && isLongByNature(input))
        if !isLong || length > limits.longLine { throw IMAPSyntaxError(.lineTooLong, in: place) }
    }

    var place: String { fetch == nil ? "response line" : "FETCH" }

    /// Whether the text that was taken last ends in the header of a literal.
    private mutating func announceLiteral(from start: Int) throws(IMAPSyntaxError) {
        announced = nil
        guard line.last == UInt8(ascii: "}"), let open = line[start...].lastIndex(of: UInt8(ascii: "{")) else { return }
        let digits = line[open + 1..<line.count - (line[line.count - 2] == UInt8(ascii: "+") ? 2 : 1)]
        guard !digits.isEmpty, digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return }
        var cursor = ByteCursor(line, at: open + 1)
        guard let size = cursor.size() else { throw IMAPSyntaxError(.literalTooLong, in: place) }
        let isBinary = open > start && line[open - 1] == UInt8(ascii: "~")
        announced = (start: isBinary ? open - 1 : open, size: size)
    }

    /// The announced literal is no body: it becomes part of the line.
    mutating func collectAnnouncedLiteral() throws(IMAPSyntaxError) {
        guard let size = announced?.size else { return }
        guard size <= limits.literal - literalBytes else {
            throw IMAPSyntaxError(.literalTooLong, in: place, message: fetch?.number)
        }
        announced = nil
        line.append(0x0D)
        line.append(0x0A)
        literalBytes += size
        phase = .literal(remaining: size)
    }

    private mutating func collectLiteral(_ remaining: Int) -> Step {
        let left = remaining - input.takeBytes(remaining, into: &line)
        guard left == 0 else {
            phase = .literal(remaining: left)
            return .starved
        }
        phase = .text
        return .moved
    }

    mutating func endResponse() {
        forgetLine()
        fetch = nil
        isGreeted = true
        phase = .text
    }

    /// What was collected is done with.
    mutating func forgetLine() {
        line.removeAll(keepingCapacity: true)
        position = 0
        literalBytes = 0
        announced = nil
    }
}

// MARK: - What kind of response a line begins

extension ResponseParser {
    /// Status texts are for people and may well end in `{5}`.
    private static func mayHoldLiterals(_ line: [UInt8]) -> Bool {
        var cursor = ByteCursor(line)
        guard cursor.take(UInt8(ascii: "*")) else { return false }
        cursor.skipSpaces()
        guard let name = cursor.keyword() else { return false }
        return ConditionStatus(rawValue: name.lowercased()) == nil
    }

    private func isLongByNature(_ input: ResponseInput) -> Bool { Self.isLongByNature(input.prefix(64)) }

    private static func isLongByNature(_ line: [UInt8]) -> Bool {
        var cursor = ByteCursor(line)
        guard let first = cursor.word() else { return false }
        cursor.skipSpaces()
        guard let second = cursor.keyword() else { return false }
        cursor.skipSpaces()
        if ["OK", "NO"].contains(second) {
            guard cursor.take(UInt8(ascii: "[")), let code = cursor.keyword() else { return false }
            return ["COPYUID", "APPENDUID", "MODIFIED"].contains(code)
        }
        guard first.count == 1 else { return false }
        if ["LIST", "LSUB", "SEARCH", "ESEARCH", "VANISHED"].contains(second) { return true }
        return cursor.keyword() == "FETCH"
    }
}
