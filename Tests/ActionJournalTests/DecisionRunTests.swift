import GRDB
import MailModel
import Testing

@testable import ActionJournal

/// Plain decisions are stored many at a time; what they leave is what they would have left one by one.
@Suite struct DecisionRunTests {
    private let folders: (together: ScratchFolder, single: ScratchFolder)

    init() throws { folders = (try ScratchFolder(), try ScratchFolder()) }

    /// A hundred, of which most are plain: some send, some wait, some change what rules remember, one was decided before,
    /// one comes twice, one takes the place of a failure, and two messages are one.
    private static func decisions() throws -> [DecisionRecord] {
        var decisions = try (1...100).map { (uid: UInt32) in
            try decision(
                uid, trigger: .sweep(run: 1), time: 1_000 + Int64(uid), identity: uid == 44 ? "identity-43" : nil,
                rules: uid % 7 == 0 ? ["Receipts", "Second"] : ["Receipts"],
                steps: [moveStep(to: uid % 2 == 0 ? "Even" : "Odd")] + (uid == 50 ? [submitStep()] : []),
                stateChanges: uid == 8 ? [RuleStateChange(rule: "Receipts", key: "seen", value: "1")] : [],
                timers: uid == 90 ? [TimerDraft(actionIndex: 0, due: 9_000, recheck: false)] : [],
                replacesFailed: uid == 30)
        }
        decisions.append(decisions[20])
        decisions.insert(try nothing(101, trigger: .sweep(run: 1)), at: 70)
        return decisions
    }

    @Test func whatManyDecisionsLeaveIsWhatEachWouldHaveLeft() async throws {
        var contents: [[String: [String]]] = []
        var recorded: [[RecordedDecision]] = []
        for (folder, isSingle) in [(folders.together, false), (folders.single, true)] {
            let journal = try Journal.open(folder: folder.state, access: .readWrite)
            _ = try await journal.plan(try decision(12, trigger: .sweep(run: 1), identity: "earlier"))
            _ = try await journal.plan(
                try decision(30, trigger: .sweep(run: 1), state: .failed, actions: [], error: "it broke", steps: []))
            let decisions = try Self.decisions()
            var own: [RecordedDecision] = []
            for part in isSingle ? decisions.map({ [$0] }) : [decisions] {
                own += try await journal.recordDecisions(part, progress: [])
            }
            recorded.append(own)
            contents.append(try await Self.contents(of: journal))
        }
        for index in recorded[0].indices { #expect(Self.isAlike(recorded[0][index], recorded[1][index]), "\(index)") }
        #expect(recorded[0].count { if case .planned = $0 { true } else { false } } == 99)
        #expect(recorded[0].count { if case .known = $0 { true } else { false } } == 2)
        for (table, rows) in contents[0] { #expect(rows == contents[1][table], "\(table)") }
        #expect(contents[0]["step"]?.count == 101 && contents[0]["plan"]?.count == 100)
    }

    @Test func oneThatMayNotBeStoredTakesTheOthersWithIt() async throws {
        let journal = try Journal.open(folder: folders.together.state, access: .readWrite)
        var decisions = try Self.decisions()
        decisions[40].identity = MessageIdentity(rawValue: "")
        await #expect(throws: JournalError.self) { try await journal.recordDecisions(decisions, progress: []) }
        #expect(try await Self.contents(of: journal)["plan"]?.isEmpty ?? false)
    }

    /// The numbers of plans may have gaps, which are others.
    private static func isAlike(_ left: RecordedDecision, _ right: RecordedDecision) -> Bool {
        switch (left, right) {
        case (.planned, .planned), (.known, .known), (.noted, .noted): true
        default: false
        }
    }

    private static let queries = [
        "plan": """
        SELECT account, mailbox, uid_validity, uid, trigger, time, identity, message_id, subject, sender, event,
            generation, state, actions, flags, error, flag_change FROM plan
        """,
        "plan_evidence": "SELECT uid, evidence FROM plan_evidence JOIN plan ON plan.id = plan_evidence.plan",
        "plan_rule": """
        SELECT uid, position, rule, plan_rule.time, counted FROM plan_rule JOIN plan ON plan.id = plan_rule.plan
        """,
        "step": """
        SELECT uid, position, action, kind, arguments, step.state, released, not_before
        FROM step JOIN plan ON plan.id = step.plan
        """,
        "outbox": """
        SELECT uid, recipient, outbox.message_id, spool, policy, outbox.state
        FROM outbox JOIN step ON step.id = outbox.step JOIN plan ON plan.id = step.plan
        """,
        "timer": "SELECT uid, action, due, recheck FROM timer JOIN plan ON plan.id = timer.plan",
        "identity": "SELECT * FROM identity",
        "rule_state": "SELECT * FROM rule_state",
    ]

    private static func contents(of journal: Journal) async throws -> [String: [String]] {
        try await journal.read { db in
            try queries.mapValues { sql in try db.rows(sql).map { "\($0)" }.sorted() }
        }
    }
}
