import ActionJournal
import MailModel

/// What takes back the steps of a plan that failed for good before its message was taken out of its mailbox (DESIGN §2.4).
enum PlanRollback {
    /// The steps to add, the last step's counterpart first; empty when nothing was changed, or when there is only forward.
    static func drafts(for steps: [StepRecord]) -> [StepDraft] {
        guard !steps.removedSource else { return [] }
        let last = steps.map(\.position).max() ?? -1
        let undoing = steps.sorted { $0.position > $1.position }.flatMap { step in
            counterparts(of: step).map { kind, arguments in
                StepDraft(position: 0, actionIndex: step.actionIndex, kind: kind, arguments: arguments)
            }
        }
        return undoing.enumerated().map { index, draft in
            var draft = draft
            draft.position = last + 1 + index
            return draft
        }
    }

    private static func counterparts(of step: StepRecord) -> [(StepKind, StepArguments)] {
        switch step.kind {
        case .storeFlags:
            let (added, removed) = step.changedFlags
            var counterparts: [(StepKind, StepArguments)] = []
            if !added.isEmpty {
                counterparts.append((.storeFlags, StepArguments(removeFlags: added, takesBack: step.position)))
            }
            if !removed.isEmpty {
                counterparts.append((.storeFlags, StepArguments(addFlags: removed, takesBack: step.position)))
            }
            return counterparts
        case .uidCopy, .uidMove, .append:
            guard let copy = step.copyMade else { return [] }
            let arguments = StepArguments(
                account: step.arguments.account, mailbox: step.arguments.mailbox, takesBack: step.position, copy: copy)
            return [(.uidExpunge, arguments)]
        case .markDeleted:
            // Whatever became of it: begun is enough to have set the mark.
            guard step.attempt > 0 else { return [] }
            return [(.storeFlags, StepArguments(removeFlags: [Flag.deleted.rawValue], takesBack: step.position))]
        case .createFolder, .uidExpunge, .submit, .notify, .pipe:
            return []
        }
    }
}

extension StepRecord {
    /// The flags that a `storeFlags` really changed: neither those that were so before nor those it did not get to.
    var changedFlags: (added: [String], removed: [String]) {
        // Without a precondition it was as wanted from the start, and nothing was sent.
        guard kind == .storeFlags, state == .done, precondition != nil else { return ([], []) }
        let before = Set(stored: outcome?.flagsBefore ?? precondition?.flagsBefore ?? [])
        return (
            arguments.addFlags.filter { flag in Flag(wire: flag).map { !before.contains($0) } ?? false },
            arguments.removeFlags.filter { flag in Flag(wire: flag).map(before.contains) ?? false }
        )
    }

    /// Where the copy is that the step made.
    var copyMade: StepArguments.Place? {
        guard [.uidCopy, .uidMove, .append].contains(kind), state == .done, let validity = outcome?.targetUIDValidity,
            let uid = outcome?.targetUID
        else { return nil }
        return StepArguments.Place(
            uidValidity: validity, uid: uid, identity: arguments.account == nil ? nil : precondition?.contentIdentity)
    }

    /// Whether the server is not as it was before.
    var changedSomething: Bool {
        guard arguments.takesBack == nil, state == .done else { return false }
        if kind == .storeFlags {
            let (added, removed) = changedFlags
            return !(added.isEmpty && removed.isEmpty)
        }
        return kind != .createFolder
    }
}
