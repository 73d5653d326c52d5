import MailModel

/// Reads one whole response that is no FETCH.
struct ResponseReader {
    private var cursor: ByteCursor
    private let limits: IMAPLimits
    private(set) var flags: FlagReader

    init(_ line: [UInt8], limits: IMAPLimits, flags: FlagReader) {
        cursor = ByteCursor(line)
        self.limits = limits
        self.flags = flags
    }

    mutating func response() throws(IMAPSyntaxError) -> ResponseEvent {
        if cursor.take(UInt8(ascii: "*")) {
            cursor.skipSpaces()
            return .untagged(try untagged())
        }
        if cursor.take(UInt8(ascii: "+")) {
            if cursor.bytes.count >= 3, cursor.upper(0..<3) == "+OK" { throw IMAPSyntaxError(.notIMAP, in: "POP3") }
            let (code, text) = statusText()
            return .continuation(code: code, text: text)
        }
        return .tagged(try tagged())
    }

    private mutating func tagged() throws(IMAPSyntaxError) -> TaggedResponse {
        guard let tag = cursor.atom(), cursor.takeSpace(), let word = cursor.keyword(),
            let status = TaggedResponse.Status(rawValue: word.lowercased())
        else {
            let first = String(decoding: cursor.bytes.prefix(4), as: UTF8.self)
            if first.hasPrefix("220") { throw IMAPSyntaxError(.notIMAP, in: "SMTP") }
            if first == "HTTP" { throw IMAPSyntaxError(.notIMAP, in: "HTTP") }
            throw IMAPSyntaxError(.malformedResponse, in: "tagged response")
        }
        let (code, text) = statusText()
        return TaggedResponse(tag: tag, status: status, code: code, text: text)
    }

    private mutating func untagged() throws(IMAPSyntaxError) -> UntaggedResponse {
        if let digit = cursor.peek, digit >= 0x30, digit <= 0x39 { return numbered() }
        guard let name = cursor.keyword() else { return .other("") }
        if let status = ConditionStatus(rawValue: name.lowercased()) {
            let (code, text) = statusText()
            return .status(status, code, text)
        }
        cursor.skipSpaces()
        switch name {
        case "SEARCH":
            // Taken for an empty answer it would be a false fact.
            guard let response = search() else { throw IMAPSyntaxError(.malformedResponse, in: name) }
            return response
        case "ESEARCH":
            guard let result = cursor.esearch(nesting: limits.nesting) else {
                throw IMAPSyntaxError(.malformedResponse, in: name)
            }
            return .esearch(result)
        default:
            return data(name) ?? .other(ByteCursor.loggable(name))
        }
    }

    private mutating func data(_ name: String) -> UntaggedResponse? {
        switch name {
        case "CAPABILITY": .capability(cursor.keywords())
        case "ENABLED": .enabled(cursor.keywords())
        case "FLAGS": flags.list(&cursor).map { .flags($0.flags) }
        case "LIST": cursor.listEntry().map(UntaggedResponse.list)
        case "LSUB": cursor.listEntry().map(UntaggedResponse.lsub)
        case "STATUS": cursor.mailboxStatus(nesting: limits.nesting)
        case "VANISHED": cursor.vanished()
        case "NAMESPACE": cursor.namespaces(nesting: limits.nesting).map(UntaggedResponse.namespace)
        case "ID": cursor.identification().map(UntaggedResponse.id)
        case "QUOTA": cursor.quota().map(UntaggedResponse.quota)
        default: nil
        }
    }

    /// `12 EXISTS` and its like.
    private mutating func numbered() -> UntaggedResponse {
        guard let digits = cursor.word() else { return .other("") }
        cursor.skipSpaces()
        guard let name = cursor.keyword() else { return .other("") }
        guard let number = cursor.wholeNumber32(digits) else { return .other(ByteCursor.loggable(name)) }
        switch name {
        case "EXISTS": return .exists(number)
        case "RECENT": return .recent(number)
        case "EXPUNGE": return SequenceNumber(number).map(UntaggedResponse.expunge) ?? .other(name)
        default: return .other(ByteCursor.loggable(name))
        }
    }

    private mutating func search() -> UntaggedResponse? {
        var numbers: [UInt32] = []
        var modSeq: ModSeq?
        while !cursor.isAtEnd {
            if cursor.take(UInt8(ascii: "(")) {
                guard cursor.keyword() == "MODSEQ", cursor.takeSpace(), let value = cursor.modSeq() else { return nil }
                guard cursor.take(UInt8(ascii: ")")) else { return nil }
                modSeq = value
            } else {
                guard let number = cursor.number32(), number > 0 else { return nil }
                numbers.append(number)
            }
            guard cursor.isAtEnd || cursor.peek == 0x20 || cursor.peek == UInt8(ascii: "(") else { return nil }
            cursor.skipSpaces()
        }
        return .search(numbers, modSeq)
    }

    private mutating func statusText() -> (ResponseCode?, String) {
        cursor.skipSpaces()
        guard cursor.peek == UInt8(ascii: "[") else { return (nil, cursor.rest()) }
        let start = cursor.position
        guard let code = cursor.responseCode(flags: &flags) else {
            cursor.position = start
            return (nil, cursor.rest())
        }
        _ = cursor.takeSpace()
        return (code, cursor.rest())
    }
}
