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

    /// Whether it takes back what the same plans did before.
    var takesBack: Bool { arguments.takesBack != nil }

    var uids: NonEmptyUIDSet? { NonEmptyUIDSet(UIDSet(items.map(\.uid))) }

    /// The next filing step of each plan, grouped by what it does, in the order the plans were made.
    ///
    /// A step is next when all filing steps before it are done or superseded; one that takes back also behind steps that
    /// failed. Begun ones are left to recovery, and sending to the outbox.
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
            arguments.takesBack = arguments.takesBack.map { _ in 0 }
            arguments.copy = arguments.copy.map { _ in .init(uidValidity: 0, uid: 0) }
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
        let ordered = steps.filter(\.kind.isFiling).sorted { $0.position < $1.position }
        let open = ordered.drop { $0.state.isFinished || $0.state == .failed }.first
        guard let step = open else { return nil }
        if step.arguments.takesBack == nil,
            ordered.prefix(while: { $0.id != step.id }).contains(where: { $0.state == .failed })
        {
            return nil
        }
        guard step.state == .waiting, step.released, step.notBefore.map({ $0 <= now }) ?? true else { return nil }
        return step
    }
}

extension [StepRecord] {
    /// Whether the message was taken out of its mailbox; from then on there is only forward.
    var removedSource: Bool {
        contains { step in
            guard step.state == .done, step.arguments.takesBack == nil, step.arguments.copy == nil else { return false }
            switch step.kind {
            // A move of which the server did only half goes on with a removal.
            case .uidMove: return !contains { $0.kind == .markDeleted && $0.arguments.copyStep == step.position }
            case .markDeleted: return expunge(after: step) == nil
            case .uidExpunge: return true
            case .storeFlags, .createFolder, .uidCopy, .append, .submit, .notify, .pipe: return false
            }
        }
    }

    /// The expunge that completes a mark.
    func expunge(after mark: StepRecord) -> StepRecord? {
        first { $0.kind == .uidExpunge && $0.arguments.copyStep == mark.arguments.copyStep && $0.arguments.copy == nil }
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
