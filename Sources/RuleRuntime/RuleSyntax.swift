import MailModel

/// Reads the table of a `rule "name" { ... }`.
struct RuleSyntax {
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
        if let unknown = parts.fields.keys.sorted().first(where: { RuleKey(rawValue: $0) == nil }) {
            throw misuse("has no key \"\(unknown)\"" + NearestName.hint(unknown, in: RuleKey.names))
        }
        if let item = parts.items.first {
            throw misuse("has a value without a key (\(item.shown)); actions go into run = { ... }")
        }
        guard parts.hole == nil, !parts.hasOtherKeys else { throw misuse("has a key that is no name") }
        let keys = Keys(fields: parts.fields)
        let events = try events(keys[.on])
        let summary = RuleSummary(
            name: name, position: position, events: events, folders: try folders(keys[.folder]),
            accounts: try accounts(keys[.account]), schedule: try schedule(keys, events),
            limit: try limit(keys[.limit]), enabled: try bool(keys, .enabled) ?? true,
            dryRun: try bool(keys, .dryRun) ?? false, continues: try bool(keys, .continues) ?? false)
        return CompiledRule(summary: summary, when: try when(keys[.when]), run: try run(keys[.run], summary))
    }

    private struct Keys {
        var fields: [String: RuleValue]

        subscript(_ key: RuleKey) -> RuleValue? { fields[key.rawValue] }
    }

    private func misuse(_ text: String) -> RuleMisuse { RuleMisuse("rule \"\(name)\" \(text)") }

    private func wrong(_ key: RuleKey, _ value: RuleValue) -> RuleMisuse {
        misuse("has \(key.rawValue) = \(value.shown); it takes \(key.takes)")
    }

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
                throw wrong(.when, value)
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

    private func events(_ value: RuleValue?) throws(RuleMisuse) -> Set<RuleEventKind> {
        guard let names = try strings(value, .on) else { return [.new] }
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

    private func schedule(_ keys: Keys, _ events: Set<RuleEventKind>) throws(RuleMisuse) -> RuleSchedule? {
        guard events.contains(.schedule) else {
            guard keys[.every] == nil, keys[.at] == nil else {
                throw misuse("has every or at, which need on = \"schedule\"")
            }
            return nil
        }
        switch (keys[.every], keys[.at]) {
        case (let every?, nil):
            guard let seconds = Quantity.duration(every), seconds >= 60 else { throw wrong(.every, every) }
            return .every(seconds)
        case (nil, let at?):
            guard let second = at.string.flatMap(RuleClock.secondOfDay), second % 60 == 0 else { throw wrong(.at, at) }
            return .at(minutes: Int(second / 60))
        case (nil, nil): throw misuse("has on = \"schedule\" without every = \"1d\" or at = \"07:30\"")
        case (_?, _?): throw misuse("has every and at; it takes one of them")
        }
    }

    private func folders(_ value: RuleValue?) throws(RuleMisuse) -> [String]? {
        guard let names = try strings(value, .folder) else { return nil }
        guard !names.isEmpty else { throw misuse("has an empty folder") }
        for name in names where MailboxName(name) == nil {
            throw misuse("has folder = \"\(name)\", which cannot be a folder's name")
        }
        return names
    }

    private func accounts(_ value: RuleValue?) throws(RuleMisuse) -> [String]? {
        guard let names = try strings(value, .account) else { return nil }
        guard !names.isEmpty else { throw misuse("has an empty account") }
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
            guard let number = value.integer, (1...1_000_000).contains(number) else { throw wrong(.limit, value) }
            return Int(number)
        }
    }

    private func bool(_ keys: Keys, _ key: RuleKey) throws(RuleMisuse) -> Bool? {
        guard let value = keys[key] else { return nil }
        guard let flag = value.bool else { throw wrong(key, value) }
        return flag
    }

    private func strings(_ value: RuleValue?, _ key: RuleKey) throws(RuleMisuse) -> [String]? {
        guard let value else { return nil }
        if let text = value.string { return [text] }
        guard let parts = value.tableParts, parts.isList else { throw wrong(key, value) }
        var texts: [String] = []
        for item in parts.items {
            guard let text = item.string else {
                throw misuse("has \(item.shown) in \(key.rawValue); it takes texts")
            }
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
