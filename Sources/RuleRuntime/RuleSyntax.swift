import MailModel

/// Reads the table of a `rule "name" { ... }`.
struct RuleSyntax {
    static let keys: Set<String> = [
        "on", "every", "at", "account", "folder", "when", "run", "continue", "limit", "enabled", "dry_run",
    ]

    let name: String
    let position: SourcePosition
    let environment: RuleEnvironment
    /// Whether the file has a `when =` in this rule, whatever its value became.
    let writesWhen: Bool
    let condition: (RuleValue) -> Condition?
    let actions: (RuleValue) throws(RuleMisuse) -> [ActionTemplate]

    func parse(_ definition: RuleValue) throws(RuleMisuse) -> CompiledRule {
        guard let parts = definition.tableParts else {
            throw misuse("is followed by a table: rule \"\(name)\" { when = ..., run = ... }")
        }
        if let unknown = parts.fields.keys.sorted().first(where: { !Self.keys.contains($0) }) {
            throw misuse("has no key \"\(unknown)\"" + NearestName.hint(unknown, in: Self.keys))
        }
        if let item = parts.items.first {
            throw misuse("has a value without a key (\(item.shown)); actions go into run = { ... }")
        }
        guard parts.hole == nil, !parts.hasOtherKeys else { throw misuse("has a key that is no name") }
        let fields = parts.fields
        let events = try events(fields)
        let summary = RuleSummary(
            name: name, position: position, events: events, folders: try folders(fields["folder"]),
            accounts: try accounts(fields["account"]), schedule: try schedule(fields, events),
            limit: try limit(fields["limit"]), enabled: try bool(fields, "enabled") ?? true,
            dryRun: try bool(fields, "dry_run") ?? false, continues: try bool(fields, "continue") ?? false)
        return CompiledRule(summary: summary, when: try when(fields["when"]), run: try run(fields["run"], summary))
    }

    private func misuse(_ text: String) -> RuleMisuse { RuleMisuse("rule \"\(name)\" \(text)") }

    private func when(_ value: RuleValue?) throws(RuleMisuse) -> CompiledRule.When {
        switch value {
        case nil where writesWhen:
            throw misuse("has a when that is nil, and would match every message")
        case nil: return .always
        case .function: return .function
        case .bool(let flag):
            throw misuse(
                "has when = \(flag), which is no condition; conditions are combined with & | ~, not with"
                    + " and, or, not, ==")
        case .handle(.subject, _):
            throw misuse("has a subject without a test as when; write subject:contains \"...\"")
        case .some(let value):
            guard let condition = condition(value) else {
                throw misuse("has \(value.shown) as when; it takes a condition or a function")
            }
            return .condition(condition)
        }
    }

    private func run(_ value: RuleValue?, _ summary: RuleSummary) throws(RuleMisuse) -> CompiledRule.Run {
        switch value {
        case nil: throw misuse("has no run")
        case .function: return .function
        case .some(let value):
            let actions = try actions(value)
            guard !actions.isEmpty else { throw misuse("has an empty run") }
            let accounts = environment.accounts.filter { account in
                summary.accounts.map { $0.contains(account.name.rawValue) } ?? true
            }
            for action in actions {
                guard case .mail(let mail) = action.effect else { continue }
                for account in accounts {
                    if let reason = account.refusal(of: mail) { throw RuleMisuse(reason, at: action.position) }
                }
            }
            try conflicts(actions, account: accounts.count == 1 ? accounts[0].name.rawValue : nil)
            return .actions(actions)
        }
    }

    /// Whether the actions of one list can stand together, as far as that can be said without a message.
    private func conflicts(_ actions: [ActionTemplate], account: String?) throws(RuleMisuse) {
        var plan = RulePlan(flags: [], account: account)
        var times: [ActionTemplate.SnoozeTime] = []
        for action in actions {
            let mail: MailAction
            switch action.effect {
            case .mail(let effect): mail = effect
            case .snooze(let time):
                // Only whether it is the same time counts.
                if !times.contains(time) { times.append(time) }
                mail = .snooze(until: Int64(times.firstIndex(of: time) ?? 0))
            case .stop: continue
            }
            do {
                try plan.add(
                    PlannedAction(
                        action: mail, rule: name, position: action.position, after: action.after,
                        recheck: action.recheck))
            } catch {
                throw RuleMisuse(error.message, at: action.position)
            }
        }
    }

    // MARK: Keys

