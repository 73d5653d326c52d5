import ActionJournal
import MailModel

/// Steps of many messages that one command can carry out.
struct StepBatch: Equatable {
    struct Item: Equatable {
        var plan: PlanID
        var step: StepID
        var uid: UID
    }

    var kind: StepKind
    var arguments: StepArguments
    var items: [Item]

    var uids: NonEmptyUIDSet? { NonEmptyUIDSet(UIDSet(items.map(\.uid))) }

    /// The next filing step of each plan, grouped by what it does, in the order the plans were made.
    ///
    /// A step is next when all before it are done or superseded. Begun ones are left to recovery, and sending to the
    /// outbox.
    static func next(in work: [PlanWork], at now: Int64) -> [StepBatch] {
        struct Group: Hashable {
            var kind: StepKind
            var arguments: StepArguments
        }
        var order: [Group] = []
        var items: [Group: [Item]] = [:]
        for entry in work {
            guard let step = entry.nextFilingStep(at: now) else { continue }
            var arguments = step.arguments
            // Only bookkeeping, and different from plan to plan.
            arguments.copyStep = nil
            let group = Group(kind: step.kind, arguments: arguments)
            if items[group] == nil { order.append(group) }
            items[group, default: []].append(Item(plan: entry.plan.id, step: step.id, uid: entry.plan.key.uid))
        }
        return order.map { StepBatch(kind: $0.kind, arguments: $0.arguments, items: items[$0] ?? []) }
    }
}

extension PlanWork {
    /// The first step that is not finished, when it files and may begin now.
    func nextFilingStep(at now: Int64) -> StepRecord? {
        let ordered = steps.sorted { $0.position < $1.position }
        guard let step = ordered.first(where: { !$0.state.isFinished }), step.kind.isFiling else { return nil }
        guard step.state == .waiting, step.released, (step.notBefore ?? 0) <= now else { return nil }
        return step
    }
}

extension StepState {
    /// Whether the steps after it may go on.
    var isFinished: Bool {
        switch self {
        case .done, .superseded: true
        case .waiting, .begun, .failed, .unknown: false
        }
    }
}

extension StepKind {
    /// Whether the step is carried out on the source mailbox's connection.
    var isFiling: Bool {
        switch self {
        case .storeFlags, .createFolder, .uidCopy, .uidMove, .markDeleted, .uidExpunge, .append: true
        case .submit, .notify, .pipe: false
        }
    }
}
