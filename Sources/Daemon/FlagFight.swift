import ActionJournal
import Logging
import MailModel

/// Notices that a rule and another program undo each other's flags on one message, and lets the rule give way
/// (DESIGN §2.9).
struct FlagFight: Sendable {
    /// How often a rule may undo the other's change before it gives way, and within how many seconds.
    static let rounds = 3
    static let window: Int64 = 3_600

    let journal: Journal
    let logger: Logger

    /// The decision of a flags event; held when it would only go on with a fight.
    func settle(_ decided: DecisionRecord) async throws -> DecisionRecord {
        guard decided.state == .planned, let change = decided.flagChange,
            let (rule, flag) = Self.counter(decided.actions, change)
        else { return decided }
        let before = try await journal.flagRounds(
            key: decided.key, rule: rule, since: decided.time - Self.window)
        guard before >= Self.rounds else { return decided }
        var record = decided
        record.state = .held
        record.error =
            "rule \(rule) and another program fight over “\(flag.name)” of this message: each undid what the other did "
            + "\(before) times within an hour; the rule gives way until the plan is released"
        // Said once for each fight; what follows is the same one.
        let level: Logger.Level = before == Self.rounds ? .warning : .info
        logger.log(
            level: level, "a rule and another program fight over a message",
            metadata: ["rule": "\(rule)", "flag": "\(flag.name)", "uid": "\(record.key.uid)", "times": "\(before)"]
        )
        return record
    }

    /// The first action that undoes a part of the change.
    static func counter(_ actions: [PlannedAction], _ change: FlagDifference) -> (rule: String, flag: Flag)? {
        for planned in actions where planned.after == nil {
            switch planned.action {
            case .mark(let name), .keyword(let name):
                if let flag = Flag(name: name), change.removed.contains(flag) { return (planned.rule, flag) }
            case .unmark(let name), .unkeyword(let name):
                if let flag = Flag(name: name), change.added.contains(flag) { return (planned.rule, flag) }
            case .move, .copy, .trash, .archive, .junk, .forward, .redirect, .reply, .notify, .pipe, .snooze, .log:
                break
            }
        }
        return nil
    }
}
