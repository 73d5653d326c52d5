import ActionExecutor
import ActionJournal
import IMAPSession
import MailModel
import TestKit
import Testing

/// A step that fails for good takes back the earlier ones of its plan, and says what it could not (DESIGN §2.4).
@Suite struct RollbackTests {
    static let actions: [MailAction] = [
        .mark(flag: "flagged"), .unmark(flag: "seen"), .copy(to: "Elsewhere"), .move(to: "Receipts"),
    ]

    static let traits: [ServerTraits] = [
        .modern, .withoutMove, .modern.with { $0.copyUIDs = .missing }, .withoutMove.with { $0.copyUIDs = .missing },
    ]

    /// A message that was read and stays as it was; the move is refused.
    private func bench(_ traits: ServerTraits) async throws -> (bench: FilingBench, token: Int, plan: PlanID) {
        let bench = try FilingBench(traits)
        let token = bench.store.deliver(letter("receipt", id: "1"), flags: [.seen, .answered])
        let plan = try await bench.plan(
            token, Self.actions + [.forward(ForwardRequest(to: ["b@example.org"]))],
            outbox: [4: [.toB]])
        bench.store.refuseCopies(to: "Receipts")
        return (bench, token, plan)
    }

    private func expectAsItWas(_ bench: FilingBench, _ token: Int, _ plan: PlanID, _ context: Comment) async throws {
        #expect(bench.store.places(of: token) == ["INBOX"], context)
        #expect(bench.store.flags(of: token, in: "INBOX") == [.seen, .answered], context)
        let work = try #require(try await bench.journal.work(plan))
        #expect(work.plan.state == .rolledBack, context)
        #expect(work.plan.error?.contains("over_quota") == true, "\(work.plan.error ?? "")")
        #expect(try await bench.journal.dueOutbox(now: .max, limit: 1).isEmpty, context)
        #expect(work.steps.filter { $0.kind == .submit }.allSatisfy { $0.state == .superseded }, context)
        #expect(bench.store.violations.isEmpty, context)
    }

    @Test(arguments: traits) func whatWasDoneBeforeIsTakenBack(_ traits: ServerTraits) async throws {
        let (bench, token, plan) = try await bench(traits)
        try await bench.attendUntilQuiet()
        try await expectAsItWas(bench, token, plan, "\(bench.server.commands)")
        let before = bench.store.names.map { bench.store[$0] }
        try bench.crash()
        try await bench.attend()
        #expect(bench.store.names.map { bench.store[$0] } == before, "once more changes nothing")
    }

    @Test(arguments: [Mishap.cutBefore, .cutAfter], traits) func aCutAnywhereStillTakesItBack(
        _ mishap: Mishap, _ traits: ServerTraits
    ) async throws {
        var number = 0
        while true {
            let (bench, token, plan) = try await bench(traits)
            bench.server.put(mishap, at: number)
            let wasWhole = try await bench.attendUnlessCut()
            let trail = bench.server.commands
            bench.server.rest()
            try bench.crash()
            try await bench.attendUntilQuiet()
            try await expectAsItWas(
                bench, token, plan, "cut at \(number): \(trail)\nthen: \(bench.server.commands)")
            if wasWhole { break }
            number += 1
        }
        #expect(number > 8, "there were commands to cut")
    }

    @Test func whatSomebodyElseDidIsLeft() async throws {
        // Before ours: it was flagged by then, and is not ours to take back.
        let (bench, token, plan) = try await bench(.modern)
        bench.store.change(token, in: "INBOX", adding: [.flagged])
        try await bench.attendUntilQuiet()
        #expect(bench.store.flags(of: token, in: "INBOX") == [.flagged, .seen, .answered])
        #expect(try await bench.state(plan) == .rolledBack)
    }

