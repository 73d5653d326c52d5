import MailModel

/// What can be said of a condition without a message: that it never holds, or always.
struct ConditionJudgement {
    enum Truth: Equatable {
        case always
        case never
        case open
    }

    let condition: Condition
    private(set) var truth: Truth
    /// What excludes what, for the first part that never holds.
    private(set) var reason = ""
    /// A list may be filled from a file that is empty today.
    private var isEmptyList = false
    /// What hardly any message can meet.
    private(set) var doubts: [String] = []

    init(_ condition: Condition) {
        self.condition = condition
        truth = .open
        truth = judge(condition)
    }

    func findings(of rule: RuleSummary) -> [RuleFinding] {
        let position = condition.position ?? rule.position
        if truth == .never {
            return [
                RuleFinding(
                    isEmptyList ? .warning : .error, position, rule: rule.name,
                    "rule \"\(rule.name)\" never runs: its condition never holds (\(reason))")
            ]
        }
        if !reason.isEmpty {
            return [
                RuleFinding(
                    .warning, position, rule: rule.name,
                    "rule \"\(rule.name)\": a part of its condition never holds (\(reason))")
            ]
        }
        return doubts.map {
            RuleFinding(.warning, position, rule: rule.name, "rule \"\(rule.name)\" hardly ever matches: \($0)")
        }
    }

    private mutating func judge(_ condition: Condition) -> Truth {
        switch condition.kind {
        case .test(let test):
            if test.hasEmptyList {
                isEmptyList = isEmptyList || reason.isEmpty
                return never("the list of \(condition.text) is empty")
            }
            guard let why = test.neverHolds else { return .open }
            return never("\(condition.text): \(why)")
        case .all(let operands):
            let truths = operands.map { judge($0) }
            if truths.contains(.never) { return .never }
            if let (left, right) = contradiction(condition.conjuncts) {
                return never("\(left.text) and \(right.text) exclude each other")
            }
            doubt(condition.conjuncts)
            return truths.allSatisfy { $0 == .always } ? .always : .open
        case .any(let operands): return judge(any: operands)
        case .none(let operands):
            switch judge(any: operands) {
            case .always: return never("\(condition.text): one of its conditions always holds")
            case .never: return .always
            case .open: return .open
            }
        }
    }

    private mutating func judge(any operands: [Condition]) -> Truth {
        let truths = operands.map { judge($0) }
        if truths.contains(.always) { return .always }
        if truths.allSatisfy({ $0 == .never }) { return .never }
        let denied = operands.filter { operand in operands.contains { $0.denies(operand) } }
        return denied.isEmpty ? .open : .always
    }

    private mutating func never(_ why: String) -> Truth {
        if reason.isEmpty { reason = why }
        return .never
    }

    private func contradiction(_ parts: [Condition]) -> (Condition, Condition)? {
        guard parts.count <= 100 else { return nil }
        for (index, left) in parts.enumerated() {
            for right in parts[(index + 1)...] {
                if left.denies(right) || right.denies(left) { return (left, right) }
                guard case .test(let first) = left.kind, case .test(let second) = right.kind else { continue }
                if first.excludes(second) || second.excludes(first) { return (left, right) }
            }
        }
        return nil
    }

    private mutating func doubt(_ parts: [Condition]) {
        guard parts.count <= 100 else { return }
        for (index, left) in parts.enumerated() {
            for right in parts[(index + 1)...] {
                guard case .test(let first) = left.kind, case .test(let second) = right.kind,
                    first.hardlyMeets(second)
                else { continue }
                doubts.append("\(left.text) and \(right.text) ask for two different values of one")
            }
        }
    }
}

extension Condition {
    /// Whether this is the opposite of the other one, as written.
    fileprivate func denies(_ other: Condition) -> Bool {
        guard case .none(let operands) = kind else { return false }
        return operands.contains { $0 === other || ($0.isWrittenInFull && $0.text == other.text) }
    }
}
