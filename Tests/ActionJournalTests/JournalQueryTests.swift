import MailModel
import Testing

@testable import ActionJournal

@Suite struct JournalQueryTests {
    let scratch: ScratchFolder
    let journal: Journal

    init() throws {
        scratch = try ScratchFolder()
        journal = try Journal.open(folder: scratch.state, access: .readWrite)
    }

    /// Plans 1 to 6 with one difference each.
    private func store() async throws {
        var other = try decision(6, time: 6_000)
        other.key.account = try account("work")
        let plans = try await journal.record(
            [
                decision(1), decision(2, time: 2_000, mailbox: "Lists"),
                decision(3, time: 3_000, rules: ["Pager", "Lists"]),
                decision(4, trigger: .sweep(run: 3), time: 4_000), decision(5, time: 5_000, state: .held), other,
            ], progress: [])
        #expect(plans == (1...6).map { PlanID($0) })
    }

    private func ids(_ query: PlanQuery) async throws -> [Int64] {
        try await journal.plans(query).map(\.plan.id.rawValue)
    }

    @Test func queriesNarrow() async throws {
        try await store()
        #expect(try await ids(PlanQuery()) == [1, 2, 3, 4, 5, 6])
        #expect(try await ids(PlanQuery(limit: 2, newestFirst: true)) == [6, 5])
        #expect(try await ids(PlanQuery(before: PlanID(5), limit: 2, newestFirst: true)) == [4, 3])
        #expect(try await ids(PlanQuery(after: PlanID(4))) == [5, 6])
        #expect(try await ids(PlanQuery(id: PlanID(4))) == [4])
        #expect(try await ids(PlanQuery(ids: [PlanID(4), PlanID(2), PlanID(77)])) == [2, 4])
        #expect(try await ids(PlanQuery(ids: [])) == [])
        #expect(try await ids(PlanQuery(since: 3_000, until: 5_000)) == [3, 4])
        #expect(try await ids(PlanQuery(rule: "Lists")) == [3])
        #expect(try await ids(PlanQuery(since: 4_000, rule: "Receipts")) == [4, 5, 6])
        #expect(try await ids(PlanQuery(account: account("work"))) == [6])
        #expect(try await ids(PlanQuery(mailbox: mailbox("Lists"))) == [2])
        #expect(try await ids(PlanQuery(messageID: "<3@shop.example>")) == [3])
        #expect(try await ids(PlanQuery(messageID: "3@shop.example")) == [3])
        #expect(try await ids(PlanQuery(identity: MessageIdentity(rawValue: "identity-5"))) == [5])
        #expect(try await ids(PlanQuery(key: key(2, mailbox: "Lists"))) == [2])
        #expect(try await ids(PlanQuery(key: key(2))) == [])
        #expect(try await ids(PlanQuery(trigger: .sweep(run: 3))) == [4])
        #expect(try await ids(PlanQuery(trigger: .sweep(run: 33))) == [])
        #expect(try await ids(PlanQuery(triggerKind: "sweep")) == [4])
        #expect(try await ids(PlanQuery(triggerKind: "new")) == [1, 2, 3, 5, 6])
        #expect(try await ids(PlanQuery(state: .held)) == [5])
        #expect(try await ids(PlanQuery(states: [.held, .done])) == [5])
        #expect(try await ids(PlanQuery(limit: -1)) == [])
        #expect(try await ids(PlanQuery(rule: "x' OR 1 = 1 --")) == [])
    }

    @Test func workIsWhatCanBeDoneNow() async throws {
        try await store()
        func open(_ mailbox: MailboxName? = nil, now: Int64 = 0, limit: Int = 9, kinds: Set<StepKind>? = nil)
            async throws -> [Int64]
        {
            try await journal.openWork(account: account(), mailbox: mailbox, now: now, limit: limit, kinds: kinds)
                .map(\.plan.id.rawValue)
        }
        #expect(try await open() == [1, 2, 3, 4])
        #expect(try await open(limit: 2) == [1, 2])
        #expect(try await open(mailbox("Lists")) == [2])
        #expect(try await open(kinds: [.submit, .notify]) == [])
        #expect(try await open(kinds: [.uidMove]) == [1, 2, 3, 4])
        let first = try await journal.steps(PlanID(1))[0].id
        try await journal.apply([.stepFinished(first, .done, nil, at: 1), .planState(PlanID(2), .failed, error: "no")])
        #expect(try await open() == [3, 4])
    }

    @Test func stepsComeInTheOrderOfTheirPositions() async throws {
        _ = try await journal.plan(
            decision(1, steps: [moveStep(2), moveStep(0, to: "A"), moveStep(1, to: "B", notBefore: 9)]))
        let work = try await journal.openWork(account: account(), mailbox: nil, now: 0, limit: 1)
        #expect(work.first?.steps.map(\.position) == [0, 1, 2])
        #expect(work.first?.steps.map(\.notBefore) == [nil, 9, nil])
    }

