import MailModel

/// Reads the arguments of an action.
struct ActionSyntax {
    let name: ActionName
    let environment: RuleEnvironment
    let clock: RuleClock
    let position: SourcePosition?
    /// Looks up `role.archive`.
    let role: (RuleValue) -> MailboxRole?

    private var reference: ActionReference { name.reference }

    func parse(_ arguments: [RuleValue]) throws(RuleMisuse) -> ActionTemplate {
        let values = arguments.trimmingNulls
        switch reference.form {
        case .nothing:
            guard values.isEmpty else { throw wrongArguments }
            return ActionTemplate(name: name, effect: .stop, position: position)
        case .bare:
            guard values.count <= 1 else { throw wrongArguments }
            return try template(.mail(bareAction), try options(values.first))
        case .table:
            guard values.count == 1, case .table = values[0] else { throw wrongArguments }
            let options = try options(values[0])
            return try template(.mail(tableAction(options)), options)
        case .value(_, let expected):
            guard let first = values.first, values.count <= 2 else { throw missing(expected) }
            if case .table = first {
                throw RuleMisuse("\(name.rawValue) takes \(expected) first, options second: \(reference.usage)")
            }
            let options = try options(values.count == 2 ? values[1] : nil)
            return try template(effect(first, expected, options), options)
        }
    }

    private func options(_ value: RuleValue?) throws(RuleMisuse) -> OptionReader {
        try OptionReader(value, of: name.rawValue, options: reference.options, usage: reference.usage)
    }

    private func template(_ effect: ActionTemplate.Effect, _ options: OptionReader) throws(RuleMisuse) -> ActionTemplate
    {
        let after = options.duration(.after)
        let recheck = options.bool(.recheck) ?? false
        if after == 0 {
            throw RuleMisuse("\(name.rawValue): after is a time from now; without it the action is due now")
        }
        if recheck, after == nil { throw RuleMisuse("\(name.rawValue): recheck needs after") }
        return ActionTemplate(name: name, effect: effect, after: after, recheck: recheck, position: position)
    }

    private var wrongArguments: RuleMisuse { RuleMisuse("\(name.rawValue) is written \(reference.usage)") }

    private func missing(_ expected: String) -> RuleMisuse {
        RuleMisuse("\(name.rawValue) needs \(expected): \(reference.usage)")
    }

    private var bareAction: MailAction {
        switch name {
        case .archive: .archive
        case .junk: .junk
        default: .trash
        }
    }

    private func effect(
        _ value: RuleValue, _ expected: String, _ options: OptionReader
    ) throws(RuleMisuse) -> ActionTemplate.Effect {
        switch name {
        case .move, .copy:
            let create = options.bool(.create) ?? true
            let target = try folderTarget(value, create: create)
            return .mail(name == .move ? .move(target) : .copy(target))
        case .snooze: return .snooze(try snoozeTime(value))
        default: break
        }
        guard let text = value.string, !text.isEmpty || name == .log else { throw missing(expected) }
        switch name {
        case .mark: return .mail(.mark(flag: try flagName(text)))
        case .unmark: return .mail(.unmark(flag: try flagName(text)))
        case .keyword: return .mail(.keyword(try keywordName(text)))
        case .unkeyword: return .mail(.unkeyword(try keywordName(text)))
        case .pipe:
            guard environment.programs.contains(text) else {
                throw RuleMisuse(
                    "no program \"\(text)\" in the configuration" + NearestName.hint(text, in: environment.programs))
            }
            return .mail(.pipe(program: text))
        default: return .mail(.log(text))
        }
    }

    // MARK: Folders

    private func folderTarget(_ value: RuleValue, create: Bool) throws(RuleMisuse) -> FolderTarget {
        if let role = role(value) { return FolderTarget(place: .role(role), create: create) }
        guard let text = value.string else {
            throw RuleMisuse("\(name.rawValue) takes a folder's name, not \(value.withArticle): \(reference.usage)")
        }
        var folder = text
        var account: String?
        // `work:Clients`: another account, when what stands before the colon can be an account's name.
        if let colon = text.firstIndex(of: ":"), AccountName(String(text[..<colon])) != nil {
            let name = String(text[..<colon])
            guard environment.account(name) != nil else {
                let known = environment.accounts.map(\.name.rawValue)
                throw RuleMisuse("no account \"\(name)\" for folder \"\(text)\"" + NearestName.hint(name, in: known))
            }
            account = name
            folder = String(text[text.index(after: colon)...])
        }
        guard let mailbox = MailboxName(folder) else {
            throw RuleMisuse("\"\(folder)\" cannot be a folder's name (levels are separated by / and not empty)")
        }
        return FolderTarget(account: account, place: .name(mailbox.rawValue), create: create)
    }

