import MailModel

/// A conflict between two actions of one plan; the message names both rules.
struct PlanConflict: Error {
    var message: String
}

/// What the rules have asked for so far. Conflicts are found when an action is added.
struct RulePlan {
    private(set) var actions: [PlannedAction] = []
    /// The action that takes the message away.
    private(set) var removal: PlannedAction?
    /// As the plan leaves them.
    private(set) var flags: Set<Flag>

    init(flags: Set<Flag>) { self.flags = flags }

    static let actionLimit = 500

    mutating func add(_ planned: PlannedAction) throws(PlanConflict) {
        guard actions.count < Self.actionLimit else {
            throw PlanConflict(message: "more than \(Self.actionLimit) actions for one message")
        }
        // What is due later conflicts with nothing and changes nothing yet.
        guard planned.after == nil else {
            actions.append(planned)
            return
        }
        if planned.action.removesFromSource {
            if let removal {
                guard removal.action != planned.action else { return }
                throw PlanConflict(message: Self.conflict(removal, planned))
            }
            removal = planned
        }
        switch planned.action {
        case .mark(let name), .keyword(let name): change(name, to: true)
        case .unmark(let name), .unkeyword(let name): change(name, to: false)
        default: if actions.contains(where: { $0.action == planned.action && $0.after == nil }) { return }
        }
        actions.append(planned)
    }

    /// The last word on a flag counts: an earlier one on the same flag goes.
    private mutating func change(_ name: String, to value: Bool) {
        guard let flag = Flag(name: name) else { return }
        actions.removeAll { $0.after == nil && $0.action.flagName.flatMap { Flag(name: $0) } == flag }
        if value { flags.insert(flag) } else { flags.remove(flag) }
    }

    private static func conflict(_ first: PlannedAction, _ second: PlannedAction) -> String {
        let place = first.position.map { " (\($0))" } ?? ""
        let by = first.rule == second.rule ? "it" : "rule \"\(first.rule)\""
        return "\(second.action.phrase) conflicts with \(first.action.phrase), which \(by) asked for\(place);"
            + " rule \"\(second.rule)\" cannot have both"
    }
}

extension MailAction {
    fileprivate var flagName: String? {
        switch self {
        case .mark(let name), .unmark(let name), .keyword(let name), .unkeyword(let name): name
        default: nil
        }
    }

    /// For messages: `move "Receipts"`.
    var phrase: String {
        switch self {
        case .move(let target), .copy(let target): "\(name) \(target.phrase)"
        default: name
        }
    }
}

extension FolderTarget {
    var phrase: String {
        switch place {
        case .name(let folder): "\"\(account.map { "\($0):" } ?? "")\(folder)\""
        case .role(let role): account.map { "\"\($0)\" role.\(role.rawValue)" } ?? "role.\(role.rawValue)"
        }
    }
}
