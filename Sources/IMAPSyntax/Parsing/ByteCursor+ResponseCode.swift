import MailModel

extension ByteCursor {
    /// `[CODE arguments]`; `nil` when the bracket does not close. Arguments that do not fit make it `.other`.
    mutating func responseCode(flags: inout FlagReader) -> ResponseCode? {
        guard take(UInt8(ascii: "[")) else { return nil }
        skipSpaces()
        guard let name = codeName() else { return nil }
        let arguments = position
        skipSpaces()
        if let code = known(name, flags: &flags) {
            skipSpaces()
            if take(UInt8(ascii: "]")) { return code }
        }
        position = arguments
        guard let close = bytes[position...].firstIndex(of: UInt8(ascii: "]")) else { return nil }
        skipSpaces()
        let text = text(from: min(position, close), to: close)
        position = close + 1
        return .other(name: name, arguments: text)
    }

    private mutating func codeName() -> String? {
        let start = position
        while let byte = peek, byte > 0x20, byte != UInt8(ascii: "]"), byte != UInt8(ascii: "(") { position += 1 }
        return start < position ? upper(start..<position) : nil
    }

    private mutating func known(_ name: String, flags: inout FlagReader) -> ResponseCode? {
        if let plain = ResponseCode.plain[name] { return plain }
        switch name {
        case "PERMANENTFLAGS": return flags.list(&self).map { .permanentFlags($0.flags, any: $0.any) }
        case "CAPABILITY": return .capability(codeWords())
        case "BADCHARSET":
            if peek == UInt8(ascii: "]") { return .badCharset([]) }
            return list { $0.astringText() }.map(ResponseCode.badCharset)
        case "UIDNEXT": return uid().map(ResponseCode.uidNext)
        case "UIDVALIDITY": return uidValidity().map(ResponseCode.uidValidity)
        case "UNSEEN": return number32().flatMap(SequenceNumber.init).map(ResponseCode.unseen)
        case "HIGHESTMODSEQ": return modSeq().map(ResponseCode.highestModSeq)
        case "MODIFIED": return uidSet().map(ResponseCode.modified)
        case "APPENDUID": return appendUID()
        case "COPYUID": return copyUID()
        case "MAILBOXID": return mailboxID()
        case "WEBALERT": return .webAlert(codeWords(folded: false).joined(separator: " "))
        default: return nil
        }
    }

    private mutating func appendUID() -> ResponseCode? {
        guard let validity = uidValidity(), takeSpace(), let uids = orderedUIDs() else { return nil }
        return .appendUID(validity, uids)
    }

    private mutating func copyUID() -> ResponseCode? {
        guard let validity = uidValidity(), takeSpace(), let source = orderedUIDs(), takeSpace() else { return nil }
        guard let target = orderedUIDs() else { return nil }
        return .copyUID(validity, source: source, target: target)
    }

    private mutating func mailboxID() -> ResponseCode? {
        guard take(UInt8(ascii: "(")), let id = objectID(), take(UInt8(ascii: ")")) else { return nil }
        return .mailboxID(id)
    }

    /// Words up to the closing bracket.
    private mutating func codeWords(folded: Bool = true) -> [String] {
        var words: [String] = []
        skipSpaces()
        while let byte = peek, byte != UInt8(ascii: "]") {
            let start = position
            while let byte = peek, byte > 0x20, byte != UInt8(ascii: "]") { position += 1 }
            if start == position {
                position += 1
            } else {
                words.append(folded ? upper(start..<position) : text(from: start, to: position))
            }
            skipSpaces()
        }
        return words
    }
}