    @Test func whatSomebodyElseChangedBetweenIsLeft() async throws {
        var number = 1
        while true {
            let (bench, token, plan) = try await bench(.withoutMove)
            bench.server.before(number) { $0.change(token, in: "INBOX", adding: [.draft], removing: [.answered]) }
            try await bench.attendUntilQuiet()
            guard bench.server.commands.count > number else { break }
            #expect(
                bench.store.flags(of: token, in: "INBOX") == [.seen, .draft], "\(number): \(bench.server.commands)")
            #expect(try await bench.state(plan) == .rolledBack)
            number += 1
        }
        #expect(number > 5)
    }

    @Test func aCopyIsKeptWhenTheMessageItselfIsGone() async throws {
        var kept = 0
        for number in 3..<12 {
            let (bench, token, plan) = try await bench(.modern)
            bench.server.before(number) { $0.remove(token, from: "INBOX") }
            try await bench.attendUntilQuiet()
            let places = bench.store.places(of: token)
            let state = try await bench.state(plan)
            #expect(bench.store.violations.isEmpty)
            if places == ["Elsewhere"] { kept += 1 }
            // Removed before it was copied: that person's will. Never was the last copy ours to remove.
            #expect(state != .rolledBack || places == ["INBOX"], "\(number): \(state) \(places)")
            #expect([.superseded, .failed, .done, .rolledBack].contains(state))
        }
        #expect(kept > 0)
    }

    @Test func aCopyThatSomebodyMovedOnIsNotLookedFor() async throws {
        let (bench, token, plan) = try await bench(.modern)
        bench.server.cut(before: "UID EXPUNGE")
        #expect(try await !bench.attendUnlessCut())
        bench.server.rest()
        bench.store.change(token, in: "Elsewhere", removing: [.deleted])
        bench.store.move(token, from: "Elsewhere", to: "Receipts")
        try await bench.attendUntilQuiet()
        #expect(bench.store.places(of: token) == ["INBOX", "Receipts"])
        #expect(try await bench.state(plan) == .rolledBack, "our copy is gone, and a look said so")
    }

    @Test func withoutUIDPLUSTheCopyStaysAndThatIsSaid() async throws {
        let (bench, token, plan) = try await bench(.minimal)
        try await bench.attendUntilQuiet()
        #expect(bench.store.places(of: token) == ["Elsewhere", "INBOX"])
        #expect(bench.store.flags(of: token, in: "INBOX") == [.seen, .answered])
        let work = try #require(try await bench.journal.work(plan))
        #expect(work.plan.state == .failed)
        #expect(work.plan.error?.contains("no UIDPLUS") == true, "\(work.plan.error ?? "")")
    }

    /// The mark on the source is taken off again, and then the copy goes.
    @Test func anExpungeThatIsRefusedForGoodLeavesTheMessageWhereItWas() async throws {
        let bench = try FilingBench(.withoutMove)
        let token = bench.store.deliver(letter("receipt", id: "1"), flags: [.seen])
        let plan = try await bench.plan(token, [.mark(flag: "flagged"), .move(to: "Receipts")])
        bench.server.refuse("UID EXPUNGE", code: nil)
        for _ in 0..<9 {
            _ = try await bench.attendUnlessCut()
            bench.clock.pass(3_601)
        }
        #expect(bench.store.flags(of: token, in: "INBOX")?.contains(.deleted) == false)
        bench.server.rest()
        try await bench.attendUntilQuiet()
        #expect(bench.store.places(of: token) == ["INBOX"])
        #expect(bench.store.flags(of: token, in: "INBOX") == [.seen])
        #expect(try await bench.state(plan) == .rolledBack)
        #expect(bench.store.violations.isEmpty)
    }

    @Test func behindTheRemovalThereIsOnlyForward() async throws {
        let bench = try FilingBench(.modern)
        let token = bench.store.deliver(letter("receipt", id: "1"))
        let plan = try await bench.plan(
            token, [.move(to: "Receipts"), .notify(NotifyRequest(channel: "none", title: "", body: ""))])
        try await bench.attend()
        let notice = try #require(try await bench.steps(plan).first { $0.kind == .notify })
        let now = bench.clock.now
        try await bench.journal.apply([.stepFinished(notice.id, .failed, nil, at: now)], settling: [plan]) {
            PlanConsequences.facts(for: $0, at: now)
        }
        try await bench.attendUntilQuiet()
        #expect(bench.store.places(of: token) == ["Receipts"])
        #expect(try await bench.state(plan) == .failed)
    }

    @Test func manyAreTakenBackInFewCommands() async throws {
        let bench = try FilingBench(.modern)
        let tokens = (1...100).map { bench.store.deliver(letter("receipt \($0)", id: "\($0)")) }
        let plans = try await bench.plan(
            all: tokens, [.mark(flag: "flagged"), .copy(to: "Elsewhere"), .move(to: "Nowhere", create: false)])
        try await bench.attendUntilQuiet()
        for token in tokens {
            #expect(bench.store.places(of: token) == ["INBOX"])
            #expect(bench.store.flags(of: token, in: "INBOX") == [])
        }
        for plan in plans { #expect(try await bench.state(plan) == .rolledBack) }
        #expect(bench.server.commands.count < 30, "\(bench.server.commands)")
        #expect(bench.store.violations.isEmpty)
    }
}
