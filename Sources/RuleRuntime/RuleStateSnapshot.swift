import MailModel

/// What rules remembered until now: the durable table behind `state`, `seen_before` and `rate`.
public struct RuleStateSnapshot: Sendable {
    struct Entry: Sendable {
        var value: String
        var expires: Int64?
    }

    private(set) var entries: [String: [String: Entry]] = [:]
    /// Grows with every change: what was decided at the same count was decided from the same state.
    public private(set) var changeCount = 0

    public static let empty = RuleStateSnapshot([])

    /// Later changes replace earlier ones; a change without a value removes its key.
    public init(_ changes: [RuleStateChange]) {
        for change in changes { apply(change) }
    }

    /// What is kept under the key and has not expired.
    public func value(rule: String, key: String, now: Int64) -> String? {
        guard let entry = entries[rule]?[key], entry.expires.map({ $0 > now }) ?? true else { return nil }
        return entry.value
    }

    public mutating func apply(_ change: RuleStateChange) {
        changeCount += 1
        if let value = change.value {
            entries[change.rule, default: [:]][change.key] = Entry(value: value, expires: change.expires)
        } else {
            entries[change.rule]?[change.key] = nil
        }
    }
}
