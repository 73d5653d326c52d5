import MailModel
import Testing

@testable import ActionJournal

/// Blast radius (DESIGN §2.10): counted in the transaction that stores a plan.
@Suite struct RuleLimitTests {
    let folder: ScratchFolder
    let journal: Journal

    init() throws {
        folder = try ScratchFolder()
        journal = try Journal.open(folder: folder.state, access: .readWrite)
    }

    private func decided(
        _ uid: UInt32, at time: Int64, limit: Int?, trigger: PlanTrigger = .new, absence: Int64 = 0,
        steps: [StepDraft]? = nil, state: PlanState = .planned
    ) throws -> DecisionRecord {
        var record = try decision(uid, trigger: trigger, time: time, state: state, steps: steps)
        record.limits = [RuleLimit(rule: "Receipts", plans: limit)]
        record.absence = absence
        return record
    }

    private func states(_ recording: Recording) async throws -> [PlanState] {
        var states: [PlanState] = []
        for plan in recording.decisions.compactMap(\.plan) { states.append(try await journal.view(plan).plan.state) }
        return states
    }

    @Test func thePlanPastTheLimitIsHeldInOneBatchToo() async throws {
        let records = try (1...5).map { try decided($0, at: 1_000, limit: 3, steps: [submitStep(0, released: true)]) }
        let recording = try await journal.store(records, progress: [])
        #expect(try await states(recording) == [.planned, .planned, .planned, .held, .held])
        #expect(recording.holds.map(\.isFirst) == [true, false])
        #expect(recording.holds.map(\.rule) == ["Receipts", "Receipts"])
        let held = try #require(recording.holds.first?.plan)
        let view = try await journal.view(held)
        #expect(view.plan.error?.hasPrefix("rule Receipts: it made 3 plans within 10 minutes") == true)
        #expect(view.steps.map(\.released) == [false])
        #expect(view.steps[0].outbox.map(\.state) == [.waiting])
        #expect(try await journal.dueOutbox(now: .max, limit: 10).count == 3)
    }

    @Test func theWindowSlidesAndHeldPlansTakeNoRoom() async throws {
        for (uid, time) in [(1, 1_000), (2, 1_300), (3, 1_500)] as [(UInt32, Int64)] {
            _ = try await journal.store([decided(uid, at: time, limit: 2)], progress: [])
        }
        #expect(try await journal.plans(PlanQuery(state: .held)).map(\.plan.key.uid.rawValue) == [3])
        // The first is ten minutes old: it makes room for one.
        let later = try await journal.store(
            [decided(4, at: 1_600, limit: 2), decided(5, at: 1_600, limit: 2)], progress: [])
        #expect(try await states(later) == [.planned, .held])
        #expect(later.holds.map(\.isFirst) == [false], "still the same flood")
        let next = try await journal.store((6...8).map { try decided($0, at: 9_000, limit: 2) }, progress: [])
        #expect(next.holds.map(\.isFirst) == [true], "another flood, told again")
    }

    @Test func aRestartAndAClockSetBackAreNoWayAroundIt() async throws {
        _ = try await journal.store((1...3).map { try decided($0, at: 1_000, limit: 3) }, progress: [])
        journal.close()
        let again = try Journal.open(folder: folder.state, access: .readWrite)
        let recording = try await again.store([decided(4, at: 990, limit: 3)], progress: [])
        #expect(recording.holds.count == 1)
        again.close()
    }

    @Test func whatAPersonAsksForAndWhatWasCountedBeforeIsNotCounted() async throws {
        let triggers: [PlanTrigger] = [.sweep(run: 1), .after(plan: PlanID(1)), .undo(plan: PlanID(1)), .dry(.new)]
        for trigger in triggers { #expect(!trigger.countsTowardsLimit) }
        for trigger: PlanTrigger in [.new, .movedIn, .removed, .flags(1), .schedule(rule: "a", due: 1)] {
            #expect(trigger.countsTowardsLimit)
        }
        var records = try (1...5).map { try decided($0, at: 1_000, limit: 1, trigger: .sweep(run: 1)) }
        for index in records.indices { records[index].limits = [] }
        let recording = try await journal.store(records, progress: [])
        #expect(recording.holds.isEmpty)
        // Nor do they take the room of others.
        #expect(try await journal.store([decided(9, at: 1_000, limit: 1)], progress: []).holds.isEmpty)
    }

    @Test func withoutALimitNothingIsHeld() async throws {
        let recording = try await journal.store((1...500).map { try decided($0, at: 1_000, limit: nil) }, progress: [])
        #expect(recording.holds.isEmpty)
    }

    @Test func aProposedPlanIsNeitherCountedNorHeld() async throws {
        let proposed = try (1...4).map { try decided($0, at: 1_000, limit: 2, state: .proposed) }
        #expect(try await journal.store(proposed, progress: []).holds.isEmpty)
        let real = try (5...7).map { try decided($0, at: 1_000, limit: 2) }
        #expect(try await journal.store(real, progress: []).holds.count == 1)
    }

    @Test func onePlanPastOneOfItsRulesLimitsIsHeldWhole() async throws {
        var records = try (1...2).map { try decided($0, at: 1_000, limit: 9) }
        for index in records.indices {
            records[index].rules.append("Other")
            records[index].limits.append(RuleLimit(rule: "Other", plans: 1))
        }
        let recording = try await journal.store(records, progress: [])
        #expect(recording.holds.map(\.rule) == ["Other"])
    }

    @Test func whatIsKnownAlreadyIsNotCountedTwice() async throws {
        let record = try decided(1, at: 1_000, limit: 2)
        for _ in 0..<5 { _ = try await journal.store([record], progress: []) }
        #expect(try await journal.store([decided(2, at: 1_000, limit: 2)], progress: []).holds.isEmpty)
    }

    /// Ten plans a day for ten days; then nobody looked for five.
    @Test func catchingUpARuleMayDoThreeTimesWhatIsUsual() async throws {
        let day: Int64 = 86_400
        var records: [DecisionRecord] = []
        for number in 0..<100 {
            records.append(try decided(UInt32(number + 1), at: 1_000 + Int64(number) * day / 10, limit: 5))
        }
        for record in records { #expect(try await journal.store([record], progress: []).holds.isEmpty) }
        let end = 1_000 + 10 * day
        let now = end + 5 * day
        let flood = try (201...400).map { try decided($0, at: now, limit: 5, absence: 5 * day) }
        let recording = try await journal.store(flood, progress: [])
        let expected = RuleLimit.allowance(count: 100, span: 10 * day, absence: 5 * day)
        #expect(expected == 150)
        #expect(recording.holds.count == 200 - expected)
        // All of it is used up for as long as the window holds it.
        #expect(try await journal.store([decided(500, at: now + 60, limit: 5)], progress: []).holds.count == 1)
        #expect(try await journal.store([decided(501, at: now + 600, limit: 5)], progress: []).holds.isEmpty)
    }

    @Test func aShortAbsenceIsNone() async throws {
        let flood = try (1...9).map { try decided($0, at: 1_000_000, limit: 5, absence: 600) }
        #expect(try await journal.store(flood, progress: []).holds.count == 4)
    }

    @Test func aYoungRuleIsJudgedAsIfItWereADayOld() {
        #expect(RuleLimit.allowance(count: 1, span: 0, absence: 86_400) == 3)
        #expect(RuleLimit.allowance(count: 1, span: 60, absence: 86_400) == 3)
        #expect(RuleLimit.allowance(count: 0, span: 86_400, absence: 86_400) == 0)
    }
}
