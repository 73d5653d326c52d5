import ActionJournal
import MailModel

/// Tells by what was done with a message before whether a decision would only go on with a fight: of two rules that undo
/// each other's work, or of a rule and another program (DESIGN §2.9).
public struct FightJudge: Sendable {
    /// How often a rule may do the same to a message again before it gives way.
    public static let rounds = 3
    /// Within so many seconds, where another hand undoes it: a person may well do that three times in a month.
    static let window: Int64 = 3_600
    /// Rules are slower, and no person is between them.
    public static let memory: Int64 = 30 * 86_400

    public enum Opponent: Equatable, Sendable {
        case rule(String)
        case program
    }

    public struct Fight: Equatable, Sendable {
        public var rule: String
        public var opponent: Opponent
        public var matter: MessageHistory.Deed.Kind
        public var rounds: Int
    }

    let history: MessageHistory

    public init(_ history: MessageHistory) { self.history = history }

    /// The fight that a decision would go on with; `nil`: it is none.
    public func fight(_ decided: DecisionRecord) -> Fight? {
        decided.actions.lazy.filter { $0.after == nil }.compactMap { fight($0, decided) }.first
    }

    private func fight(_ planned: PlannedAction, _ decided: DecisionRecord) -> Fight? {
        guard let matter = planned.action.matter(for: decided) else { return nil }
        let reverse = matter.reverse
        let deeds = history.deeds.filter { $0.time > decided.time - Self.memory }
        let own = deeds.filter { $0.kind == matter && $0.rule == planned.rule && !$0.isUndo }
        let others = deeds.filter { $0.kind == reverse && $0.rule != planned.rule && !$0.isUndo }
        if own.count >= Self.rounds, others.count >= Self.rounds, let last = others.last {
            return Fight(rule: planned.rule, opponent: .rule(last.rule), matter: matter, rounds: own.count)
        }
        let recent = own.count { $0.time > decided.time - Self.window }
        guard recent >= Self.rounds, !wasOurs(matter, decided.key) else { return nil }
        return Fight(rule: planned.rule, opponent: .program, matter: matter, rounds: recent)
    }

    /// Whether Postmoon itself undid last what the rule wants anew.
    private func wasOurs(_ matter: MessageHistory.Deed.Kind, _ key: MessageKey) -> Bool {
        switch matter {
        case .tookOut(let mailbox):
            history.deeds.contains { deed in
                deed.kind == .put(into: mailbox)
                    && deed.place.map { $0.uid == key.uid.rawValue && $0.uidValidity == key.uidValidity.rawValue }
                        ?? true
            }
        case .put, .set, .cleared:
            history.deeds.last { $0.kind == matter || $0.kind == matter.reverse }?.kind == matter.reverse
        }
    }
}

extension MailAction {
    /// What the action would change of the message as it is; `nil`: nothing that could be fought over.
    fileprivate func matter(for decided: DecisionRecord) -> MessageHistory.Deed.Kind? {
        switch self {
        case .move, .trash, .archive, .junk, .snooze: return .tookOut(of: decided.key.mailbox)
        case .mark(let name), .keyword(let name):
            guard let flag = Flag(name: name), !decided.flags.contains(flag) else { return nil }
            return .set(flag)
        case .unmark(let name), .unkeyword(let name):
            guard let flag = Flag(name: name), decided.flags.contains(flag) else { return nil }
            return .cleared(flag)
        case .copy, .forward, .redirect, .reply, .notify, .pipe, .log: return nil
        }
    }
}

extension MessageHistory.Deed.Kind {
    fileprivate var reverse: Self {
        switch self {
        case .tookOut(let mailbox): .put(into: mailbox)
        case .put(let mailbox): .tookOut(of: mailbox)
        case .set(let flag): .cleared(flag)
        case .cleared(let flag): .set(flag)
        }
    }
}
