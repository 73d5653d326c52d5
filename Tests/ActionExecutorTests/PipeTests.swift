import ActionJournal
import MailModel
import Testing

@testable import ActionExecutor

/// Programs that rules run (DESIGN §2, the row of `pipe`).
@Suite struct PipeTests {
    let folder: ScratchFolder
    let journal: Journal
    let spool: Spool
    let clock = TestClock()
    let account: AccountName

    init() throws {
        folder = try ScratchFolder()
        journal = try folder.makeJournal()
        spool = try Spool(stateFolder: folder.state)
        account = try #require(AccountName("home"))
    }

    /// A plan that pipes a message.
    private func plan(_ uid: UInt32 = 1) async throws -> PlanID {
        let file = "message-\(uid).eml"
        try await spool.write(Array("Subject: x\r\n\r\nHello".utf8), name: file)
        let record = DecisionRecord(
            key: MessageKey(
                account: account, mailbox: .inbox, uidValidity: try #require(UIDValidity(1)),
                uid: try #require(UID(uid))),
            identity: MessageIdentity(rawValue: "identity-\(uid)"), trigger: .new, time: clock.now,
            headline: MessageHeadline(messageID: "a@b", subject: "x", from: "c"), event: "new", generation: 1,
            state: .planned, actions: [PlannedAction(action: .pipe(program: "keep"), rule: "R")], rules: ["R"],
            steps: [
                StepDraft(
                    position: 0, actionIndex: 0, kind: .pipe, arguments: StepArguments(program: "keep", spool: file))
            ])
        return try #require(try await journal.record([record], progress: []).first ?? nil)
    }

    private func runner(_ command: [String], mayRepeat: Bool = false) -> PipeRunner {
        let clock = clock
        return PipeRunner(
            account: account, journal: journal, spool: spool,
            programs: [PipeProgram(name: "keep", command: command, mayRepeat: mayRepeat)], clock: { clock.now },
            logger: silent)
    }

    private func state(_ plan: PlanID) async throws -> (plan: PlanState, step: StepState, error: String?) {
        let work = try #require(try await journal.work(plan))
        return (work.plan.state, try #require(work.steps.first).state, work.plan.error)
    }

    private func begin(_ plan: PlanID) async throws {
        let step = try #require(try await journal.work(plan)?.steps.first)
        try await journal.apply([.stepBegun(step.id, StepPrecondition(), at: clock.now)])
    }

    @Test func statusZeroIsDoneAndTheSpooledMessageGoes() async throws {
        let plan = try await plan()
        #expect(try await runner(["grep", "-q", "Hello"]).runDue() == nil)
        #expect(try await state(plan).plan == .done)
        #expect(try spool.count() == 0)
    }

    @Test func anotherStatusIsAFailureThatSaysSo() async throws {
        let plan = try await plan()
        _ = try await runner(["grep", "-q", "Goodbye"]).runDue()
        let (state, step, error) = try await state(plan)
        #expect(state == .failed && step == .failed)
        #expect(error == "pipe: program “keep” ended with status 1")
        #expect(try spool.count() == 0, "nothing needs the message any more")
    }

    @Test func seventyFiveIsTriedAgainLater() async throws {
        let plan = try await plan()
        let runner = runner(["sh", "-c", "exit 75"])
        let next = try #require(try await runner.runDue())
        #expect(next == clock.now + 5)
        #expect(try await state(plan).step == .waiting)
        for _ in 0..<7 {
            clock.pass(3_601)
            _ = try await runner.runDue()
        }
        #expect(try await state(plan).plan == .failed)
    }

    @Test func whatWasInterruptedIsHeldAndNotRepeated() async throws {
        let plan = try await plan()
        try await begin(plan)
        let runner = runner(["true"])
        try await runner.recover()
        _ = try await runner.runDue()
        let (state, step, error) = try await state(plan)
        #expect(state == .held && step == .unknown)
        #expect(error?.contains("not known whether program “keep” came to its end") == true)
        #expect(try spool.count() == 1, "it may be let go")
        // A person looked, and lets it run again.
        let work = try #require(try await journal.work(plan))
        try await journal.apply(PlanRelease.facts(for: work, at: clock.now))
        _ = try await runner.runDue()
        #expect(try await self.state(plan).plan == .done)
    }

    @Test func whatMayBeRepeatedIs() async throws {
        let plan = try await plan()
        try await begin(plan)
        let runner = runner(["true"], mayRepeat: true)
        try await runner.recover()
        _ = try await runner.runDue()
        #expect(try await state(plan).plan == .done)
    }

    @Test func moreThanAreLookedUpTogetherAllRunInOneTurn() async throws {
        var plans: Set<PlanID> = []
        for uid in 1...UInt32(PipeRunner.part + 1) { plans.insert(try await plan(uid)) }
        #expect(try await runner(["true"]).runDue() == nil)
        #expect(try await journal.plans(PlanQuery(ids: plans)).allSatisfy { $0.plan.state == .done })
    }

    @Test func aProgramThatIsNotConfiguredAnyMoreFailsByName() async throws {
        let plan = try await plan()
        let clock = clock
        let runner = PipeRunner(
            account: account, journal: journal, spool: spool, programs: [], clock: { clock.now }, logger: silent)
        _ = try await runner.runDue()
        #expect(try await state(plan).error == "[programs.keep] is not in the configuration")
    }
}
