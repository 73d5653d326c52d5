import MIMEParsing
import MailModel

/// Reads the table of a `message { ... }`, and the options of a `file "x.eml"`.
struct SampleSyntax {
    private static let texts = ["subject": "Subject", "list_unsubscribe": "List-Unsubscribe"]
    private static let addresses = [
        "from": "From", "to": "To", "cc": "Cc", "bcc": "Bcc", "reply_to": "Reply-To", "sender": "Sender",
    ]
    private static let bracketed = [
        "message_id": "Message-ID", "in_reply_to": "In-Reply-To", "references": "References", "list_id": "List-Id",
    ]
    private static let keys = Set(TestMessageKey.allCases.map(\.rawValue))
    private static let places = Set(TestMessageKey.places.map(\.rawValue))

    let environment: RuleEnvironment
    let clock: RuleClock

    func message(_ value: RuleValue) throws(RuleMisuse) -> SampleMessage {
        guard let parts = value.tableParts else {
            throw RuleMisuse("message takes a table: message { from = \"a@example.org\", subject = \"...\" }")
        }
        try check(parts, "message", Self.keys)
        let fields = parts.fields
        var composer = SampleComposer()
        for (key, name) in Self.addresses.sorted(by: { $0.key < $1.key }) {
            let values = try texts(fields, key)
            if !values.isEmpty { composer.header.append((name, values.joined(separator: ", "))) }
        }
        for (key, name) in Self.texts.sorted(by: { $0.key < $1.key }) {
            if let text = try text(fields, key) { composer.header.append((name, text)) }
        }
        for (key, name) in Self.bracketed.sorted(by: { $0.key < $1.key }) {
            let values = try texts(fields, key).map { $0.contains("<") ? $0 : "<\($0)>" }
            if !values.isEmpty { composer.header.append((name, values.joined(separator: " "))) }
        }
        composer.header += try headers(fields["headers"])
        composer.date = try time(fields, "date")
        composer.text = try text(fields, "text")
        composer.html = try text(fields, "html")
        composer.attachments = try attachments(fields["attachments"])
        return try place(SampleMessage(raw: .composed(composer)), fields)
    }

    /// A message read from a file; the options say where it is taken to lie.
    func file(_ bytes: [UInt8], options: RuleValue) throws(RuleMisuse) -> SampleMessage {
        let sample = SampleMessage(raw: .bytes(bytes))
        if options.isNull { return sample }
        guard let parts = options.tableParts else {
            throw RuleMisuse("file takes a name, options second: file(\"x.eml\", { folder = \"INBOX\" })")
        }
        try check(parts, "file", Self.places)
        return try place(sample, parts.fields)
    }

    private func check(_ parts: TableParts, _ owner: String, _ known: Set<String>) throws(RuleMisuse) {
        if let unknown = parts.fields.keys.sorted().first(where: { !known.contains($0) }) {
            throw RuleMisuse("\(owner) has no key \"\(unknown)\"" + NearestName.hint(unknown, in: known))
        }
        guard parts.items.isEmpty, parts.hole == nil, !parts.hasOtherKeys else {
            throw RuleMisuse("\(owner) has a value without a key; it is written \(owner) { subject = \"...\" }")
        }
    }

    // MARK: Where it lies

    private func place(_ sample: SampleMessage, _ fields: [String: RuleValue]) throws(RuleMisuse) -> SampleMessage {
        var sample = sample
        if let name = try text(fields, "account") {
            guard let account = environment.account(name) else {
                let known = environment.accounts.map(\.name.rawValue)
                throw RuleMisuse("account \"\(name)\" is not configured" + NearestName.hint(name, in: known))
            }
            sample.account = account.name
        }
        if let name = try text(fields, "folder") {
            guard let mailbox = MailboxName(name) else { throw RuleMisuse("\"\(name)\" cannot be a folder's name") }
            sample.mailbox = mailbox
        }
        if let event = fields["event"] { sample.event = try self.event(event) }
        sample.flags = try flags(fields, "flags")
        sample.received = try time(fields, "received")
        if let uid = fields["uid"] {
            guard let number = uid.integer.flatMap({ UInt32(exactly: $0) }), number > 0 else {
                throw wrong("uid", "a number from 1 on", uid)
            }
            sample.uid = number
        }
        if let size = fields["size"] {
            guard let bytes = Quantity.size(size).flatMap({ Int(exactly: $0) }) else {
                throw wrong("size", "a size like \"5MB\"", size)
            }
            sample.size = bytes
        }
        return sample
    }