    @Test func whatWeFiledIsKnownWhereItIsFiled() async throws {
        let plan = try await journal.plan(decision(1))
        _ = try await journal.plan(decision(2))
        let (one, two) = (MessageIdentity(rawValue: "identity-1"), MessageIdentity(rawValue: "identity-2"))
        func filed(_ name: String) async throws -> Set<MessageIdentity> {
            Set(try await journal.ownFilings(account: account(), into: mailbox(name), identities: [one, two]).keys)
        }
        #expect(try await filed("Receipts").isEmpty)
        let step = try await journal.steps(plan)[0].id
        // Begun counts: the message can arrive before its command is answered.
        try await journal.apply([.stepBegun(step, StepPrecondition(), at: 1)])
        #expect(try await filed("Receipts") == [one])
        #expect(try await filed("INBOX").isEmpty)
        try await journal.apply([.stepFinished(step, .failed, nil, at: 2)])
        #expect(try await filed("Receipts").isEmpty)
    }

    @Test func whatCameBackWhereWeFiledItIsNotOurs() async throws {
        let plan = try await journal.plan(decision(1))
        let identity = MessageIdentity(rawValue: "identity-1")
        let step = try await journal.steps(plan)[0].id
        func isOurs(_ uid: UInt32, validity: UInt32 = 7) async throws -> Bool {
            let key = try key(uid, validity: validity, mailbox: "Receipts")
            return try await journal.ownFilings(
                account: account(), into: mailbox("Receipts"), identities: [identity])[identity]?
                .contains { $0.mayBe(key) } ?? false
        }
        try await journal.apply([.stepBegun(step, StepPrecondition(), at: 1)])
        #expect(try await isOurs(40))
        #expect(try await isOurs(41))
        try await journal.apply([
            .stepFinished(step, .done, StepOutcome(targetUIDValidity: 7, targetUID: 40), at: 2)
        ])
        #expect(try await isOurs(40))
        #expect(try await !isOurs(41))
        #expect(try await !isOurs(40, validity: 8))
    }

    /// What servers make identities of is their own: a message that is given to another account is known there by its
    /// place, and before that is told by what both show.
    @Test func whatIsGivenToAnotherAccountIsKnownThere() async throws {
        let give = StepDraft(
            position: 0, actionIndex: 0, kind: .append,
            arguments: StepArguments(account: "work", mailbox: "Clients", create: true))
        let step = try await journal.steps(journal.plan(decision(1, steps: [give])))[0].id
        let (ours, other) = (MessageIdentity(rawValue: "content:1"), MessageIdentity(rawValue: "content:2"))
        func given(_ uid: UInt32, _ content: MessageIdentity, in name: String = "Clients") async throws -> Bool {
            let key = MessageKey(
                account: try account("work"), mailbox: try mailbox(name), uidValidity: try #require(UIDValidity(7)),
                uid: try #require(UID(uid)))
            return try await journal.given([key: content], to: mailbox(name), of: account("work")).contains(key)
        }
        #expect(try await !given(40, ours))
        let noted = StepPrecondition(targetUIDValidity: 7, targetUIDNext: 40, contentIdentity: ours.rawValue)
        try await journal.apply([.stepBegun(step, noted, at: 1)])
        #expect(try await given(40, ours))
        #expect(try await given(41, ours))
        #expect(try await !given(39, ours), "it was there before")
        #expect(try await !given(40, other))
        #expect(try await !given(40, ours, in: "INBOX"))
        // Cut off, and to be looked for.
        try await journal.apply([.stepDeferred(step, notBefore: nil)])
        #expect(try await given(40, ours))
        try await journal.apply([
            .stepBegun(step, noted, at: 1),
            .stepFinished(step, .done, StepOutcome(targetUIDValidity: 7, targetUID: 41), at: 2),
        ])
        // Whatever is read of it; and the same mail that came there by itself is another message.
        #expect(try await given(41, other))
        #expect(try await !given(40, ours))
    }

    @Test func theNewestDecisionsAreCountedSweepsAsOne() async throws {
        var plans: [PlanID] = []
        for uid in 1...3 as ClosedRange<UInt32> { plans.append(try await journal.plan(decision(uid, time: 10))) }
        for uid in 4...6 as ClosedRange<UInt32> {
            plans.append(try await journal.plan(decision(uid, trigger: .sweep(run: 3), time: 20)))
        }
        plans.append(try await journal.plan(decision(7, time: 30, rules: ["Other"])))
        for plan in plans { try await journal.complete(plan) }
        // Nothing was done: no decision.
        _ = try await journal.plan(decision(8, state: .proposed))
        #expect(try await journal.latestDecisions(0).isEmpty)
        #expect(try await journal.latestDecisions(1) == [plans[6]])
        #expect(try await journal.latestDecisions(2) == Set(plans[3...6]))
        #expect(try await journal.latestDecisions(3) == Set(plans[2...6]))
        #expect(try await journal.latestDecisions(99) == Set(plans))
        #expect(try await journal.decisions(since: 20) == Set(plans[3...6]))
        #expect(try await journal.decisions(rule: "Other") == [plans[6]])
        #expect(try await journal.decisions(since: 20, rule: "Receipts") == Set(plans[3...5]))
        #expect(try await journal.decisions(sweep: 3) == Set(plans[3...5]))
        #expect(try await journal.decisions() == Set(plans))
    }

    @Test func countsSayHowMuchOfWhat() async throws {
        try await store()
        _ = try await journal.plan(
            decision(
                7, steps: [submitStep(0, to: ["a@b.c", "d@e.f"], released: true), submitStep(1)],
                timers: [.init(actionIndex: 0, due: 5)]))
        #expect(
            try await journal.counts()
                == JournalCounts(plans: [.planned: 6, .held: 1], outbox: [.ready: 2, .waiting: 1], timers: 1))
    }

