import MailModel

/// Reads the table of a `test "name" { ... }`.
struct RuleTestSyntax {
    private static let keys = Set(TestKey.allCases.map(\.rawValue))

    let name: String
    let position: SourcePosition
    let sample: SampleMessage?
    /// What `before` lists; `nil`: no message.
    let earlier: [SampleMessage?]
    let samples: SampleSyntax
    /// When nothing else is said.
    let now: Int64
    let actions: (RuleValue) throws(RuleMisuse) -> [ActionTemplate]

    func parse(_ definition: RuleValue, fields table: FieldTable) throws(RuleMisuse) -> RuleTest {
        guard let parts = definition.tableParts else {
            throw misuse("is followed by a table: test \"\(name)\" { message = ..., expect = { ... } }")
        }
        if let unknown = parts.fields.keys.sorted().first(where: { !Self.keys.contains($0) }) {
            throw misuse("has no key \"\(unknown)\"" + NearestName.hint(unknown, in: Self.keys))
        }
        guard parts.items.isEmpty, parts.hole == nil, !parts.hasOtherKeys else {
            throw misuse("has a value without a key; expected actions go into expect = { ... }")
        }
        let fields = parts.fields
        guard let sample else {
            throw misuse("has no message; it takes message = message { ... } or message = file \"x.eml\"")
        }
        guard fields["expect"] != nil || fields["rules"] != nil else {
            throw misuse("expects nothing; give it expect = { ... } (empty: nothing happens) or rules = { ... }")
        }
        guard let account = samples.environment.accounts.first?.name else { throw misuse("needs an account") }
        let now = try samples.time(fields, "now") ?? self.now
        let message = sample.message(now: now, in: account)
        let earlier = try before(fields["before"]).map { $0.message(now: now, in: account) }
        var expected: [PlannedAction]?
        if let value = fields["expect"] {
            let context = EvaluationContext(now: now, clock: samples.clock, own: [])
            let view = MessageView(message, fieldTable: table, fetchedFields: nil)
            expected = []
            for template in try actions(value) { expected?.append(try self.expected(template, view, context)) }
        }
        return RuleTest(
            name: name, position: position, message: message, before: earlier, expected: expected,
            rules: try rules(fields["rules"]),
            now: now, state: try state(fields["state"]))
    }

    private func misuse(_ text: String) -> RuleMisuse { RuleMisuse("test \"\(name)\" \(text)") }

    private func expected(
        _ template: ActionTemplate, _ view: MessageView, _ context: EvaluationContext
    ) throws(RuleMisuse) -> PlannedAction {
        switch template.effect {
        // Without the text that it would take from the message.
        case .mail(let mail):
            return PlannedAction(action: mail, rule: name, after: template.after, recheck: template.recheck)
        default:
            guard let planned = template.planned(for: view, rule: name, context: context) else {
                throw misuse("expects stop, which does nothing to a message; leave it out")
            }
            return planned
        }
    }

    private func before(_ value: RuleValue?) throws(RuleMisuse) -> [SampleMessage] {
        guard let value else { return [] }
        let messages = earlier.compactMap { $0 }
        guard let parts = value.tableParts, parts.fields.isEmpty, parts.hole == nil, !parts.hasOtherKeys,
            !messages.isEmpty, messages.count == parts.items.count
        else { throw misuse("has a before that is no list of messages: before = { message { ... } }") }
        return messages
    }

    private func rules(_ value: RuleValue?) throws(RuleMisuse) -> [String]? {
        guard let value else { return nil }
        guard let parts = value.tableParts, parts.fields.isEmpty, parts.hole == nil, !parts.hasOtherKeys else {
            throw misuse("has rules = \(value.shown); it takes a list of names")
        }
        var names: [String] = []
        for item in parts.items {
            guard let name = item.string else { throw misuse("has \(item.shown) in rules; it takes names") }
            names.append(name)
        }
        return names
    }

    /// `state = { ["Rule"] = { key = value } }`: what `state` of each rule begins with.
    private func state(_ value: RuleValue?) throws(RuleMisuse) -> RuleStateSnapshot {
        guard let value else { return .empty }
        guard let rules = value.tableParts, rules.items.isEmpty, !rules.hasOtherKeys else {
            throw misuse("has state = \(value.shown); it takes { [\"Rule\"] = { key = value } }")
        }
        var changes: [RuleStateChange] = []
        for (rule, values) in rules.fields.sorted(by: { $0.key < $1.key }) {
            guard case .table(let pairs) = values else { throw misuse("state: \"\(rule)\" takes { key = value }") }
            for pair in pairs {
                guard let key = pair.key.string ?? pair.key.integer.map({ String($0) }),
                    let json = JSONValue.encode(pair.value)
                else { throw misuse("state: \"\(rule)\" has \(pair.value.shown), which state does not keep") }
                changes.append(
                    RuleStateChange(rule: rule, key: RuleHost.statePrefix + key, value: json, expires: nil))
            }
        }
        return RuleStateSnapshot(changes)
    }
}