    // MARK: Flags

    private func flagName(_ text: String) throws(RuleMisuse) -> String {
        guard let flag = Flag(name: text), !text.hasPrefix("\\") else {
            throw RuleMisuse("\"\(text)\" is no flag; write seen, flagged, answered, draft, or a keyword")
        }
        if flag == .deleted { throw RuleMisuse("rules do not mark messages as deleted; write trash") }
        if flag == .recent { throw RuleMisuse("the flag recent belongs to the server") }
        return flag.name
    }

    private func keywordName(_ text: String) throws(RuleMisuse) -> String {
        guard let flag = Flag(name: text), !flag.isSystem else {
            throw RuleMisuse("\"\(text)\" is no keyword; flags are set by mark and unmark")
        }
        return flag.name
    }

    private func snoozeTime(_ value: RuleValue) throws(RuleMisuse) -> ActionTemplate.SnoozeTime {
        if let text = value.string {
            if let second = RuleClock.secondOfDay(text) { return .secondOfDay(second) }
            if let time = clock.date(text) { return .time(time) }
        }
        guard let seconds = Quantity.duration(value) else {
            throw RuleMisuse("snooze takes a duration (\"2h\"), a time (\"07:30\") or a date (\"2030-01-01 08:00\")")
        }
        return .duration(seconds)
    }

    // MARK: Sending

    private func tableAction(_ options: OptionReader) throws(RuleMisuse) -> MailAction {
        switch name {
        case .forward:
            return .forward(
                ForwardRequest(
                    to: try recipients(options), form: options.choice(.form) ?? .attachment,
                    note: options.string(.note) ?? "", from: options.string(.sender),
                    first: options.bool(.first) ?? false, unknown: options.choice(.unknown)))
        case .redirect:
            return .redirect(
                RedirectRequest(
                    to: try recipients(options), first: options.bool(.first) ?? false,
                    unknown: options.choice(.unknown)))
        case .reply:
            guard let text = options.string(.replyText), !text.isEmpty else { throw missing("text") }
            return .reply(
                ReplyRequest(
                    subject: options.string(.replySubject), text: text, from: options.string(.sender),
                    period: options.duration(.period) ?? 7 * 86_400, unknown: options.choice(.unknown)))
        default:
            guard let channel = options.string(.channel) else { throw missing("a channel") }
            guard environment.channels.contains(channel) else {
                throw RuleMisuse(
                    "no notify channel \"\(channel)\" in the configuration"
                        + NearestName.hint(channel, in: environment.channels))
            }
            return .notify(
                NotifyRequest(
                    channel: channel, title: options.string(.title) ?? "", body: options.string(.body) ?? "",
                    first: options.bool(.first) ?? false))
        }
    }

    private func recipients(_ options: OptionReader) throws(RuleMisuse) -> [String] {
        let texts = options.strings(.recipients)
        guard !texts.isEmpty else { throw missing("to") }
        let own = environment.accounts.flatMap(\.addresses).map(Self.withoutDetail)
        for text in texts {
            guard EnvelopeAddress(text) != nil else { throw RuleMisuse("\"\(text)\" is no address to send to") }
            if own.contains(Self.withoutDetail(text)) {
                throw RuleMisuse(
                    "\(name.rawValue) to \(text) would come back: it is an address of a configured account")
            }
        }
        return texts
    }

    /// `jane+shop@icloud.com` is delivered to jane@icloud.com.
    private static func withoutDetail(_ address: String) -> String {
        let address = address.lowercased()
        guard let at = address.lastIndex(of: "@"), let plus = address[..<at].firstIndex(of: "+"),
            plus != address.startIndex
        else { return address }
        return String(address[..<plus] + address[at...])
    }
}

extension [RuleValue] {
    /// Without the nils at its end.
    var trimmingNulls: [RuleValue] { Array(prefix((lastIndex { !$0.isNull } ?? -1) + 1)) }
}