    /// `"new"`, or `{ kind = "flags", added = { "seen" } }`; `{ kind = "schedule", rule = "Name" }`.
    private func event(_ value: RuleValue) throws(RuleMisuse) -> RuleEvent {
        let fields: [String: RuleValue]
        if let kind = value.string {
            fields = ["kind": .string(kind)]
        } else if let parts = value.tableParts {
            try check(parts, "event", ["kind", "added", "removed", "rule"])
            fields = parts.fields
        } else {
            throw wrong("event", "a text or a table", value)
        }
        let added = try flags(fields, "added")
        let removed = try flags(fields, "removed")
        let kind = try text(fields, "kind") ?? (added.union(removed).isEmpty ? "new" : "flags")
        let rule = try text(fields, "rule")
        if kind != "flags", !added.union(removed).isEmpty {
            throw RuleMisuse("event: added and removed belong to kind = \"flags\"")
        }
        if kind != "schedule", rule != nil { throw RuleMisuse("event: rule belongs to kind = \"schedule\"") }
        switch kind {
        case "new": return .new
        case "moved_in": return .movedIn
        case "removed": return .removed
        case "flags": return .flags(added: added, removed: removed)
        case "schedule": return .schedule(rule: rule ?? "")
        case "sweep": return .sweep
        default:
            let known = RuleEventKind.allCases.map(\.rawValue) + ["sweep"]
            throw RuleMisuse(
                "event \"\(kind)\" is none (\(known.joined(separator: ", ")))" + NearestName.hint(kind, in: known))
        }
    }

    private func flags(_ fields: [String: RuleValue], _ key: String) throws(RuleMisuse) -> Set<Flag> {
        var flags: Set<Flag> = []
        for name in try texts(fields, key) {
            guard let flag = Flag(name: name) else { throw RuleMisuse("\(key): \"\(name)\" is no flag") }
            flags.insert(flag)
        }
        return flags
    }

    /// Seconds since 1970, from a number, a date as rules write it, or a date as mail writes it.
    func time(_ fields: [String: RuleValue], _ key: String) throws(RuleMisuse) -> Int64? {
        guard let value = fields[key] else { return nil }
        if let number = value.integer { return number }
        if let text = value.string, let time = clock.date(text) ?? MailDate.parse(text) { return time }
        throw wrong(key, "a date like \"2030-01-31 08:00\", or seconds since 1970", value)
    }

    // MARK: What is in it

    private func headers(_ value: RuleValue?) throws(RuleMisuse) -> [(name: String, value: String)] {
        guard let value else { return [] }
        guard let parts = value.tableParts, parts.items.isEmpty, !parts.hasOtherKeys else {
            throw wrong("headers", "a table: headers = { [\"X-Name\"] = \"text\" }", value)
        }
        var headers: [(name: String, value: String)] = []
        for name in parts.fields.keys.sorted() {
            guard RuleHost.isFieldName(name) else { throw RuleMisuse("\"\(name)\" cannot be a header's name") }
            for text in try texts(parts.fields, name) { headers.append((name, text)) }
        }
        return headers
    }

    private func attachments(_ value: RuleValue?) throws(RuleMisuse) -> [SampleComposer.Attachment] {
        guard let value else { return [] }
        guard let parts = value.tableParts, parts.fields.isEmpty, parts.hole == nil, !parts.hasOtherKeys else {
            throw wrong("attachments", "a list: attachments = { { filename = \"a.pdf\" } }", value)
        }
        var attachments: [SampleComposer.Attachment] = []
        for item in parts.items {
            guard let entry = item.tableParts else { throw wrong("attachments", "a list of tables", item) }
            try check(entry, "an attachment", ["filename", "type", "content"])
            let filename = try text(entry.fields, "filename") ?? ""
            let type = try text(entry.fields, "type") ?? "application/octet-stream"
            let content = try text(entry.fields, "content") ?? ""
            attachments.append(.init(filename: filename, type: type, content: Array(content.utf8)))
        }
        return attachments
    }

    // MARK: Values

    private func text(_ fields: [String: RuleValue], _ key: String) throws(RuleMisuse) -> String? {
        guard let value = fields[key] else { return nil }
        guard let text = value.string else { throw wrong(key, "a text", value) }
        return text
    }

    /// A text or a list of texts; empty when it is not there.
    private func texts(_ fields: [String: RuleValue], _ key: String) throws(RuleMisuse) -> [String] {
        guard let value = fields[key] else { return [] }
        if let text = value.string { return [text] }
        guard let parts = value.tableParts, parts.fields.isEmpty, parts.hole == nil, !parts.hasOtherKeys else {
            throw wrong(key, "a text or a list of texts", value)
        }
        var texts: [String] = []
        for item in parts.items {
            guard let text = item.string else { throw wrong(key, "a text or a list of texts", item) }
            texts.append(text)
        }
        return texts
    }

    private func wrong(_ key: String, _ expected: String, _ value: RuleValue) -> RuleMisuse {
        RuleMisuse("\(key) is \(expected), not \(value.shown)")
    }
}
