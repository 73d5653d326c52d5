import MailModel

extension ByteCursor {
    /// `mailbox-list` of RFC 3501 §9; extended data behind the name are left out.
    mutating func listEntry() -> ListEntry? {
        guard let attributes = list({ $0.atom()?.lowercased() }) else { return nil }
        skipSpaces()
        guard let delimiter = delimiter() else { return nil }
        skipSpaces()
        guard let name = mailboxName() else { return nil }
        return ListEntry(attributes: attributes, delimiter: delimiter, name: name)
    }

    /// A name at the end of a line. One that is not quoted though it has spaces goes up to the end.
    private mutating func mailboxName() -> WireMailboxName? {
        if let bytes = string() { return WireMailboxName(raw: bytes) }
        guard let word = word() else { return nil }
        skipSpaces()
        if isAtEnd || peek == UInt8(ascii: "(") { return WireMailboxName(raw: Array(bytes[word])) }
        defer { position = bytes.count }
        return WireMailboxName(raw: Array(bytes[word.lowerBound...]))
    }

    /// One quoted character or NIL.
    mutating func delimiter() -> Character?? {
        if takeNIL() { return .some(nil) }
        guard let text = stringText() else { return nil }
        if text.isEmpty { return .some(nil) }
        return text.count == 1 ? text.first : nil
    }

    mutating func mailboxStatus(nesting: Int) -> UntaggedResponse? {
        guard let raw = astring() else { return nil }
        skipSpaces()
        guard let attributes = list({ $0.statusAttribute(nesting: nesting) }) else { return nil }
        return .mailboxStatus(WireMailboxName(raw: raw), attributes.compactMap(\.self))
    }

    /// One pair; `.some(nil)` for a value that cannot be.
    private mutating func statusAttribute(nesting: Int) -> StatusAttribute?? {
        guard let name = keyword() else { return nil }
        skipSpaces()
        let start = position
        let attribute = statusValue(name)
        if let byte = peek, byte != 0x20, byte != UInt8(ascii: ")") {
            position = start
            return skipValue(nesting: nesting) ? .some(nil) : nil
        }
        return position > start ? .some(attribute) : nil
    }

    private mutating func statusValue(_ name: String) -> StatusAttribute? {
        switch name {
        case "MESSAGES": return number32().map(StatusAttribute.messages)
        case "RECENT": return number32().map(StatusAttribute.recent)
        case "UNSEEN": return number32().map(StatusAttribute.unseen)
        case "DELETED": return number32().map(StatusAttribute.deleted)
        case "UIDNEXT": return uid().map(StatusAttribute.uidNext)
        case "UIDVALIDITY": return uidValidity().map(StatusAttribute.uidValidity)
        case "HIGHESTMODSEQ": return modSeq().map(StatusAttribute.highestModSeq)
        case "SIZE": return number().map(StatusAttribute.size)
        case "MAILBOXID":
            guard take(UInt8(ascii: "(")), let id = objectID(), take(UInt8(ascii: ")")) else { return nil }
            return .mailboxID(id)
        default:
            guard let word = word(), !word.isEmpty else { return nil }
            return .other(name)
        }
    }

    /// `(EARLIER) 41,43:116` (RFC 7162 §3.2.10).
    mutating func vanished() -> UntaggedResponse? {
        var earlier = false
        if peek == UInt8(ascii: "(") {
            guard list({ $0.keyword() }) == ["EARLIER"] else { return nil }
            earlier = true
            skipSpaces()
        }
        guard let set = uidSet() else { return nil }
        skipSpaces()
        return isAtEnd ? .vanished(earlier: earlier, set) : nil
    }

    mutating func namespaces(nesting: Int) -> NamespaceResponse? {
        var response = NamespaceResponse()
        guard let personal = namespaceGroup(nesting: nesting) else { return nil }
        response.personal = personal
        // Some servers leave out the groups that they do not have.
        if isAtEnd { return response }
        guard let others = namespaceGroup(nesting: nesting) else { return nil }
        response.otherUsers = others
        if isAtEnd { return response }
        guard let shared = namespaceGroup(nesting: nesting) else { return nil }
        response.shared = shared
        return response
    }

    private mutating func namespaceGroup(nesting: Int) -> [NamespaceResponse.Namespace]? {
        defer { skipSpaces() }
        if takeNIL() { return [] }
        return list { $0.namespace(nesting: nesting) }
    }

    private mutating func namespace(nesting: Int) -> NamespaceResponse.Namespace? {
        guard take(UInt8(ascii: "(")) else { return nil }
        skipSpaces()
        let prefix = takeNIL() ? [] : string()
        skipSpaces()
        guard let prefix, let delimiter = delimiter() else { return nil }
        skipSpaces()
        while !take(UInt8(ascii: ")")) {
            guard skipValue(nesting: nesting) else { return nil }
            skipSpaces()
        }
        return NamespaceResponse.Namespace(prefix: WireMailboxName(raw: prefix), delimiter: delimiter)
    }

    /// `"" (STORAGE 10 512)`: the root's name is passed over.
    mutating func quota() -> QuotaUsage? {
        guard astring() != nil else { return nil }
        skipSpaces()
        let resources = list { cursor -> QuotaUsage.Resource? in
            guard let name = cursor.keyword() else { return nil }
            cursor.skipSpaces()
            guard let usage = cursor.number() else { return nil }
            cursor.skipSpaces()
            guard let limit = cursor.number() else { return nil }
            return QuotaUsage.Resource(name: name, usage: usage, limit: limit)
        }
        return resources.map { QuotaUsage(resources: $0) }
    }

    mutating func identification() -> Identification? {
        if takeNIL() { return Identification([]) }
        let fields = list { cursor -> Identification.Field? in
            guard let name = cursor.astringText() else { return nil }
            guard let value = cursor.nextNString() else { return nil }
            return Identification.Field(name: name, value: value)
        }
        return fields.map(Identification.init)
    }

    /// `search-return-data` of RFC 4731 §3.2 and its tag.
    mutating func esearch(nesting: Int) -> ESearchResult? {
        var result = ESearchResult()
        if take(UInt8(ascii: "(")) {
            skipSpaces()
            guard keyword() == "TAG" else { return nil }
            skipSpaces()
            guard let tag = astringText() else { return nil }
            result.tag = tag
            skipSpaces()
            guard take(UInt8(ascii: ")")) else { return nil }
        }
        skipSpaces()
        while !isAtEnd {
            guard let name = keyword() else { return nil }
            skipSpaces()
            switch name {
            case "UID":
                result.isUID = true
                continue
            case "MIN": result.min = number32()
            case "MAX": result.max = number32()
            case "COUNT": result.count = number32()
            case "MODSEQ": result.modSeq = modSeq()
            case "ALL":
                guard let set = uidSet() else { return nil }
                result.all = set
            default: guard skipValue(nesting: nesting) else { return nil }
            }
            guard isAtEnd || peek == 0x20 else { return nil }
            skipSpaces()
        }
        return result
    }
}
