import ActionExecutor
import ActionJournal
import MailModel
import TestKit
import Testing

/// A plan is taken back by another plan, which is carried out, and recovered, like any (FAULTS U1).
@Suite struct UndoTests {
    static let courses: [[MailAction]] = [
        [.mark(flag: "flagged"), .unmark(flag: "seen")],
        [.move(to: "Receipts")],
        [.mark(flag: "flagged"), .keyword("Paid"), .copy(to: "Elsewhere"), .move(to: "Receipts")],
        [.copy(to: "Elsewhere"), .copy(to: "Receipts")],
    ]
    static let before: Set<Flag> = [.seen, .answered]

    /// Decides to take plans back, for their messages where they are now, and gives the folder they are in.
    private func decideUndo(_ bench: FilingBench, _ plans: [PlanID]) async throws -> MailboxName {
        var records: [DecisionRecord] = []
        for candidate in try await bench.journal.undoCandidates(Set(plans)) {
            let work = UndoWork(candidate.work, followers: candidate.followers)
            guard case .at(let key) = work.whereabouts else { continue }
            let message = try #require(bench.store[key.mailbox.rawValue]?.messages.first { $0.uid == key.uid })
            records.append(
                work.decision(
                    at: key, identity: work.plan.identity, flags: message.flags,
                    abilities: ServerAbilities(capabilities: bench.server.traits.capabilities), time: bench.clock.now))
        }
        _ = try await bench.journal.record(records, progress: [])
        return try #require(records.first).key.mailbox
    }

    private func expectAsBefore(_ bench: FilingBench, _ token: Int, _ plan: PlanID, _ context: Comment) async throws {
        #expect(bench.store.places(of: token) == ["INBOX"], context)
        #expect(bench.store.flags(of: token, in: "INBOX") == Self.before, context)
        #expect(try await bench.state(plan) == .undone, context)
        #expect(bench.store.violations.isEmpty, context)
    }

    @Test(arguments: courses, [ServerTraits.modern, .withoutMove, .modern.with { $0.copyUIDs = .missing }])
    func whatAPlanDidIsTakenBack(_ actions: [MailAction], _ traits: ServerTraits) async throws {
        let bench = try FilingBench(traits)
        let token = bench.store.deliver(letter("receipt", id: "1"), flags: Self.before)
        let plan = try await bench.plan(token, actions)
        try await bench.attendUntilQuiet()
        #expect(try await bench.state(plan) == .done)
        let mailbox = try await decideUndo(bench, [plan])
        try await bench.attendUntilQuiet(in: mailbox)
        try await expectAsBefore(bench, token, plan, "\(bench.server.commands)")
    }

    @Test(arguments: [Mishap.cutBefore, .cutAfter], [ServerTraits.modern, .withoutMove])
    func aCutAnywhereStillTakesItBackOnce(_ mishap: Mishap, _ traits: ServerTraits) async throws {
        var number = 0
        while true {
            let bench = try FilingBench(traits)
            let token = bench.store.deliver(letter("receipt", id: "1"), flags: Self.before)
            let plan = try await bench.plan(token, Self.courses[2])
            try await bench.attendUntilQuiet()
            let mailbox = try await decideUndo(bench, [plan])
            bench.server.rest()
            bench.server.put(mishap, at: number)
            let wasWhole = try await bench.attendUnlessCut(in: mailbox)
            let trail = bench.server.commands
            bench.server.rest()
            try bench.crash()
            try await bench.attendUntilQuiet(in: mailbox)
            try await expectAsBefore(bench, token, plan, "cut at \(number): \(trail)\nthen: \(bench.server.commands)")
            if wasWhole { break }
            number += 1
        }
        #expect(number > 6, "there were commands to cut")
    }

    @Test func whatWasChangedSinceIsLeft() async throws {
        let bench = try FilingBench(.modern)
        let token = bench.store.deliver(letter("receipt", id: "1"), flags: [])
        let plan = try await bench.plan(token, [.mark(flag: "seen"), .mark(flag: "flagged"), .move(to: "Receipts")])
        try await bench.attend()
        // Read, unread again, and answered: what is not as the plan made it is somebody's will.
        bench.store.change(token, in: "Receipts", adding: [.answered], removing: [.seen])
        let mailbox = try await decideUndo(bench, [plan])
        try await bench.attendUntilQuiet(in: mailbox)
        #expect(bench.store.flags(of: token, in: "INBOX") == [.answered])
        #expect(try await bench.state(plan) == .undone)
    }

    @Test func aMessageThatIsMovedOnMeanwhileIsLeft() async throws {
        let bench = try FilingBench(.modern)
        let token = bench.store.deliver(letter("receipt", id: "1"))
        let plan = try await bench.plan(token, [.mark(flag: "seen"), .move(to: "Receipts")])
        try await bench.attend()
        let mailbox = try await decideUndo(bench, [plan])
        bench.store.move(token, from: "Receipts", to: "Elsewhere")
        try await bench.attendUntilQuiet(in: mailbox)
        #expect(bench.store.places(of: token) == ["Elsewhere"])
        #expect(try await bench.state(plan) == .done, "it is not taken back, and not said to be")
    }

