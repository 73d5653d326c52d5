import MailModel
import Synchronization
import Testing

@testable import ActionJournal

/// Facts of many messages are stored together; what they leave is what they would have left one by one.
@Suite struct FactRunTests {
    private let folders: (together: ScratchFolder, single: ScratchFolder)

    init() throws { folders = (try ScratchFolder(), try ScratchFolder()) }

    /// Plans of two targets, of which every fifth has something to send, too.
    private static func decisions(_ count: UInt32) throws -> [DecisionRecord] {
        try (1...count).map { uid in
            let steps = [moveStep(to: uid % 2 == 0 ? "Even" : "Odd")] + (uid % 5 == 0 ? [submitStep()] : [])
            return try decision(uid, steps: steps)
        }
    }

    private static func beginnings(_ steps: [StepRecord], at time: Int64) -> [JournalFact] {
        steps.flatMap { step in
            let precondition = StepPrecondition(
                flagsBefore: step.id.rawValue % 3 == 0 ? ["\\Seen"] : [], targetUIDValidity: 7,
                targetUIDNext: step.arguments.mailbox == "Even" ? 1 : 9)
            return [
                JournalFact.planState(step.plan, .running, error: nil),
                .stepBegun(step.id, precondition, at: time),
            ]
        }
    }

    private static func endings(_ steps: [StepRecord], at time: Int64) throws -> [JournalFact] {
        let account = try account()
        let inbox = try mailbox()
        return steps.map { step in
            // A server that says nothing of the place leaves the outcome to what was known before.
            let outcome =
                step.id.rawValue % 4 == 0
                ? nil : StepOutcome(targetUIDValidity: 7, targetUID: UInt32(step.id.rawValue), detail: "“\\\"\n”")
            return .stepFinished(step.id, .done, outcome, at: time)
        }
            + steps.map { .takenOut(account, inbox, MessageIdentity(rawValue: "\"\(step($0))\" ü"), at: time) }
        func step(_ record: StepRecord) -> Int64 { record.id.rawValue }
    }

    @Test func whatManyFactsLeaveIsWhatEachWouldHaveLeft() async throws {
        let together = try Journal.open(folder: folders.together.state, access: .readWrite)
        let single = try Journal.open(folder: folders.single.state, access: .readWrite)
        var views: [[PlanView]] = []
        for (journal, isSingle) in [(together, false), (single, true)] {
            let plans = Set(try await journal.record(try Self.decisions(40), progress: []).compactMap { $0 })
            let steps = try await journal.plans(PlanQuery(ids: plans)).flatMap(\.steps).filter { $0.kind == .uidMove }
            #expect(steps.count == 40)
            for facts in [Self.beginnings(steps, at: 2_000), try Self.endings(steps, at: 3_000)] {
                for part in isSingle ? facts.map({ [$0] }) : [facts] { try await journal.apply(part) }
            }
            views.append(try await journal.plans(PlanQuery(ids: plans)))
        }
        #expect(views[0] == views[1])
        let inbox = try mailbox()
        for journal in [together, single] {
            let taken = try await journal.read { db in
                try db.rows("SELECT key, at FROM taken_out WHERE mailbox = ? ORDER BY key", [inbox.rawValue]).count
            }
            #expect(taken == 40)
        }
    }

