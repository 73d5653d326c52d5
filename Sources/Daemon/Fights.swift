import ActionExecutor
import ActionJournal
import Logging
import MailModel

/// Lets a rule give way that fights over a message: its plan is held, and both are named.
struct Fights: Sendable {
    /// Plans of a message that are looked at, the newest.
    private static let most = 40

    let journal: Journal
    let logger: Logger

    /// The decision; held when it would only go on with a fight. A flags event has a judge of its own, which is told what
    /// changed.
    func settle(_ decided: DecisionRecord) async throws -> DecisionRecord {
        switch decided.trigger {
        case .schedule, .movedIn: break
        // The first of its kind, or asked for by a person.
        case .new, .removed, .flags, .sweep, .after, .undo, .dry: return decided
        }
        guard decided.state == .planned, !decided.actions.isEmpty else { return decided }
        let plans = try await journal.plans(
            PlanQuery(
                since: decided.time - FightJudge.memory, account: decided.key.account, identity: decided.identity,
                limit: Self.most, newestFirst: true))
        guard plans.count >= FightJudge.rounds else { return decided }
        let judge = FightJudge(MessageHistory(plans.map { PlanWork(plan: $0.plan, steps: $0.steps) }))
        guard let fight = judge.fight(decided) else { return decided }
        var record = decided
        record.state = .held
        record.error = fight.sentence
        logger.warning(
            "a rule fights over a message and gives way",
            metadata: ["rule": "\(fight.rule)", "with": "\(fight.opponent.name)", "uid": "\(record.key.uid)"])
        return record
    }
}

extension FightJudge.Opponent {
    fileprivate var name: String {
        switch self {
        case .rule(let name): "rule \(name)"
        case .program: "another program"
        }
    }
}

extension FightJudge.Fight {
    fileprivate var sentence: String {
        let what =
            switch matter {
            case .tookOut(let mailbox), .put(let mailbox):
                "this message: it was taken out of “\(mailbox)” \(rounds) times and put back each time"
            case .set(let flag), .cleared(let flag):
                "“\(flag.name)” of this message: each undid what the other did \(rounds) times"
            }
        return "rule \(rule) and \(opponent.name) fight over \(what); the rule gives way until the plan is released"
    }
}
