import MailModel

extension CommandWriter {
    /// What follows the verb.
    mutating func arguments(of command: IMAPCommand) throws(IMAPSyntaxError) {
        switch command {
        case .capability, .noop, .logout, .startTLS, .namespace, .unselect, .idle: break
        case .login(let user, let password): try login(user, password)
        case .authenticate(let mechanism, let response): try authenticate(mechanism, response)
        case .enable(let capabilities): try words(capabilities)
        case .id(let fields): try identification(fields)
        case .list(let reference, let pattern, let returning): try list(reference, pattern, returning)
        case .lsub(let reference, let pattern): try list(reference, pattern, [])
        case .status(let name, let items): try status(name, items)
        case .select(let name, let condstore), .examine(let name, let condstore): try select(name, condstore)
        case .create(let name), .subscribe(let name), .deleteMailbox(let name), .quotaRoot(let name):
            raw(" ")
            try mailbox(name)
        case .notify(let items): try notify(items)
        case .uidFetch(let uids, let items, let changedSince): try fetch(uids, items, changedSince)
        case .uidResync(let uids, let since): try resync(uids, since)
        case .uidStore(let uids, let change, let flags, let silent, let unchangedSince):
            try store(uids, change, flags, silent: silent, unchangedSince)
        case .uidCopy(let uids, let name), .uidMove(let uids, let name):
            raw(" \(uids) ")
            try mailbox(name)
        case .uidExpunge(let uids): raw(" \(uids)")
        case .uidSearch(let keys, let returnAll): try search(keys, returnAll: returnAll)
        case .append(let name, let flags, let date, let size): try append(name, flags, date, size)
        }
    }

    private mutating func login(_ user: String, _ password: Secret) throws(IMAPSyntaxError) {
        raw(" ")
        try string(user)
        raw(" ")
        try string(password.reveal())
    }

    private mutating func authenticate(_ mechanism: String, _ response: Secret?) throws(IMAPSyntaxError) {
        raw(" ")
        try atom(mechanism)
        guard let response else { return }
        // An empty initial response is "=" (RFC 4959 §3).
        let base64 = Base64.standard.encode(response.reveal().utf8, padded: true)
        raw(" ")
        raw(base64.isEmpty ? "=" : String(decoding: base64, as: UTF8.self))
    }

    private mutating func words(_ words: [String]) throws(IMAPSyntaxError) {
        guard !words.isEmpty else { throw refusal() }
        for word in words {
            raw(" ")
            try atom(word)
        }
    }

    private mutating func identification(_ fields: [Identification.Field]?) throws(IMAPSyntaxError) {
        guard let fields, !fields.isEmpty else {
            raw(" NIL")
            return
        }
        for (index, field) in fields.enumerated() {
            raw(index == 0 ? " (" : " ")
            try string(field.name)
            raw(" ")
            if let value = field.value { try string(value) } else { raw("NIL") }
        }
        raw(")")
    }

    private mutating func list(
        _ reference: String, _ pattern: String, _ returning: [ListReturn]
    ) throws(IMAPSyntaxError) {
        raw(" ")
        try self.pattern(reference)
        raw(" ")
        try self.pattern(pattern)
        guard !returning.isEmpty else { return }
        for (index, option) in returning.enumerated() {
            raw(index == 0 ? " RETURN (" : " ")
            switch option {
            case .subscribed: raw("SUBSCRIBED")
            case .children: raw("CHILDREN")
            case .specialUse: raw("SPECIAL-USE")
            case .status(let items):
                raw("STATUS ")
                try statusItems(items)
            }
        }
        raw(")")
    }

    private mutating func status(_ name: WireMailboxName, _ items: [StatusItem]) throws(IMAPSyntaxError) {
        raw(" ")
        try mailbox(name)
        raw(" ")
        try statusItems(items)
    }

    private mutating func statusItems(_ items: [StatusItem]) throws(IMAPSyntaxError) {
        guard !items.isEmpty else { throw refusal() }
        raw("(" + items.map(\.rawValue).joined(separator: " ") + ")")
    }

    private mutating func select(_ name: WireMailboxName, _ condstore: Bool) throws(IMAPSyntaxError) {
        raw(" ")
        try mailbox(name)
        if condstore { raw(" (CONDSTORE)") }
    }

    private mutating func store(
        _ uids: NonEmptyUIDSet, _ change: FlagChange, _ flags: [Flag], silent: Bool, _ unchangedSince: ModSeq?
    ) throws(IMAPSyntaxError) {
        guard change == .replace || !flags.isEmpty else { throw refusal() }
        raw(" \(uids) ")
        if let unchangedSince {
            raw("(UNCHANGEDSINCE ")
            try modSeq(unchangedSince)
            raw(") ")
        }
        switch change {
        case .add: raw("+FLAGS")
        case .remove: raw("-FLAGS")
        case .replace: raw("FLAGS")
        }
        raw(silent ? ".SILENT " : " ")
        self.flags(flags)
    }

    private mutating func append(
        _ name: WireMailboxName, _ flags: [Flag], _ date: Int64?, _ size: Int
    ) throws(IMAPSyntaxError) {
        raw(" ")
        try mailbox(name)
        raw(" ")
        if !flags.isEmpty {
            self.flags(flags)
            raw(" ")
        }
        if let date {
            guard let text = InternalDate.format(date) else { throw refusal() }
            raw("\"\(text)\" ")
        }
        try messageLiteral(size: size)
    }
}

