import MailModel

/// `state`, `seen_before` and `rate` of one evaluation: what was stored, with what this evaluation changes on top.
struct RuleStateBuffer {
    static let changeLimit = 1_000

    private struct Key: Hashable {
        var rule: String
        var key: String
    }

    private let stored: RuleStateSnapshot
    private let now: Int64
    private var changed: [Key: RuleStateChange] = [:]

    init(_ stored: RuleStateSnapshot, now: Int64) {
        self.stored = stored
        self.now = now
    }

    /// One for each key that was set, in order of rule and key.
    var changes: [RuleStateChange] { changed.values.sorted { ($0.rule, $0.key) < ($1.rule, $1.key) } }

    /// JSON; `nil` when there is nothing, or it has expired.
    func value(rule: String, key: String) -> String? {
        if let change = changed[Key(rule: rule, key: key)] { return change.value }
        guard let entry = stored.entries[rule]?[key] else { return nil }
        if let expires = entry.expires, expires <= now { return nil }
        return entry.value
    }

    mutating func set(rule: String, key: String, value: String?, expires: Int64? = nil) throws(RuleMisuse) {
        guard changed.count < Self.changeLimit else {
            throw RuleMisuse("more than \(Self.changeLimit) changes of state for one message")
        }
        changed[Key(rule: rule, key: key)] = RuleStateChange(rule: rule, key: key, value: value, expires: expires)
    }

    /// In order; `prefix` is not part of the answer.
    func keys(rule: String, prefix: String) -> [String] {
        var keys = Set(stored.entries[rule]?.keys.map { $0 } ?? [])
        for change in changed.values where change.rule == rule { keys.insert(change.key) }
        return keys.filter { $0.hasPrefix(prefix) && value(rule: rule, key: $0) != nil }
            .map { String($0.dropFirst(prefix.count)) }.sorted()
    }
}
