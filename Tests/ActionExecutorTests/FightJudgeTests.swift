import ActionJournal
import MailModel
import Testing

@testable import ActionExecutor

/// Who fights with whom over a message, by what was done with it before.
@Suite struct FightJudgeTests {
    private let account: AccountName
    private let work: MailboxName

    init() throws {
        account = try #require(AccountName("home"))
        work = try #require(MailboxName("Work"))
    }

    private func key(_ mailbox: MailboxName, _ uid: Int) throws -> MessageKey {
        MessageKey(
            account: account, mailbox: mailbox, uidValidity: try #require(UIDValidity(7)),
            uid: try #require(UID(UInt32(uid))))
    }

    private func plan(
        _ rule: String, _ action: MailAction, at key: MessageKey, _ time: Int64, _ kind: StepKind,
        _ arguments: StepArguments, undo: Bool = false, _ outcome: StepOutcome? = nil, before: [String] = []
    ) -> PlanWork {
        let record = PlanRecord(
            id: PlanID(time), key: key, identity: MessageIdentity(rawValue: "i"),
            trigger: undo ? .undo(plan: PlanID(1)) : .schedule(rule: rule, due: time), time: time,
            headline: MessageHeadline(messageID: "", subject: "", from: ""), event: "schedule", generation: 1,
            state: .done, actions: [PlannedAction(action: action, rule: rule)])
        let step = StepRecord(
            id: StepID(time), plan: PlanID(time), position: 0, actionIndex: 0, kind: kind, arguments: arguments,
            state: .done, released: true, precondition: StepPrecondition(flagsBefore: before), outcome: outcome,
            finishedAt: time)
        return PlanWork(plan: record, steps: [step])
    }

    /// A move, which gives the message this UID.
    private func move(
        _ rule: String, _ from: MailboxName, _ uid: Int, to target: MailboxName, _ next: Int, at time: Int64,
        undo: Bool = false
    ) throws -> PlanWork {
        plan(
            rule, .move(FolderTarget(place: .name(target.rawValue))), at: try key(from, uid), time, .uidMove,
            StepArguments(mailbox: target.rawValue), undo: undo,
            StepOutcome(targetUIDValidity: 7, targetUID: UInt32(next)))
    }

    private func decision(
        _ rule: String, _ action: MailAction, _ uid: Int, in mailbox: MailboxName = .inbox, at time: Int64,
        flags: Set<Flag> = []
    ) throws -> DecisionRecord {
        DecisionRecord(
            key: try key(mailbox, uid), identity: MessageIdentity(rawValue: "i"),
            trigger: .schedule(rule: rule, due: time), time: time,
            headline: MessageHeadline(messageID: "", subject: "", from: ""), event: "schedule", generation: 1,
            state: .planned, actions: [PlannedAction(action: action, rule: rule)], flags: flags)
    }

    private let away = MailAction.move(FolderTarget(place: .name("Work")))

    @Test func twoRulesThatMoveToAndFroAreBothNamedHoweverSlow() throws {
        let day: Int64 = 86_400
        var plans: [PlanWork] = []
        for round in 0..<3 {
            plans.append(try move("out", .inbox, round + 1, to: work, round + 1, at: Int64(round) * day + 10))
            let fight = FightJudge(MessageHistory(plans)).fight(try decision("out", away, round + 2, at: 3 * day))
            #expect(fight == nil, "round \(round)")
            plans.append(try move("back", work, round + 1, to: .inbox, round + 2, at: Int64(round) * day + 20))
        }
        let judge = FightJudge(MessageHistory(plans))
        let fight = judge.fight(try decision("out", away, 4, at: 3 * day))
        #expect(fight == .init(rule: "out", opponent: .rule("back"), matter: .tookOut(of: .inbox), rounds: 3))
        // Another rule, another folder, or after a long time: no fight.
        #expect(judge.fight(try decision("else", away, 3, at: 3 * day)) == nil)
        #expect(judge.fight(try decision("out", .archive, 9, in: work, at: 3 * day)) == nil)
        #expect(judge.fight(try decision("out", away, 3, at: 60 * day)) == nil)
    }

    @Test func anotherProgramIsNamedWhenItIsQuick() throws {
        let plans = try (0..<3).map { try move("out", .inbox, $0 * 10 + 1, to: work, $0 + 1, at: Int64($0) * 100) }
        let judge = FightJudge(MessageHistory(plans))
        #expect(judge.fight(try decision("out", away, 99, at: 300))?.opponent == .program)
        #expect(
            FightJudge(MessageHistory(Array(plans.dropLast()))).fight(try decision("out", away, 99, at: 300)) == nil)
        // A person who wants it back now and then does not fight.
        #expect(judge.fight(try decision("out", away, 99, at: 5_000)) == nil)
        // What came back by our own hand, a snooze or an undo, was no other program's.
        let back = try move("out", work, 2, to: .inbox, 99, at: 250)
        #expect(FightJudge(MessageHistory(plans + [back])).fight(try decision("out", away, 99, at: 300)) == nil)
        let undo = try move("undo", work, 2, to: .inbox, 99, at: 250, undo: true)
        #expect(FightJudge(MessageHistory(plans + [undo])).fight(try decision("out", away, 99, at: 300)) == nil)
    }

    @Test func flagsAreFoughtOverOnlyWhereTheyChange() throws {
        func store(_ rule: String, adds: Bool, at time: Int64, before: [String]) throws -> PlanWork {
            plan(
                rule, adds ? .mark(flag: "seen") : .unmark(flag: "seen"), at: try key(.inbox, 1), time, .storeFlags,
                adds ? StepArguments(addFlags: [#"\Seen"#]) : StepArguments(removeFlags: [#"\Seen"#]), before: before)
        }
        let mark = MailAction.mark(flag: "seen")
        var plans: [PlanWork] = []
        for round in 0..<3 {
            plans.append(try store("mark", adds: true, at: Int64(round) * 100, before: []))
            plans.append(try store("unmark", adds: false, at: Int64(round) * 100 + 50, before: [#"\Seen"#]))
        }
        let judge = FightJudge(MessageHistory(plans))
        #expect(judge.fight(try decision("mark", mark, 1, at: 400))?.opponent == .rule("unmark"))
        // It is as the rule wants it.
        #expect(judge.fight(try decision("mark", mark, 1, at: 400, flags: [.seen])) == nil)
        // Said again and again of a message that is so already.
        let idle = try (0..<9).map { try store("mark", adds: true, at: Int64($0), before: [#"\Seen"#]) }
        #expect(FightJudge(MessageHistory(idle)).fight(try decision("mark", mark, 1, at: 20)) == nil)
        let alone = try (0..<3).map { try store("mark", adds: true, at: Int64($0), before: []) }
        #expect(FightJudge(MessageHistory(alone)).fight(try decision("mark", mark, 1, at: 20))?.opponent == .program)
    }
}
