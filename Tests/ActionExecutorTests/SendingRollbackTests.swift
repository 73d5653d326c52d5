import ActionExecutor
import ActionJournal
import MailModel
import Synchronization
import TestKit
import Testing

/// What is sent may fail for good too: while the message is where it was, flags and copies go back (DESIGN §2.4).
@Suite struct SendingRollbackTests {
    static let before: Set<Flag> = [.seen, .answered]

    private let other = OutboxDraft(
        recipient: "c@example.org", sender: "jane@example.org", messageID: "1@example.org", spool: "1.eml",
        policy: .resend)

    private func bench(
        _ traits: ServerTraits, _ actions: [MailAction], to rows: [OutboxDraft]
    ) async throws -> (bench: FilingBench, token: Int, plan: PlanID) {
        let bench = try FilingBench(traits)
        let token = bench.store.deliver(letter("alert", id: "1"), flags: Self.before)
        let forward = MailAction.forward(ForwardRequest(to: rows.map(\.recipient)))
        let plan = try await bench.plan(token, actions + [forward], outbox: [actions.count: rows])
        let spool = try Spool(stateFolder: bench.folder.state)
        for row in rows { try await spool.write(SendingBench.bytes, name: row.spool) }
        try await bench.attendUntilQuiet()
        return (bench, token, plan)
    }

    private func send(_ bench: FilingBench, _ turns: [ScriptedSubmitter.Turn], wakes: Int) async throws {
        let clock = bench.clock
        let woken = Mutex(0)
        let runner = OutboxRunner(
            account: bench.account, journal: bench.journal, spool: try Spool(stateFolder: bench.folder.state),
            submitting: ScriptedSubmitter(turns), clock: { clock.now }, logger: silent,
            ceiling: SendingCeiling(hour: 500, day: 2_000), takesBack: { woken.withLock { $0 += 1 } })
        while let due = try await runner.sendDue() { clock.pass(max(1, due - clock.now)) }
        #expect(woken.withLock { $0 } == wakes)
    }

    private static let kept: [MailAction] = [.mark(flag: "flagged"), .unmark(flag: "seen"), .copy(to: "Elsewhere")]

    @Test(arguments: [ServerTraits.modern, .withoutMove]) func flagsAndCopiesGoBackWhenAForwardIsRefused(
        _ traits: ServerTraits
    ) async throws {
        let (bench, token, plan) = try await bench(traits, Self.kept, to: [.toB])
        #expect(bench.store.places(of: token) == ["Elsewhere", "INBOX"])
        #expect(bench.store.flags(of: token, in: "INBOX") == [.answered, .flagged])
        try await send(bench, [.defers, .refuses], wakes: 1)
        try bench.crash()
        try await bench.attendUntilQuiet()
        #expect(bench.store.places(of: token) == ["INBOX"])
        #expect(bench.store.flags(of: token, in: "INBOX") == Self.before)
        let work = try #require(try await bench.journal.work(plan))
        #expect(work.plan.state == .rolledBack)
        #expect(work.plan.error?.contains("no such user") == true, "\(work.plan.error ?? "")")
        #expect(bench.store.violations.isEmpty)
    }

    @Test func whatReachedSomebodyIsSaid() async throws {
        let (bench, token, plan) = try await bench(.modern, Self.kept, to: [.toB, other])
        try await send(bench, [.accepts, .refuses], wakes: 1)
        try await bench.attendUntilQuiet()
        #expect(bench.store.places(of: token) == ["INBOX"])
        #expect(bench.store.flags(of: token, in: "INBOX") == Self.before)
        let work = try #require(try await bench.journal.work(plan))
        #expect(work.plan.state == .failed)
        #expect(
            work.plan.error?.contains("not taken back: what was sent to b@example.org") == true,
            "\(work.plan.error ?? "")")
    }

    @Test func behindTheRemovalThereIsOnlyForward() async throws {
        let (bench, token, plan) = try await bench(
            .modern, [.mark(flag: "flagged"), .move(to: "Receipts")], to: [.toB])
        try await send(bench, [.refuses], wakes: 0)
        try await bench.attendUntilQuiet()
        #expect(bench.store.places(of: token) == ["Receipts"])
        #expect(bench.store.flags(of: token, in: "Receipts")?.contains(.flagged) == true)
        #expect(try await bench.state(plan) == .failed)
    }

    @Test func aFlagThatSomebodyChangedSinceIsTheirs() async throws {
        let (bench, token, plan) = try await bench(.modern, Self.kept, to: [.toB])
        bench.store.change(token, in: "INBOX", adding: [.draft], removing: [.flagged, .answered])
        try await send(bench, [.refuses], wakes: 1)
        try await bench.attendUntilQuiet()
        #expect(bench.store.flags(of: token, in: "INBOX") == [.seen, .draft])
        #expect(try await bench.state(plan) == .rolledBack)
    }

    /// With nothing to take back it is what it always was.
    @Test func aForwardAloneFails() async throws {
        let (bench, _, plan) = try await bench(.modern, [], to: [.toB])
        try await send(bench, [.refuses], wakes: 0)
        #expect(try await bench.state(plan) == .failed)
    }

    @Test func aNotificationThatIsRefusedTakesBackToo() async throws {
        let bench = try FilingBench(.modern)
        let token = bench.store.deliver(letter("alert", id: "1"), flags: Self.before)
        let notify = MailAction.notify(NotifyRequest(channel: "phone", title: "T", body: "B"))
        let plan = try await bench.plan(token, [.mark(flag: "flagged"), notify])
        try await bench.attendUntilQuiet()
        let clock = bench.clock
        let runner = NoticeRunner(
            account: bench.account, journal: bench.journal, channels: ["phone": ScriptedChannel(failures: [false])],
            clock: { clock.now }, logger: silent)
        #expect(try await runner.deliverDue() == nil)
        try await bench.attendUntilQuiet()
        #expect(bench.store.flags(of: token, in: "INBOX") == Self.before)
        #expect(try await bench.state(plan) == .rolledBack)
    }
}