// MARK: - FETCH and SEARCH

extension CommandWriter {
    private mutating func fetch(
        _ uids: UIDSelection, _ items: [FetchItem], _ changedSince: ModSeq?
    ) throws(IMAPSyntaxError) {
        raw(" ")
        try selection(uids)
        raw(" ")
        try fetchItems(items)
        // CHANGEDSINCE 0 is illegal (RFC 7162 §3.1.4.1); without it, all is told, which is the same.
        guard let changedSince, changedSince.rawValue > 0 else { return }
        raw(" (CHANGEDSINCE ")
        try modSeq(changedSince)
        raw(")")
    }

    private mutating func resync(_ uids: UIDSelection, _ since: ModSeq) throws(IMAPSyntaxError) {
        guard since.rawValue > 0 else { throw refusal() }
        raw(" ")
        try selection(uids)
        raw(" (UID FLAGS) (CHANGEDSINCE ")
        try modSeq(since)
        raw(" VANISHED)")
    }

    /// MessageNew and MessageExpunge go together, and FlagChange needs both (RFC 5465 §5).
    private mutating func notify(_ items: [FetchItem]) throws(IMAPSyntaxError) {
        raw(" SET (SELECTED (MessageNew ")
        try fetchItems(items)
        raw(" MessageExpunge FlagChange))")
    }

    private mutating func fetchItems(_ items: [FetchItem]) throws(IMAPSyntaxError) {
        guard !items.isEmpty else { throw refusal() }
        for (index, item) in items.enumerated() {
            raw(index == 0 ? "(" : " ")
            try fetchItem(item)
        }
        raw(")")
    }

    private mutating func fetchItem(_ item: FetchItem) throws(IMAPSyntaxError) {
        switch item {
        case .uid: raw("UID")
        case .flags: raw("FLAGS")
        case .internalDate: raw("INTERNALDATE")
        case .size: raw("RFC822.SIZE")
        case .envelope: raw("ENVELOPE")
        case .bodyStructure: raw("BODYSTRUCTURE")
        case .modSeq: raw("MODSEQ")
        case .emailID: raw("EMAILID")
        case .threadID: raw("THREADID")
        case .gmMessageID: raw("X-GM-MSGID")
        case .gmThreadID: raw("X-GM-THRID")
        case .gmLabels: raw("X-GM-LABELS")
        case .bodyPeek(let section, let partial): try bodyPeek(section, partial)
        }
    }

    private mutating func bodyPeek(_ section: BodySection, _ partial: Range<Int>?) throws(IMAPSyntaxError) {
        raw("BODY.PEEK[")
        switch section {
        case .headerFields(let names), .headerFieldsNot(let names):
            guard !names.isEmpty else { throw refusal() }
            if case .headerFields = section { raw("HEADER.FIELDS") } else { raw("HEADER.FIELDS.NOT") }
            for (index, name) in names.enumerated() {
                raw(index == 0 ? " (" : " ")
                try atom(name)
            }
            raw(")")
        case .part(let path), .partMIME(let path), .partHeader(let path), .partText(let path):
            guard !path.isEmpty, path.allSatisfy({ $0 > 0 }) else { throw refusal() }
            raw(section.description)
        case .whole, .header, .text:
            raw(section.description)
        }
        raw("]")
        guard let partial else { return }
        guard partial.lowerBound >= 0, !partial.isEmpty else { throw refusal() }
        raw("<\(partial.lowerBound).\(partial.count)>")
    }

    private mutating func search(_ keys: [SearchKey], returnAll: Bool) throws(IMAPSyntaxError) {
        guard !keys.isEmpty else { throw refusal() }
        if returnAll { raw(" RETURN (ALL)") }
        for key in keys {
            raw(" ")
            try searchKey(key)
        }
    }

    private mutating func searchKey(_ key: SearchKey) throws(IMAPSyntaxError) {
        switch key {
        case .all: raw("ALL")
        case .uid(let uids):
            raw("UID ")
            try selection(uids)
        case .has(let flag): try searchFlag(flag, prefix: "")
        case .lacks(let flag): try searchFlag(flag, prefix: "UN")
        case .since(let seconds):
            raw("SINCE ")
            try searchDay(seconds)
        case .before(let seconds):
            raw("BEFORE ")
            try searchDay(seconds)
        case .modSeq(let value):
            raw("MODSEQ ")
            try modSeq(value)
        case .gmMessageID(let number): raw("X-GM-MSGID \(number)")
        case .not(let inner):
            raw("NOT ")
            try searchKey(inner)
        }
    }

    private mutating func searchFlag(_ flag: Flag, prefix: String) throws(IMAPSyntaxError) {
        guard flag.isSystem else {
            raw("\(prefix)KEYWORD \(flag.rawValue)")
            return
        }
        switch flag {
        case .recent: raw(prefix.isEmpty ? "RECENT" : "OLD")
        case .seen, .answered, .flagged, .deleted, .draft: raw(prefix + flag.name.uppercased())
        default: throw refusal()
        }
    }

    private mutating func searchDay(_ seconds: Int64) throws(IMAPSyntaxError) {
        guard let day = InternalDate.day(seconds) else { throw refusal() }
        raw(day)
    }
}