    @Test func aPlanThatTookItselfBackLeavesNothingToUndo() async throws {
        let bench = try FilingBench(.withoutMove)
        let token = bench.store.deliver(letter("receipt", id: "1"))
        let plan = try await bench.plan(token, [.mark(flag: "seen"), .move(to: "Nowhere", create: false)])
        try await bench.attendUntilQuiet()
        let work = try #require(try await bench.journal.work(plan))
        #expect(work.plan.state == .rolledBack)
        #expect(UndoWork(work).isNothing)
    }

    @Test func aPartThatCouldNotBeTakenBackIsUndoneLater() async throws {
        let bench = try FilingBench(.minimal)
        let token = bench.store.deliver(letter("receipt", id: "1"))
        bench.store.refuseCopies(to: "Receipts")
        let plan = try await bench.plan(token, [.copy(to: "Elsewhere"), .move(to: "Receipts")])
        try await bench.attendUntilQuiet()
        let work = try #require(try await bench.journal.work(plan))
        #expect(work.plan.state == .failed)
        #expect(!UndoWork(work).isNothing, "the copy stayed: there was no UIDPLUS")
    }

    @Test func whatWasSentIsNamed() async throws {
        let bench = try FilingBench(.modern)
        let token = bench.store.deliver(letter("alert", id: "1"))
        let plan = try await bench.plan(
            token, [.move(to: "Receipts"), .forward(ForwardRequest(to: ["b@example.org"]))], outbox: [1: [.toB]])
        try await bench.attend()
        let row = try #require(try await bench.journal.dueOutbox(now: .max, limit: 1).first)
        let now = bench.clock.now
        #expect(UndoWork(try #require(try await bench.journal.work(plan))).irrevocable.isEmpty)
        try await bench.journal.apply([
            .outboxBegun(row.id, at: now), .outboxDotSent(row.id, at: now),
            .outboxFinished(row.id, .accepted, .accepted, text: "250", notBefore: nil, at: now),
            .stepFinished(row.step, .done, nil, at: now),
        ])
        let work = UndoWork(try #require(try await bench.journal.work(plan)))
        #expect(work.irrevocable == ["what was sent to b@example.org"])
    }

    @Test func whatIsInDoubtWaitsForAPersonUntilItIsTakenBack() async throws {
        let bench = try FilingBench(.modern)
        let token = bench.store.deliver(letter("alert", id: "1"))
        let plan = try await bench.plan(
            token, [.forward(ForwardRequest(to: ["b@example.org"])), .pipe(program: "keep")], outbox: [0: [.toB]])
        let steps = try await bench.steps(plan)
        try await bench.journal.apply([
            .outboxState(try #require(steps[0].outbox.first).id, .held, notBefore: nil),
            .stepFinished(steps[0].id, .unknown, nil, at: 1), .stepFinished(steps[1].id, .unknown, nil, at: 1),
        ])
        let work = UndoWork(try #require(try await bench.journal.work(plan)))
        #expect(work.isNothing)
        #expect(work.waiting.map(\.kind) == [.submit, .pipe])
        #expect(
            work.irrevocable == [
                "what was sent to b@example.org (or may have been)", "what the program “keep” may have done",
            ])
    }

    @Test func aWholeSweepIsTakenBackInFewCommands() async throws {
        let bench = try FilingBench(.modern)
        let tokens = (1...1_000).map { bench.store.deliver(letter("mail \($0)", id: "\($0)")) }
        let plans = try await bench.plan(
            all: tokens, [.mark(flag: "seen"), .copy(to: "Elsewhere"), .move(to: "Receipts")])
        try await bench.attend()
        bench.server.rest()
        let mailbox = try await decideUndo(bench, plans)
        try await bench.attendUntilQuiet(in: mailbox)
        #expect(bench.store["INBOX"]?.messages.count == 1_000)
        #expect(bench.store["Elsewhere"]?.messages.isEmpty == true)
        #expect(bench.store["Receipts"]?.messages.isEmpty == true)
        #expect(bench.store["INBOX"]?.messages.allSatisfy { $0.flags == [] } == true)
        #expect(bench.server.commands.count < 30, "\(bench.server.commands.map { $0.prefix(40) })")
        #expect(try await bench.journal.counts().plans == [.undone: 1_000, .done: 1_000])
        #expect(bench.store.violations.isEmpty)
    }

    @Test func theNewestDecisionsCountASweepAsOne() async throws {
        let bench = try FilingBench(.modern)
        let tokens = (1...4).map { bench.store.deliver(letter("mail \($0)", id: "\($0)")) }
        var plans: [PlanID] = []
        for (token, trigger) in zip(tokens, [PlanTrigger.new, .sweep(run: 1), .sweep(run: 1), .movedIn]) {
            plans.append(try await bench.plan(token, [.mark(flag: "seen")], trigger: trigger))
        }
        try await bench.attend()
        #expect(try await bench.journal.latestDecisions(1) == [plans[3]])
        #expect(try await bench.journal.latestDecisions(2) == Set(plans[1...]))
        #expect(try await bench.journal.latestDecisions(9) == Set(plans))
        #expect(try await bench.journal.decisions(sweep: 1) == Set(plans[1...2]))
        #expect(try await bench.journal.decisions(since: bench.clock.now + 1).isEmpty)
        #expect(try await bench.journal.decisions(rule: "Receipts").count == 4)
        #expect(try await bench.journal.decisions(rule: "Other").isEmpty)
    }
}