    @Test func oneStepThatMayNotBeginRefusesAllOfThem() async throws {
        let journal = try Journal.open(folder: folders.together.state, access: .readWrite)
        let plans = Set(try await journal.record(try Self.decisions(20), progress: []).compactMap { $0 })
        let steps = try await journal.plans(PlanQuery(ids: plans)).flatMap(\.steps).filter { $0.kind == .uidMove }
        try await journal.apply([.stepBegun(steps[7].id, StepPrecondition(), at: 1_500)])
        await #expect(throws: JournalError.self) {
            try await journal.apply(Self.beginnings(steps, at: 2_000))
        }
        let now = try await journal.plans(PlanQuery(ids: plans)).flatMap(\.steps).filter { $0.state == .begun }
        #expect(now.map(\.id) == [steps[7].id])
    }

    @Test func aStepThatIsNotThereRefusesAllOfThem() async throws {
        let journal = try Journal.open(folder: folders.together.state, access: .readWrite)
        let plans = Set(try await journal.record(try Self.decisions(20), progress: []).compactMap { $0 })
        let steps = try await journal.plans(PlanQuery(ids: plans)).flatMap(\.steps).filter { $0.kind == .uidMove }
        let endings: [JournalFact] = (steps.map(\.id) + [StepID(4_711)]).map {
            .stepFinished($0, .done, nil, at: 2_000)
        }
        await #expect(throws: JournalError.self) { try await journal.apply(endings) }
        let steps2 = try await journal.plans(PlanQuery(ids: plans)).flatMap(\.steps)
        #expect(steps2.allSatisfy { $0.state == .waiting })
    }

    @Test func aStepThatIsFinishedTwiceKeepsWhatWasSaidLast() async throws {
        let journal = try Journal.open(folder: folders.together.state, access: .readWrite)
        let plans = Set(try await journal.record(try Self.decisions(8), progress: []).compactMap { $0 })
        let steps = try await journal.plans(PlanQuery(ids: plans)).flatMap(\.steps).filter { $0.kind == .uidMove }
        let endings: [JournalFact] =
            steps.map { .stepFinished($0.id, .done, StepOutcome(targetUID: 1), at: 2_000) }
            + [.stepFinished(steps[3].id, .done, StepOutcome(targetUID: 2), at: 2_000)]
        try await journal.apply(endings)
        let outcomes = try await journal.plans(PlanQuery(ids: plans)).flatMap(\.steps).filter { $0.kind == .uidMove }
            .map(\.outcome?.targetUID)
        #expect(outcomes == [1, 1, 1, 2, 1, 1, 1, 1])
    }

    @Test func aPlanIsDoneWithItsLastStepAndTheOthersAreAskedAbout() async throws {
        let journal = try Journal.open(folder: folders.together.state, access: .readWrite)
        var decisions = try Self.decisions(10)
        decisions[0].trigger = .undo(plan: PlanID(99))
        var back = moveStep()
        back.arguments.takesBack = 0
        decisions[1].steps = [back]
        let plans = try await journal.record(decisions, progress: []).compactMap { $0 }
        let steps = try await journal.plans(PlanQuery(ids: Set(plans))).flatMap(\.steps).filter { $0.kind == .uidMove }
        let asked = Asked()
        try await journal.apply(
            steps.map { .stepFinished($0.id, .done, nil, at: 2_000) }, settling: Set(plans)
        ) { work in
            asked.note(work.plan.id)
            return []
        }
        // An undo, what takes back, and those that still have something to send.
        let open = [plans[0], plans[1], plans[4], plans[9]]
        #expect(asked.plans == open)
        for view in try await journal.plans(PlanQuery(ids: Set(plans))) {
            #expect(view.plan.state == (open.contains(view.plan.id) ? .planned : .done))
        }
    }

    @Test func aPlanThatIsHeldOrTakenBackIsNotMadeDone() async throws {
        let journal = try Journal.open(folder: folders.together.state, access: .readWrite)
        let plans = try await journal.record(try Self.decisions(4), progress: []).compactMap { $0 }
        let steps = try await journal.plans(PlanQuery(ids: Set(plans))).flatMap(\.steps)
        try await journal.apply([
            .planState(plans[0], .held, error: "asked"), .planState(plans[1], .undone, error: nil),
        ])
        try await journal.apply(
            steps.map { .stepFinished($0.id, .done, nil, at: 2_000) }, settling: Set(plans)
        ) { _ in [] }
        let states = try await journal.plans(PlanQuery(ids: Set(plans))).sorted { $0.plan.id < $1.plan.id }
            .map(\.plan.state)
        #expect(states == [.held, .undone, .done, .done])
    }
}

/// The plans that were asked about, in their order.
private final class Asked: Sendable {
    private let state = Mutex<[PlanID]>([])

    var plans: [PlanID] { state.withLock { $0 } }

    func note(_ plan: PlanID) { state.withLock { $0.append(plan) } }
}
