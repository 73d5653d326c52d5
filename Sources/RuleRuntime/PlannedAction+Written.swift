import MailModel

extension PlannedAction {
    /// As a rule would write it: `move("Receipts", { after = "30d" })`.
    public var written: String {
        var options: [String] = []
        if let after { options.append("after = \(Self.duration(after))") }
        if recheck { options.append("recheck = true") }
        switch action {
        case .move(let target), .copy(let target):
            if !target.create { options.append("create = false") }
            return Self.call(action.name, target.written, options)
        case .trash, .archive, .junk:
            return options.isEmpty ? action.name : "\(action.name) { \(options.joined(separator: ", ")) }"
        case .mark(let name), .unmark(let name), .keyword(let name), .unkeyword(let name), .pipe(let name):
            return Self.call(action.name, Self.quoted(name), options)
        case .log(let text): return Self.call(action.name, Self.quoted(text), options)
        case .snooze(let until): return Self.call(action.name, String(until), options)
        case .forward(let request):
            var fields = [Self.recipients(request.to)]
            if request.form == .inline { fields.append("as = \"inline\"") }
            if !request.note.isEmpty { fields.append("note = \(Self.quoted(request.note))") }
            if let from = request.from { fields.append("from = \(Self.quoted(from))") }
            if request.first { fields.append("first = true") }
            return Self.table(action.name, fields + Self.unknown(request.unknown) + options)
        case .redirect(let request):
            var fields = [Self.recipients(request.to)]
            if request.first { fields.append("first = true") }
            return Self.table(action.name, fields + Self.unknown(request.unknown) + options)
        case .reply(let request):
            var fields = ["text = \(Self.quoted(request.text))"]
            if let subject = request.subject { fields.append("subject = \(Self.quoted(subject))") }
            if let from = request.from { fields.append("from = \(Self.quoted(from))") }
            if request.period != 7 * 86_400 { fields.append("period = \(Self.duration(request.period))") }
            return Self.table(action.name, fields + Self.unknown(request.unknown) + options)
        case .notify(let request):
            var fields = ["channel = \(Self.quoted(request.channel))"]
            if !request.title.isEmpty { fields.append("title = \(Self.quoted(request.title))") }
            if !request.body.isEmpty { fields.append("body = \(Self.quoted(request.body))") }
            if request.first { fields.append("first = true") }
            return Self.table(action.name, fields + options)
        }
    }

    private static func call(_ name: String, _ argument: String, _ options: [String]) -> String {
        guard !options.isEmpty else {
            return argument.hasPrefix("\"") ? "\(name) \(argument)" : "\(name)(\(argument))"
        }
        return "\(name)(\(argument), { \(options.joined(separator: ", ")) })"
    }

    private static func table(_ name: String, _ fields: [String]) -> String {
        "\(name) { \(fields.joined(separator: ", ")) }"
    }

    private static func recipients(_ to: [String]) -> String {
        to.count == 1 ? "to = \(quoted(to[0]))" : "to = { \(to.map(quoted).joined(separator: ", ")) }"
    }

    private static func unknown(_ policy: UnknownPolicy?) -> [String] {
        policy.map { ["unknown = \"\($0.rawValue)\""] } ?? []
    }

    static func quoted(_ text: String) -> String { ConditionSyntax.literal(.string(text)) }

    /// In the largest unit that says it in one number.
    static func duration(_ seconds: Int64) -> String {
        for (unit, length) in [("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60)] as [(String, Int64)]
        where seconds != 0 && seconds % length == 0 {
            return "\"\(seconds / length)\(unit)\""
        }
        return "\"\(seconds)s\""
    }
}

extension FolderTarget {
    /// As the argument of `move`.
    fileprivate var written: String {
        switch place {
        case .name(let folder): PlannedAction.quoted("\(account.map { "\($0):" } ?? "")\(folder)")
        case .role(let role): "role.\(role.rawValue)"
        }
    }
}
