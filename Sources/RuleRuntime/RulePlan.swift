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
    /// The message's account, so that `home:Receipts` is `Receipts` there.
    let account: String?

    init(flags: Set<Flag>, account: String? = nil) {
        self.flags = flags
        self.account = account
    }

    static let actionLimit = 500

    /// Adds an action; the same one a second time changes nothing.
    mutating func add(_ planned: PlannedAction) throws(PlanConflict) {
        guard actions.count < Self.actionLimit else {
            throw PlanConflict(message: "more than \(Self.actionLimit) actions for one message")
        }
        // What is due later conflicts with nothing and changes nothing yet.
        guard planned.after == nil else {
            if !actions.contains(where: { isSame($0, planned) }) { actions.append(planned) }
            return
        }
        if planned.action.removesFromSource {
            if let removal {
                guard isSame(removal, planned) else {
                    throw PlanConflict(message: Self.conflict(removal, planned))
                }
                return
            }
            removal = planned
        }
        switch planned.action {
        case .mark(let name), .keyword(let name): change(name, to: true)
        case .unmark(let name), .unkeyword(let name): change(name, to: false)
        default: if actions.contains(where: { isSame($0, planned) }) { return }
        }
        actions.append(planned)
    }

    /// Whether both would do the same at the same time, whichever way they are written.
    private func isSame(_ first: PlannedAction, _ second: PlannedAction) -> Bool {
        first.after == second.after && first.recheck == second.recheck
            && first.action.inOneForm(for: account) == second.action.inOneForm(for: account)
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

    /// The form in which the same action is equal: `archive` is a move to the role, whether a folder may be made is
    /// left aside, and the account's own name goes.
    fileprivate func inOneForm(for account: String?) -> MailAction {
        func target(_ target: FolderTarget) -> FolderTarget {
            FolderTarget(account: target.account == account ? nil : target.account, place: target.place)
        }
        return switch self {
        case .trash: .move(FolderTarget(place: .role(.trash)))
        case .archive: .move(FolderTarget(place: .role(.archive)))
        case .junk: .move(FolderTarget(place: .role(.junk)))
        case .move(let folder): .move(target(folder))
        case .copy(let folder): .copy(target(folder))
        default: self
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
