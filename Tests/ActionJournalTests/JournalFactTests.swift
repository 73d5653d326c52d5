import GRDB
import MailModel
import Testing

@testable import ActionJournal

@Suite struct JournalFactTests {
    let scratch: ScratchFolder
    let journal: Journal

    init() throws {
        scratch = try ScratchFolder()
        journal = try Journal.open(folder: scratch.state, access: .readWrite)
    }

    private func refused(_ facts: [JournalFact], _ location: SourceLocation = #_sourceLocation) async {
        let error = await #expect(throws: JournalError.self, sourceLocation: location) {
            try await journal.apply(facts)
        }
        #expect(error?.reason == .contradiction, sourceLocation: location)
    }

    @Test func aStepGoesFromWaitingToDone() async throws {
        let plan = try await journal.plan(decision(1))
        let step = try await journal.steps(plan)[0].id
        let noted = StepPrecondition(flagsBefore: ["\\Seen"], targetUIDValidity: 3, targetUIDNext: 10)
        try await journal.apply([.planState(plan, .running, error: nil), .stepBegun(step, noted, at: 20)])
        var now = try await journal.steps(plan)[0]
        #expect(now.state == .begun)
        #expect(now.precondition == noted)
        #expect(now.attempt == 1)
        #expect(now.begunAt == 20)
        #expect(try await journal.beganSteps(account: account()).map(\.plan.id) == [plan])
        #expect(try await journal.beganSteps(account: account("work")).isEmpty)

        let outcome = StepOutcome(targetUIDValidity: 3, targetUID: 11)
        try await journal.apply([.stepFinished(step, .done, outcome, at: 21), .planState(plan, .done, error: nil)])
        now = try await journal.steps(plan)[0]
        #expect(now.state == .done)
        #expect(now.outcome == outcome)
        #expect(now.finishedAt == 21)
        #expect(try await journal.view(plan).plan.state == .done)
        #expect(try await journal.beganSteps(account: account()).isEmpty)
    }

    @Test func aDeferredStepBeginsAgain() async throws {
        let plan = try await journal.plan(decision(1))
        let step = try await journal.steps(plan)[0].id
        try await journal.apply([.stepBegun(step, StepPrecondition(), at: 20), .stepDeferred(step, notBefore: 50)])
        #expect(try await journal.openWork(account: account(), mailbox: nil, now: 49, limit: 9).isEmpty)
        #expect(try await journal.nextStepDue(account: account(), after: 49) == 50)
        #expect(try await journal.openWork(account: account(), mailbox: nil, now: 50, limit: 9).count == 1)
        try await journal.apply([.stepBegun(step, StepPrecondition(), at: 50)])
        #expect(try await journal.steps(plan)[0].attempt == 2)
    }

    @Test func whenNobodyWroteTheNextStepIsDueAsBefore() async throws {
        let plan = try await journal.plan(decision(1))
        let step = try await journal.steps(plan)[0].id
        func due(after now: Int64) async throws -> Int64? {
            try await journal.nextStepDue(account: account(), after: now)
        }
        try await journal.apply([.stepBegun(step, StepPrecondition(), at: 20), .stepDeferred(step, notBefore: 50)])
        #expect(try await due(after: 30) == 50)
        // Behind its back: whoever asks is not told.
        let other = try DatabaseQueue(path: journal.path)
        try await other.write { try $0.execute(sql: "UPDATE step SET not_before = 60") }
        #expect(try await due(after: 40) == 50)
        // By a clock that went back, or when that time has come, it is asked again.
        #expect(try await due(after: 29) == 60)
        try await other.write { try $0.execute(sql: "UPDATE step SET not_before = 70") }
        #expect(try await due(after: 59) == 60)
        #expect(try await due(after: 60) == 70)
        // What is written here is seen at once.
        try await journal.apply([.stepBegun(step, StepPrecondition(), at: 70), .stepDeferred(step, notBefore: 90)])
        #expect(try await due(after: 71) == 90)
        #expect(try await journal.nextStepDue(account: account("work"), after: 71) == nil)
    }

    @Test func aFactThatContradictsTakesBackAllOfItsCall() async throws {
        let plan = try await journal.plan(decision(1))
        let step = try await journal.steps(plan)[0].id
        await refused([
            .stepFinished(step, .failed, nil, at: 3), .planState(plan, .failed, error: "no"),
            .planState(PlanID(99), .done, error: nil),
        ])
        #expect(try await journal.steps(plan)[0].state == .waiting)
        #expect(try await journal.view(plan).plan.state == .planned)
    }

    @Test func whatIsDoneStaysDone() async throws {
        let plan = try await journal.plan(decision(1))
        let step = try await journal.steps(plan)[0].id
        try await journal.apply([.stepFinished(step, .done, nil, at: 3)])
        await refused([.stepBegun(step, StepPrecondition(), at: 4)])
        await refused([.stepFinished(step, .failed, nil, at: 4)])
        await refused([.stepDeferred(step, notBefore: nil)])
        // The same reply twice is no contradiction.
        try await journal.apply([.stepFinished(step, .done, nil, at: 5)])
    }

    @Test func aStepThatIsNotReleasedDoesNotBegin() async throws {
        let plan = try await journal.plan(decision(1, steps: [moveStep(), submitStep()]))
        let submit = try await journal.steps(plan)[1].id
        await refused([.stepBegun(submit, StepPrecondition(), at: 1)])
        try await journal.apply([.released(plan), .stepBegun(submit, StepPrecondition(), at: 1)])
    }

    @Test func factsAboutWhatIsNotThereAreRefused() async throws {
        await refused([.stepBegun(StepID(9), StepPrecondition(), at: 1)])
        await refused([.stepFinished(StepID(9), .done, nil, at: 1)])
        await refused([.stepsAdded(PlanID(9), [moveStep()])])
        await refused([.outboxBegun(OutboxID(9), at: 1)])
        await refused([.outboxFinished(OutboxID(9), .accepted, .accepted, text: "", notBefore: nil, at: 1)])
        await refused([.outboxState(OutboxID(9), .held, notBefore: nil)])
    }

    @Test func sendingIsReleasedWithTheRemoval() async throws {
        let plan = try await journal.plan(decision(1, steps: [moveStep(), submitStep()]))
        let steps = try await journal.steps(plan)
        let row = try #require(steps[1].outbox.first?.id)
        #expect(try await journal.dueOutbox(now: .max, limit: 9).isEmpty)
        #expect(try await journal.nextOutboxDue() == nil)
        await refused([.outboxBegun(row, at: 1)])
        try await journal.apply([.stepFinished(steps[0].id, .done, nil, at: 2), .released(plan)])
        let due = try await journal.dueOutbox(now: 2, limit: 9)
        #expect(due.map(\.id) == [row])
        #expect(due.first?.plan == plan)
        #expect(due.first?.account.rawValue == "home")
        #expect(due.first?.draft == submitStep().outbox[0])
        #expect(try await journal.nextOutboxDue() == 0)
        #expect(try await journal.steps(plan)[1].released)
    }

    @Test func aSendIsRetriedWhenItsTimeHasCome() async throws {
        let plan = try await journal.plan(decision(1, steps: [submitStep(0, released: true)]))
        let row = try #require(try await journal.steps(plan)[0].outbox.first?.id)
        await refused([.outboxDotSent(row, at: 9)])
        try await journal.apply([.outboxBegun(row, at: 10)])
        #expect(try await journal.dueOutbox(now: .max, limit: 9).isEmpty)
        #expect(try await journal.begunOutbox().map(\.id) == [row])
        await refused([.outboxBegun(row, at: 10)])
        try await journal.apply([.outboxFinished(row, .ready, .deferred, text: "451 later", notBefore: 15, at: 10)])
        #expect(try await journal.dueOutbox(now: 14, limit: 9).isEmpty)
        #expect(try await journal.nextOutboxDue(account: account()) == 15)
        #expect(try await journal.dueOutbox(account: account(), now: 15, limit: 9).map(\.begun) == [1])
        #expect(try await journal.dueOutbox(account: account("work"), now: 15, limit: 9).isEmpty)
        try await journal.apply([
            .outboxBegun(row, at: 15), .outboxDotSent(row, at: 16),
            .outboxFinished(row, .accepted, .accepted, text: "250 ok", notBefore: nil, at: 17),
        ])
        let attempts = try await journal.steps(plan)[0].outbox[0].attempts
        #expect(attempts.map(\.result) == [.deferred, .accepted])
        #expect(attempts.map(\.time) == [10, 17])
        #expect(attempts.map(\.text) == ["451 later", "250 ok"])
    }

    @Test func whatWasAcceptedIsNotSentAgain() async throws {
        let plan = try await journal.plan(decision(1, steps: [submitStep(0, released: true)]))
        let row = try #require(try await journal.steps(plan)[0].outbox.first?.id)
        try await journal.apply([
            .outboxBegun(row, at: 1), .outboxFinished(row, .accepted, .accepted, text: "", notBefore: nil, at: 2),
        ])
        await refused([.outboxState(row, .ready, notBefore: nil)])
        await refused([.outboxBegun(row, at: 3)])
    }

    @Test(arguments: [(UnknownPolicy.resend, 1), (.hold, 0)])
    func anUnknownSendIsRepeatedOnlyWhereThePolicySaysSo(_ policy: UnknownPolicy, _ due: Int) async throws {
        let plan = try await journal.plan(decision(1, steps: [submitStep(0, released: true, policy: policy)]))
        let row = try #require(try await journal.steps(plan)[0].outbox.first?.id)
        try await journal.apply([
            .outboxBegun(row, at: 1), .outboxDotSent(row, at: 2),
            .outboxFinished(row, .unknown, .unknown, text: "connection lost", notBefore: nil, at: 3),
        ])
        #expect(try await journal.dueOutbox(now: 3, limit: 9).count == due)
    }

    @Test(arguments: [PlanState.held, .proposed, .superseded, .rolledBack, .undone])
    func nothingIsSentForAPlanThatIsStopped(_ state: PlanState) async throws {
        let plan = try await journal.plan(decision(1, steps: [submitStep(0, released: true)]))
        #expect(try await journal.dueOutbox(now: 1, limit: 9).count == 1)
        try await journal.apply([.planState(plan, state, error: "because")])
        #expect(try await journal.dueOutbox(now: 1, limit: 9).isEmpty)
        #expect(try await journal.nextOutboxDue() == nil)
    }

    @Test func recipientsAreCountedEachForItself() async throws {
        let plan = try await journal.plan(
            decision(1, steps: [submitStep(0, to: ["a@example.com", "B@example.com"], released: true)]))
        let rows = try await journal.steps(plan)[0].outbox
        try await journal.apply([
            .outboxBegun(rows[0].id, at: 1), .outboxBegun(rows[1].id, at: 1),
            .outboxFinished(rows[0].id, .refused, .refused, text: "550 no", notBefore: nil, at: 2),
            .outboxFinished(rows[1].id, .unknown, .unknown, text: "", notBefore: nil, at: 2),
            .outboxFinished(rows[1].id, .accepted, .accepted, text: "", notBefore: nil, at: 9),
        ])
        let identity = rows[0].identity
        #expect(try await journal.lastSent(identity: identity, target: "a@example.com") == nil)
        #expect(try await journal.lastSent(identity: identity, target: "b@EXAMPLE.com") == 9)
        #expect(try await journal.lastSent(identity: identity, target: "b@example.com", excluding: rows[1].id) == nil)
        #expect(try await journal.sentCount(target: "b@example.com", since: 0) == 1)
        #expect(try await journal.sentCount(account: account(), since: 9) == 1)
        #expect(try await journal.sentCount(account: account(), since: 10) == 0)
    }

    @Test func stepsCanBeAddedToAPlan() async throws {
        let plan = try await journal.plan(decision(1))
        try await journal.apply([.stepsAdded(plan, [moveStep(1, to: "INBOX"), submitStep(2, released: true)])])
        #expect(try await journal.steps(plan).map(\.kind) == [.uidMove, .uidMove, .submit])
        await refused([.stepsAdded(plan, [moveStep(1)])])
    }

    @Test func aBoundOnlyGrowsUnderOneUIDVALIDITY() async throws {
        let (home, box) = (try account(), try mailbox("Receipts"))
        let old = try #require(UIDValidity(1))
        let new = try #require(UIDValidity(2))
        let low = try #require(UID(5))
        let high = try #require(UID(50))
        try await journal.apply([.uidNextBound(home, box, old, high), .uidNextBound(home, box, old, low)])
        #expect(try await journal.uidNextBound(account: home, mailbox: box, validity: old) == high)
        #expect(try await journal.uidNextBound(account: home, mailbox: box, validity: new) == nil)
        try await journal.apply([.uidNextBound(home, box, new, low)])
        #expect(try await journal.uidNextBound(account: home, mailbox: box, validity: new) == low)
        #expect(try await journal.uidNextBound(account: home, mailbox: box, validity: old) == nil)
    }

    @Test func whatWasKnownByVoidUIDsIsKeptUnderANumberThatNoServerHas() async throws {
        let progress = MailboxProgress(
            account: try account(), mailbox: try mailbox(), uidValidity: try key(1).uidValidity,
            nextUID: try #require(UID(50)), highestModSeq: nil, newestInternalDate: 7, lastCompleteCheck: 9)
        var lower = progress
        lower.nextUID = try #require(UID(20))
        var voids: Set<UIDValidity> = []
        for round in 1...3 {
            // The same UID and event again and again, for other messages.
            var decision = try decision(1)
            decision.identity = MessageIdentity(rawValue: "message \(round)")
            let plan = try await journal.plan(decision)
            try await journal.apply([.progress(progress)])
            try await journal.apply([.uidsVoided(account(), mailbox(), progress.uidValidity)])
            let place = try #require(try await journal.lastPlace(of: decision.identity, account: account()))
            #expect(place.uidValidity != progress.uidValidity && place.uid == decision.key.uid)
            #expect(try await journal.work(plan)?.plan.key == place)
            #expect(voids.insert(place.uidValidity).inserted)
            let progressThen = try #require(try await journal.progress(account: account(), mailbox: mailbox()))
            #expect(progressThen.uidValidity == place.uidValidity && progressThen.nextUID == progress.nextUID)
            try await journal.apply([.progress(lower)])
            #expect(try await journal.progress(account: account(), mailbox: mailbox())?.nextUID == lower.nextUID)
        }
        #expect(voids.count == 3)
        // Others are left alone.
        let other = try await journal.plan(decision(2))
        try await journal.apply([.uidsVoided(account(), mailbox("Other"), progress.uidValidity)])
        #expect(try await journal.work(other)?.plan.key == key(2))
    }

    @Test func whatWeTookOutIsRememberedForThatMailbox() async throws {
        let identity = MessageIdentity(rawValue: "x\"y")
        try await journal.apply([.takenOut(account(), mailbox(), identity, at: 4)])
        #expect(try await journal.wasRemovedByUs(account: account(), mailbox: mailbox(), identity: identity))
        #expect(try await !journal.wasRemovedByUs(account: account(), mailbox: mailbox("Other"), identity: identity))
        #expect(try await !journal.wasRemovedByUs(account: account("work"), mailbox: mailbox(), identity: identity))
    }

    @Test func whatIsBeingTakenOutIsKnownFromItsFirstCommandOn() async throws {
        let plan = try await journal.plan(decision(1))
        let identity = MessageIdentity(rawValue: "identity-1")
        func isOnItsWay(_ mailbox: String = "INBOX") async throws -> Bool {
            try await journal.areBeingRemovedByUs(
                account: account(), mailbox: ActionJournalTests.mailbox(mailbox), identities: [identity]
            ).contains(identity)
        }
        #expect(try await !isOnItsWay())
        let move = try #require(try await journal.steps(plan).first { $0.kind == .uidMove })
        try await journal.apply([.stepBegun(move.id, StepPrecondition(), at: 1_001)])
        #expect(try await isOnItsWay())
        #expect(try await !isOnItsWay("Other"))
        try await journal.complete(plan)
        #expect(try await !isOnItsWay())
    }

    @Test func theMirrorForgetsWhatIsGone() async throws {
        let entries = try (1...9 as ClosedRange<UInt32>).map {
            MirrorEntry(key: try key($0), flags: [.seen], modSeq: ModSeq(UInt64($0)), changes: Int($0))
        }
        try await journal.apply([.mirrored(entries)])
        #expect(try await journal.mirror(account: account(), mailbox: mailbox()) == entries)
        try await journal.apply([.unmirrored(account(), mailbox(), UIDSet(intervals: [2...4, 8...4_294_967_295]))])
        #expect(
            try await journal.mirror(account: account(), mailbox: mailbox()).map(\.key.uid.rawValue) == [1, 5, 6, 7])
        try await journal.apply([.unmirrored(account(), mailbox(), nil)])
        #expect(try await journal.mirror(account: account(), mailbox: mailbox()).isEmpty)
    }

    @Test func pausesLastUntilTheirTimeOrUntilResumed() async throws {
        try await journal.apply([
            .paused(.account(account()), until: 50, at: 10), .paused(.rule("Receipts"), until: nil, at: 11),
            .paused(.everything, until: 20, at: 12),
        ])
        #expect(try await journal.pauses(now: 19).count == 3)
        #expect(
            try await journal.pauses(now: 20) == [
                Pause(scope: .account(account()), until: 50, since: 10),
                Pause(scope: .rule("Receipts"), until: nil, since: 11),
            ])
        try await journal.apply([.resumed(.rule("Receipts"))])
        #expect(try await journal.pauses(now: 60).isEmpty)
    }

    @Test func notesAreKeptAndForgotten() async throws {
        try await journal.apply([.noted(key: "generation", value: "4"), .noted(key: "generation", value: "5")])
        #expect(try await journal.note("generation") == "5")
        try await journal.apply([.noted(key: "generation", value: nil)])
        #expect(try await journal.note("generation") == nil)
    }

    @Test func spooledFilesAreNeededUntilTheyAreSent() async throws {
        var pipe = StepDraft(position: 2, actionIndex: 2, kind: .pipe)
        pipe.arguments.spool = "piped.eml"
        let plan = try await journal.plan(decision(1, steps: [moveStep(), submitStep(), pipe]))
        #expect(try await journal.neededSpoolFiles() == ["1.eml", "piped.eml"])
        let steps = try await journal.steps(plan)
        try await journal.apply([
            .stepFinished(steps[2].id, .done, nil, at: 1),
            .outboxState(steps[1].outbox[0].id, .superseded, notBefore: nil),
        ])
        #expect(try await journal.neededSpoolFiles().isEmpty)
        let names = ["1.eml", "new.eml", "piped.eml"]
        #expect(try await journal.spentSpoolFiles(among: names).sorted() == ["1.eml", "piped.eml"])
    }

    @Test func noSpooledFileIsNeededByWhatFailedOrWasTakenBack() async throws {
        var pipe = StepDraft(position: 0, actionIndex: 0, kind: .pipe)
        pipe.arguments.spool = "piped.eml"
        let failed = try await journal.plan(decision(1, steps: [pipe]))
        let undone = try await journal.plan(decision(2, steps: [moveStep(), submitStep()]))
        let names = Array(try await journal.neededSpoolFiles())
        #expect(names.count == 2)
        #expect(try await journal.spentSpoolFiles(among: names).isEmpty)
        let step = try #require(try await journal.steps(failed).first)
        try await journal.apply([.stepFinished(step.id, .failed, nil, at: 1), .planState(undone, .undone, error: nil)])
        #expect(try await journal.neededSpoolFiles().isEmpty)
        #expect(try await journal.spentSpoolFiles(among: names).count == 2)
    }
}
