import MailModel

/// The actions of a plan that come to pass later: those with `after`, and the way back of a `snooze`.
public struct DelayedActions: Hashable, Sendable {
    /// What comes to pass together, as one plan of its own.
    public struct Part: Hashable, Sendable {
        /// Counts the plan's parts in the order they are due.
        public var number: Int
        /// Seconds since 1970.
        public var due: Int64
        /// Which of the plan's actions they are.
        public var indices: [Int]
        /// The rule whose condition is asked again first.
        public var recheck: String?

        public func trigger(of plan: PlanID) -> PlanTrigger { .after(plan: plan, part: number) }
    }

    public let parts: [Part]
    private let planned: [PlannedAction]

    public init(_ actions: [PlannedAction], decidedAt time: Int64) {
        planned = actions
        let delayed = actions.indices.compactMap { index in
            Self.due(actions[index], decidedAt: time).map { (index: index, due: $0) }
        }.sorted { ($0.due, $0.index) < ($1.due, $1.index) }
        var parts: [Part] = []
        for (index, due) in delayed {
            let recheck = actions[index].recheck ? actions[index].rule : nil
            if let last = parts.last, last.due == due, last.recheck == recheck,
                !(actions[index].action.removesFromSource
                    && last.indices.contains { actions[$0].action.removesFromSource })
            {
                parts[parts.count - 1].indices.append(index)
            } else {
                // Two that take the message away come one after the other, each from where the one before left it.
                parts.append(Part(number: parts.count, due: due, indices: [index], recheck: recheck))
            }
        }
        self.parts = parts
    }

    /// What is stored with the plan.
    public var timers: [TimerDraft] {
        parts.flatMap { part in
            part.indices.map { TimerDraft(actionIndex: $0, due: part.due, recheck: part.recheck != nil) }
        }
    }

    public func part(of actionIndex: Int) -> Part? { parts.first { $0.indices.contains(actionIndex) } }

    public func part(_ number: Int) -> Part? { parts.first { $0.number == number } }

    /// What is to be done when a part is due.
    public func actions(of part: Part) -> [PlannedAction] { part.indices.flatMap { dueActions($0) } }

    /// Which of `actions(of:)` one of the plan's own delayed actions became.
    public func places(of actionIndex: Int, in part: Part) -> Range<Int> {
        let before = part.indices.prefix { $0 != actionIndex }.reduce(0) { $0 + dueActions($1).count }
        return before..<before + dueActions(actionIndex).count
    }

    private func dueActions(_ index: Int) -> [PlannedAction] {
        var action = planned[index]
        if action.after == nil {
            // Back in sight: as mail that nobody read yet.
            return [MailAction.unmark(flag: "seen"), .move(FolderTarget(place: .role(.inbox)))].map {
                PlannedAction(action: $0, rule: action.rule, position: action.position)
            }
        }
        action.after = nil
        action.recheck = false
        return [action]
    }

    private static func due(_ action: PlannedAction, decidedAt time: Int64) -> Int64? {
        if let after = action.after {
            let (due, isTooLate) = time.addingReportingOverflow(after)
            return isTooLate ? .max : due
        }
        if case .snooze(let until) = action.action { return until }
        return nil
    }
}

extension PlanRecord {
    public var delayed: DelayedActions { DelayedActions(actions, decidedAt: time) }
}