    private func events(_ fields: [String: RuleValue]) throws(RuleMisuse) -> Set<RuleEventKind> {
        guard let names = try strings(fields, "on") else { return [.new] }
        let known = RuleEventKind.allCases.map(\.rawValue)
        var events: Set<RuleEventKind> = []
        for name in names {
            guard let event = RuleEventKind(rawValue: name) else {
                throw misuse(
                    "has on = \"\(name)\", which is no event (\(known.joined(separator: ", ")))"
                        + NearestName.hint(name, in: known))
            }
            events.insert(event)
        }
        guard !events.isEmpty else { throw misuse("has an empty on") }
        return events
    }

    private func schedule(
        _ fields: [String: RuleValue], _ events: Set<RuleEventKind>
    ) throws(RuleMisuse) -> RuleSchedule? {
        let every = fields["every"]
        let at = fields["at"]
        guard events.contains(.schedule) else {
            guard every == nil, at == nil else { throw misuse("has every or at, which need on = \"schedule\"") }
            return nil
        }
        switch (every, at) {
        case (let every?, nil):
            guard let seconds = Quantity.duration(every), seconds >= 60 else {
                throw misuse("has every = \(every.shown); it takes a duration of at least a minute, like \"1d\"")
            }
            return .every(seconds)
        case (nil, let at?):
            guard let second = at.string.flatMap(RuleClock.secondOfDay), second % 60 == 0 else {
                throw misuse("has at = \(at.shown); it takes a time of day, like \"07:30\"")
            }
            return .at(minutes: Int(second / 60))
        case (nil, nil): throw misuse("has on = \"schedule\" without every = \"1d\" or at = \"07:30\"")
        case (_?, _?): throw misuse("has every and at; it takes one of them")
        }
    }

    private func folders(_ value: RuleValue?) throws(RuleMisuse) -> [String]? {
        guard let value else { return nil }
        guard let names = try strings(["folder": value], "folder") else { return nil }
        for name in names where MailboxName(name) == nil {
            throw misuse("has folder = \"\(name)\", which cannot be a folder's name")
        }
        return names
    }

    private func accounts(_ value: RuleValue?) throws(RuleMisuse) -> [String]? {
        guard let value, let names = try strings(["account": value], "account") else { return nil }
        let known = environment.accounts.map(\.name.rawValue)
        for name in names where !known.contains(name) {
            throw misuse("has account = \"\(name)\", which is not configured" + NearestName.hint(name, in: known))
        }
        return names
    }

    private func limit(_ value: RuleValue?) throws(RuleMisuse) -> Int? {
        switch value {
        case nil: return RuleSummary.standardLimit
        case .bool(false): return nil
        case .some(let value):
            guard let number = value.integer, (1...1_000_000).contains(number) else {
                throw misuse("has limit = \(value.shown); it takes a number of plans, or false")
            }
            return Int(number)
        }
    }

    private func bool(_ fields: [String: RuleValue], _ key: String) throws(RuleMisuse) -> Bool? {
        guard let value = fields[key] else { return nil }
        guard let flag = value.bool else { throw misuse("has \(key) = \(value.shown); it takes true or false") }
        return flag
    }

    private func strings(_ fields: [String: RuleValue], _ key: String) throws(RuleMisuse) -> [String]? {
        guard let value = fields[key] else { return nil }
        if let text = value.string { return [text] }
        guard let parts = value.tableParts, parts.fields.isEmpty, parts.hole == nil, !parts.hasOtherKeys else {
            throw misuse("has \(key) = \(value.shown); it takes a text or a list of texts")
        }
        var texts: [String] = []
        for item in parts.items {
            guard let text = item.string else { throw misuse("has \(item.shown) in \(key); it takes texts") }
            texts.append(text)
        }
        return texts
    }
}

extension RuleAccount {
    /// Why this account cannot do it; `nil` when it can.
    func refusal(of action: MailAction) -> String? {
        let from: String?
        switch action {
        case .forward(let request): from = request.from
        case .reply(let request): from = request.from
        case .redirect:
            if let canRedirect { return "account \"\(name)\" cannot redirect: \(canRedirect)" }
            from = nil
        default: return nil
        }
        guard canSend else {
            return "account \"\(name)\" cannot send (it has no smtp), so \(action.name) is not possible there;"
                + " name the accounts of the rule with account = "
        }
        if let from, !addresses.contains(where: { $0.lowercased() == from.lowercased() }) {
            return "\(action.name): from = \"\(from)\" is no address of account \"\(name)\""
        }
        return nil
    }
}
