import MailModel

/// The values of FETCH items that are no bodies (RFC 3501 §7.4.2, RFC 7162 §3.1.4, RFC 8474 §6, X-GM-EXT-1).
enum FetchItemReader {
    /// An item whose value holds no literal; `nil` when it is another item or its value is something else.
    static func simple(_ name: String, _ cursor: inout ByteCursor, flags: inout FlagReader) -> FetchAttribute? {
        switch name {
        case "UID": cursor.uid().map(FetchAttribute.uid)
        case "FLAGS": flags.list(&cursor).map { .flags($0.flags) }
        case "INTERNALDATE": cursor.string().flatMap(InternalDate.parse).map(FetchAttribute.internalDate)
        case "RFC822.SIZE": cursor.size().map(FetchAttribute.size)
        case "MODSEQ": cursor.parenthesized { $0.modSeq() }.map(FetchAttribute.modSeq)
        case "EMAILID": cursor.parenthesized { $0.objectID() }.map(FetchAttribute.emailID)
        case "THREADID":
            cursor.takeNIL() ? .threadID(nil) : cursor.parenthesized { $0.objectID() }.map(FetchAttribute.threadID)
        case "X-GM-MSGID": cursor.number().map(FetchAttribute.gmMessageID)
        case "X-GM-THRID": cursor.number().map(FetchAttribute.gmThreadID)
        default: nil
        }
    }

    /// An item of which the whole value is given.
    static func complex(_ name: String, _ value: ByteCursor, limits: IMAPLimits) -> FetchAttribute {
        var cursor = value
        let attribute: FetchAttribute? =
            switch name {
            case "ENVELOPE": cursor.envelope().map(FetchAttribute.envelope)
            case "BODYSTRUCTURE", "BODY":
                cursor.bodyStructure(nesting: limits.nesting).map(FetchAttribute.bodyStructure)
            case "X-GM-LABELS": cursor.labels().map(FetchAttribute.gmLabels)
            default: nil
            }
        guard let attribute, cursor.isAtEnd else { return .unknown(ByteCursor.loggable(name)) }
        return attribute
    }
}

extension ByteCursor {
    /// The name of a FETCH item in upper case, up to its brackets.
    mutating func itemName() -> String? {
        let start = position
        while let byte = peek, byte > 0x20, byte != UInt8(ascii: "["), byte != UInt8(ascii: "("),
            byte != UInt8(ascii: ")"), byte != UInt8(ascii: "\""), byte != UInt8(ascii: "{")
        {
            position += 1
        }
        return start < position ? upper(start..<position) : nil
    }

    var isAtItemEnd: Bool { isAtEnd || peek == UInt8(ascii: " ") || peek == UInt8(ascii: ")") }

    /// `(value)`; some servers leave the parentheses out.
    fileprivate mutating func parenthesized<Value>(_ read: (inout ByteCursor) -> Value?) -> Value? {
        guard take(UInt8(ascii: "(")) else { return read(&self) }
        guard let value = read(&self), take(UInt8(ascii: ")")) else { return nil }
        return value
    }

    /// At most 255 letters, digits, `-` and `_` (RFC 8474 §7).
    mutating func objectID() -> String? {
        guard let word = word(), word.count <= 255 else { return nil }
        let isValid = bytes[word].allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"): true
            default: false
            }
        }
        return isValid ? text(from: word.lowerBound, to: word.upperBound) : nil
    }

    fileprivate mutating func labels() -> [String]? {
        if takeNIL() { return [] }
        return list { cursor in
            cursor.astring().map { ModifiedUTF7.decode($0) ?? String(decoding: $0, as: UTF8.self) }
        }
    }
}