    @Test func anActionIsAsFarAsTheLeastFinishedOfItsSteps() async throws {
        let move = PlannedAction(action: .move(FolderTarget(place: .name("A"))), rule: "R")
        let forward = PlannedAction(action: .forward(ForwardRequest(to: ["oncall@example.com"])), rule: "R")
        let log = PlannedAction(action: .log("hello"), rule: "R")
        let later = PlannedAction(action: .trash, rule: "R", after: 60)
        let plan = try await journal.plan(
            decision(
                1, actions: [move, forward, log, later],
                steps: [moveStep(0), moveStep(1), submitStep(2, to: ["a@b.c", "d@e.f"], action: 1, released: true)],
                timers: [TimerDraft(actionIndex: 3, due: 1_060)]))
        #expect(try await journal.view(plan).actions.map(\.state) == [.waiting, .waiting, .waiting, .waiting])
        let steps = try await journal.steps(plan)
        let rows = steps[2].outbox
        try await journal.apply([
            .planState(plan, .running, error: nil), .stepFinished(steps[0].id, .done, nil, at: 1),
            .stepBegun(steps[1].id, StepPrecondition(), at: 1),
            .outboxBegun(rows[0].id, at: 1), .outboxBegun(rows[1].id, at: 1),
            .outboxFinished(rows[0].id, .ready, .deferred, text: "", notBefore: 9, at: 5),
            .outboxFinished(rows[1].id, .accepted, .accepted, text: "", notBefore: nil, at: 3),
        ])
        let actions = try await journal.view(plan).actions
        #expect(actions.map(\.action) == [move, forward, log, later])
        #expect(actions.map(\.state) == [.begun, .waiting, .done, .waiting])
        #expect(actions[1].attempts.map(\.time) == [3, 5])
        try await journal.apply([.stepFinished(steps[1].id, .failed, nil, at: 1)])
        #expect(try await journal.view(plan).actions[0].state == .failed)
    }

    @Test func onlyFinishedPlansAreForgotten() async throws {
        try await store()
        for plan in [1, 2, 6] as [Int64] { try await journal.complete(PlanID(plan)) }
        let timed = try await journal.plan(decision(8, state: .done, timers: [.init(actionIndex: 0, due: 9_000)]))
        #expect(try await journal.prune(before: 6_000, limit: 1, now: 6_000) == 1)
        #expect(try await journal.prune(before: 6_000, limit: 100, now: 6_000) == 1)
        #expect(try await ids(PlanQuery()) == [3, 4, 5, 6, timed.rawValue])
        // A number is never used again.
        try await journal.complete(timed)
        let timer = try #require(try await journal.dueTimers(now: .max, limit: 1).first)
        try await journal.apply([.timerFinished(timer.id)])
        #expect(try await journal.prune(before: .max, limit: 100, now: 9_000) == 2)
        #expect(try await journal.plan(decision(9)) > timed)
    }

    @Test func aSavedSweepKeepsItsRowsInOrder() async throws {
        let first = try await journal.saveSweep(time: 5, query: "{}", rows: ["a", "b"])
        let second = try await journal.saveSweep(time: 6, query: "{\"rule\":\"R\"}", rows: [])
        try await journal.appendSweep(first, rows: ["c", "d"])
        #expect(second > first)
        #expect(try await journal.savedSweep(first) == SavedSweep(number: first, time: 5, query: "{}", count: 4))
        #expect(try await journal.sweepRows(first, from: 1, limit: 2) == ["b", "c"])
        #expect(try await journal.sweepRows(second, from: 0, limit: 2) == [])
        #expect(try await journal.savedSweep(99) == nil)
        let error = await #expect(throws: JournalError.self) { try await journal.appendSweep(99, rows: ["x"]) }
        #expect(error?.reason == .contradiction)
    }
}
