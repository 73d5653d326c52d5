import MailModel

/// `state`, `seen_before` and `rate`, whose keys share one durable table under a prefix each.
extension RuleHost {
    static let statePrefix = "state:"
    private static let seenPrefix = "seen:"
    private static let ratePrefix = "rate:"
    private static let valueLimit = 65_536

    func remember(_ operation: HostOperation, _ arguments: [RuleValue]) throws -> [RuleValue] {
        guard let evaluation else {
            throw RuleMisuse("state belongs to functions: there is no message while rules load")
        }
        let rule = evaluation.rule.name
        switch operation {
        case .stateGet:
            let json = evaluation.state.value(rule: rule, key: Self.statePrefix + (try key(arguments)))
            return [json.flatMap(JSONValue.decode) ?? .null]
        case .stateSet:
            let key = Self.statePrefix + (try self.key(arguments))
            let value = arguments.count > 1 ? arguments[1] : .null
            if value.isNull {
                try evaluation.state.set(rule: rule, key: key, value: nil)
            } else {
                guard let json = JSONValue.encode(value) else {
                    throw RuleMisuse("state keeps texts, numbers, true, false and tables of them, not \(value.shown)")
                }
                guard json.utf8.count <= Self.valueLimit else {
                    throw RuleMisuse("a value in state is at most \(Self.valueLimit) bytes")
                }
                try evaluation.state.set(rule: rule, key: key, value: json)
            }
            return []
        case .stateKeys:
            // Sorting them is work of ours.
            charge(UInt64(evaluation.state.keys(rule: rule, prefix: Self.statePrefix).count))
            return [.list(evaluation.state.keys(rule: rule, prefix: Self.statePrefix).map { .string($0) })]
        case .seenBefore: return [.bool(try seenBefore(arguments, evaluation))]
        default: return [.bool(try rate(arguments, evaluation))]
        }
    }

    private func key(_ arguments: [RuleValue]) throws(RuleMisuse) -> String {
        let key: String? =
            switch arguments.first {
            case .string(let text): text
            case .integer(let number): String(number)
            default: nil
            }
        guard let key, key.utf8.count <= 1_000 else { throw RuleMisuse("a key is a text of at most 1000 bytes") }
        return key
    }

    /// Whether the key was met within the time; it counts as met from now on.
    private func seenBefore(_ arguments: [RuleValue], _ evaluation: RuleEvaluation) throws(RuleMisuse) -> Bool {
        guard arguments.count == 2, let seconds = Quantity.duration(arguments[1]) else {
            throw RuleMisuse("seen_before takes a key and a duration: seen_before(m.subject, \"30d\")")
        }
        let key = Self.seenPrefix + (try key(arguments))
        let now = evaluation.context.now
        let last = evaluation.state.value(rule: evaluation.rule.name, key: key).flatMap { Int64($0) }
        try evaluation.state.set(
            rule: evaluation.rule.name, key: key, value: String(now), expires: now.addingCapped(seconds))
        guard let last else { return false }
        return now - last < seconds
    }

    /// Counts one more and says whether that is still within `count` in the time.
    private func rate(_ arguments: [RuleValue], _ evaluation: RuleEvaluation) throws(RuleMisuse) -> Bool {
        guard arguments.count == 3, let count = arguments[1].integer, (1...10_000).contains(count),
            let seconds = Quantity.duration(arguments[2]), seconds > 0
        else { throw RuleMisuse("rate takes a key, a number and a duration: rate(\"pager\", 5, \"1h\")") }
        let key = Self.ratePrefix + (try key(arguments))
        let now = evaluation.context.now
        let stored = evaluation.state.value(rule: evaluation.rule.name, key: key) ?? ""
        var times = stored.split(separator: " ").compactMap { Int64($0) }.filter { $0 > now - seconds }
        guard times.count < count else { return false }
        times.append(now)
        try evaluation.state.set(
            rule: evaluation.rule.name, key: key, value: times.map(String.init).joined(separator: " "),
            expires: now.addingCapped(seconds))
        return true
    }
}

extension Int64 {
    fileprivate func addingCapped(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
