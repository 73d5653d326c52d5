import ActionJournal
import MailModel

/// What Postmoon did with one message before, deed by deed: by which rule, and when.
public struct MessageHistory: Equatable, Sendable {
    public struct Deed: Hashable, Sendable {
        public enum Kind: Hashable, Sendable {
            case tookOut(of: MailboxName)
            case put(into: MailboxName)
            case set(Flag)
            case cleared(Flag)
        }

        public var kind: Kind
        public var rule: String
        /// Seconds since 1970.
        public var time: Int64
        /// Whether a person asked for it, by undo.
        public var isUndo: Bool
        /// Where it put the message, as far as that is known.
        public var place: StepArguments.Place?
    }

    /// The oldest first.
    public let deeds: [Deed]

    /// - Parameter plans: those of one message in one account.
    public init(_ plans: [PlanWork]) {
        deeds = plans.flatMap(Self.deeds).sorted { $0.time < $1.time }
    }

    private static func deeds(of work: PlanWork) -> [Deed] {
        var isUndo = false
        if case .undo = work.plan.trigger { isUndo = true }
        return work.steps.filter { $0.state == .done && $0.arguments.takesBack == nil }.flatMap { step in
            kinds(of: step, in: work).map { kind, place in
                Deed(
                    kind: kind, rule: work.rule(of: step), time: step.finishedAt ?? work.plan.time, isUndo: isUndo,
                    place: place)
            }
        }
    }

    private static func kinds(of step: StepRecord, in work: PlanWork) -> [(Deed.Kind, StepArguments.Place?)] {
        switch step.kind {
        case .storeFlags:
            let (added, removed) = step.changedFlags
            return added.compactMap(Flag.init(wire:)).map { (.set($0), nil) }
                + removed.compactMap(Flag.init(wire:)).map { (.cleared($0), nil) }
        case .uidMove: return [(.tookOut(of: work.plan.key.mailbox), nil)] + put(step)
        case .markDeleted:
            let copy = work.steps.first { $0.position == step.arguments.copyStep && $0.state == .done }
            return [(.tookOut(of: work.plan.key.mailbox), nil)] + (copy.map(put) ?? [])
        case .createFolder, .uidCopy, .uidExpunge, .append, .submit, .notify, .pipe: return []
        }
    }

    private static func put(_ step: StepRecord) -> [(Deed.Kind, StepArguments.Place?)] {
        guard step.arguments.account == nil, let mailbox = step.arguments.mailbox.flatMap(MailboxName.init) else {
            return []
        }
        return [(.put(into: mailbox), step.copyMade)]
    }
}
