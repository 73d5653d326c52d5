import ActionJournal
import MailModel

/// Where a plan left its message, by what its steps came to.
public enum MessageWhereabouts: Equatable, Sendable {
    case at(MessageKey)
    /// It cannot be known, and why: whatever is to follow must not be done.
    case unknown(String)

    /// - Parameter plans: the plan that took the message up, and those that followed from it, in their order.
    public init(_ plans: [PlanWork]) {
        guard let first = plans.first else {
            self = .unknown("there is no plan")
            return
        }
        self.init(from: first.plan.key, plans)
    }

    /// Where plans left a message that was in that place.
    ///
    /// - Parameter plans: in their order; those that found the message elsewhere do not count.
    public init(from first: MessageKey, _ plans: [PlanWork]) {
        var place = first
        for work in plans {
            // One that found the message elsewhere, or not at all, moved nothing.
            guard work.plan.key == place || place.wasRenumbered(to: work.plan.key) else { continue }
            place = work.plan.key
            switch work.removal {
            case .none: continue
            case .to(let key): place = key
            case .takenAway:
                self = .unknown("somebody else took the message out of “\(place.mailbox)” first")
                return
            case .untold:
                self = .unknown("where the message is could not be found out when it was moved")
                return
            }
        }
        self = .at(place)
    }
}

extension PlanWork {
    fileprivate enum Removal {
        case none
        case to(MessageKey)
        case takenAway
        case untold
    }

    /// How the plan took the message out of its mailbox.
    fileprivate var removal: Removal {
        // What a failed plan did not get to, or took back, took nothing out.
        if !steps.removedSource, steps.contains(where: { $0.state == .failed && $0.kind.isFiling }) { return .none }
        for step in steps {
            switch (step.kind, step.state) {
            case (.uidMove, .done): return place(of: step)
            case (.uidMove, .superseded): return .takenAway
            case (.markDeleted, .done):
                guard let copy = steps.first(where: { $0.position == step.arguments.copyStep }) else { return .untold }
                return place(of: copy)
            case (.markDeleted, .superseded): return .takenAway
            default: continue
            }
        }
        return .none
    }

    private func place(of step: StepRecord) -> Removal {
        guard let mailbox = step.arguments.mailbox.flatMap(MailboxName.init),
            let uidValidity = step.outcome?.targetUIDValidity.flatMap(UIDValidity.init),
            let uid = step.outcome?.targetUID.flatMap(UID.init)
        else { return .untold }
        let account = step.arguments.account.flatMap(AccountName.init) ?? plan.key.account
        return .to(MessageKey(account: account, mailbox: mailbox, uidValidity: uidValidity, uid: uid))
    }
}

extension MessageKey {
    /// Whether the server gave the mailbox new UIDs between the two.
    fileprivate func wasRenumbered(to new: MessageKey) -> Bool {
        account == new.account && mailbox == new.mailbox && uidValidity != new.uidValidity
    }
}
