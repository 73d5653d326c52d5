import MailModel
import Testing

@testable import ActionJournal

@Suite struct JournalTimerTests {
    let folder: ScratchFolder
    let journal: Journal

    init() throws {
        folder = try ScratchFolder()
        journal = try Journal.open(folder: folder.state, access: .readWrite)
    }

    private let actions = [
        PlannedAction(action: .mark(flag: "seen"), rule: "Receipts"),
        PlannedAction(action: .keyword("Old"), rule: "Receipts", after: 10),
        PlannedAction(action: .trash, rule: "Receipts", after: 60),
    ]

    /// Decided at 1,000.
    private func plan(_ uid: UInt32, state: PlanState = .done) async throws -> PlanID {
        try await journal.plan(
            decision(
                uid, state: state, actions: actions, steps: [],
                timers: DelayedActions(actions, decidedAt: 1_000).timers))
    }

    private func due(_ now: Int64) async throws -> [DuePart] {
        try await journal.dueParts(account: account(), now: now, limit: 10)
    }

    /// The plan that a part becomes.
    private func follow(_ due: DuePart, _ state: PlanState = .done) throws -> DecisionRecord {
        var record = try decision(
            due.plan.plan.key.uid.rawValue, trigger: due.part.trigger(of: due.plan.plan.id), state: state,
            actions: due.plan.plan.delayed.actions(of: due.part), steps: [])
        record.finishedTimers = due.timers
        return record
    }

    @Test func partsAreDueOneAfterTheOther() async throws {
        let plan = try await plan(1)
        #expect(try await due(1_009).isEmpty)
        #expect(try await journal.nextTimerDue(account: account()) == 1_010)
        #expect(try await journal.nextTimerDue(account: account("work")) == nil)
        let first = try #require(try await due(9_999).first)
        #expect(first.part.indices == [1] && first.earlier.isEmpty && first.timers.count == 1)

        let record = try follow(first, .running)
        let follower = try await journal.plan(record)
        #expect(try await journal.nextTimerDue(account: account()) == 1_060)
        // The second waits for the first.
        #expect(try await due(9_999).isEmpty)
        try await journal.complete(follower)
        let second = try #require(try await due(9_999).first)
        #expect(second.part.indices == [2] && second.earlier.map(\.plan.id) == [follower])
        #expect(second.part.trigger(of: plan) == .after(plan: plan, part: 1))
        _ = try await journal.plan(try follow(second))
        #expect(try await due(.max).isEmpty)
        #expect(try await journal.counts().timers == 0)
    }

    @Test func anActionComesToPassOnceAndItsTimerGoesWithIt() async throws {
        _ = try await plan(1)
        let first = try #require(try await due(1_010).first)
        let follower = try await journal.plan(try follow(first))
        // The program died before it knew, and comes again.
        #expect(try await journal.recordDecisions([follow(first)], progress: []) == [.known(follower)])
        #expect(try await journal.counts().timers == 1)
    }

    @Test(arguments: [PlanState.planned, .running, .held, .proposed])
    func aPlanThatIsNotDoneYetKeepsItsTimersWaiting(_ state: PlanState) async throws {
        _ = try await plan(1, state: state)
        #expect(try await due(.max).isEmpty)
        let waits = state == .planned || state == .running
        #expect(try await journal.nextTimerDue(account: account()) == (waits ? 1_010 : nil))
    }

    @Test(arguments: [PlanState.failed, .superseded, .rolledBack, .undone])
    func aPlanThatCameToNothingGivesUpAllItsTimers(_ state: PlanState) async throws {
        _ = try await plan(1, state: state)
        let dropped = try #require(try await due(9_999).first)
        #expect(dropped.timers.count == 2)
        try await journal.apply(dropped.timers.map { .timerFinished($0) })
        #expect(try await journal.counts().timers == 0)
    }

    /// A snoozed message comes back though a forward of the same plan was refused.
    @Test(arguments: [StepState.done, .superseded, .failed])
    func aPlanOfWhichOnlyTheSendingFailedIsFollowedAllTheSame(_ move: StepState) async throws {
        let plan = try await journal.plan(
            decision(
                1, actions: actions, steps: [moveStep(), submitStep()],
                timers: DelayedActions(actions, decidedAt: 1_000).timers))
        let steps = try await journal.steps(plan)
        try await journal.apply([
            .stepFinished(steps[0].id, move, nil, at: 1_001), .stepFinished(steps[1].id, .failed, nil, at: 1_001),
            .planState(plan, .failed, error: "refused"),
        ])
        let part = try #require(try await due(9_999).first)
        #expect(part.plan.mayBeFollowed == (move != .failed))
        #expect(part.timers.count == (move == .failed ? 2 : 1))
    }

    @Test func actionsSayWhatBecameOfThem() async throws {
        func states(_ plan: PlanID) async throws -> [StepState] { try await journal.view(plan).actions.map(\.state) }
        let plan = try await plan(1)
        #expect(try await states(plan) == [.done, .waiting, .waiting])
        let first = try #require(try await due(1_010).first)
        let follower = try await journal.plan(try follow(first, .planned))
        #expect(try await states(plan) == [.done, .waiting, .waiting])
        try await journal.complete(follower)
        #expect(try await states(plan) == [.done, .done, .waiting])
        let second = try #require(try await due(9_999).first)
        _ = try await journal.plan(try follow(second, .superseded))
        #expect(try await states(plan) == [.done, .done, .superseded])
    }

    @Test func whatWasLookedForInVainTellsNoPlace() async throws {
        let plan = try await plan(1)
        let first = try #require(try await due(1_010).first)
        try await journal.apply([.identitySeen(MessageIdentity(rawValue: "identity-1"), try key(9), at: 1)])
        _ = try await journal.plan(try follow(first, .superseded))
        let place = try await journal.lastPlace(of: MessageIdentity(rawValue: "identity-1"), account: account())
        #expect(place == (try key(9)))
        #expect(plan == first.plan.plan.id)
    }

    @Test func aProposedPlanGetsItsTimersWhenItIsLetGo() async throws {
        let plan = try await journal.plan(decision(1, state: .proposed, actions: actions, steps: []))
        let timers = DelayedActions(actions, decidedAt: 1_000).timers
        try await journal.apply([.timersAdded(plan, timers), .planState(plan, .done, error: nil)])
        try await journal.apply([.timersAdded(plan, timers)])
        #expect(try await journal.counts().timers == 2)
        #expect(try await journal.view(plan).actions.map(\.state) == [.done, .waiting, .waiting])
    }
}
