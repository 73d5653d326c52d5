import ActionJournal
import MailModel
import Testing

@testable import ActionExecutor

/// From actions to steps, from steps to batches, from outcomes to the plan's state.
@Suite struct PlanningTests {
    private func planner(move: Bool, uidPlus: Bool) -> StepPlanner {
        StepPlanner(
            source: .inbox, abilities: ServerAbilities(canMove: move, hasUIDPlus: uidPlus),
            roles: MailboxName("Archive").map { [.archive: $0] } ?? [:]
        )
    }

    private func kinds(_ actions: [MailAction], move: Bool = true, uidPlus: Bool = true) throws -> [StepKind] {
        let planned = actions.map { PlannedAction(action: $0, rule: "r") }
        return try planner(move: move, uidPlus: uidPlus).steps(for: planned, outbox: [:]).map(\.kind)
    }

    static let forward = MailAction.forward(ForwardRequest(to: ["b@example.org"]))
    static let notify = MailAction.notify(NotifyRequest(channel: "phone", title: "t", body: "b"))

    @Test func aMoveIsOneStepWhereTheServerHasIt() throws {
        #expect(try kinds([.move(to: "A")]) == [.uidMove])
        #expect(try kinds([.move(to: "A")], move: false) == [.uidCopy, .markDeleted, .uidExpunge])
        #expect(try kinds([.move(to: "A")], move: false, uidPlus: false) == [.uidCopy, .markDeleted])
    }

    @Test func flagsAndCopiesComeBeforeTheRemovalAndSendingLast() throws {
        let actions: [MailAction] = [Self.forward, .move(to: "A"), Self.notify, .copy(to: "B"), .mark(flag: "seen")]
        #expect(try kinds(actions) == [.uidCopy, .storeFlags, .uidMove, .submit, .notify])
        #expect(
            try kinds(actions, move: false)
                == [.uidCopy, .storeFlags, .uidCopy, .markDeleted, .uidExpunge, .submit, .notify])
    }

    @Test func removalsRelyOnTheirOwnCopy() throws {
        let planned = [MailAction.copy(to: "B"), .move(to: "A")].map { PlannedAction(action: $0, rule: "r") }
        let steps = try planner(move: false, uidPlus: true).steps(for: planned, outbox: [:])
        #expect(steps.map(\.position) == [0, 1, 2, 3])
        #expect(steps[1].arguments.mailbox == "A")
        #expect(steps[2].arguments.copyStep == 1 && steps[3].arguments.copyStep == 1)
    }

    @Test func sendingWaitsUnlessItIsFirstOrNothingIsFiled() throws {
        func released(_ actions: [MailAction]) throws -> [Bool] {
            let planned = actions.map { PlannedAction(action: $0, rule: "r") }
            return try planner(move: true, uidPlus: true).steps(for: planned, outbox: [:])
                .filter(\.kind.leavesTheMailServer).map(\.released)
        }
        #expect(try released([.move(to: "A"), Self.forward, Self.notify]) == [false, false])
        #expect(try released([.move(to: "A"), .forward(ForwardRequest(to: ["b@c.d"], first: true))]) == [true])
        #expect(try released([Self.forward, Self.notify]) == [true, true])
    }

    @Test func whatIsThereAlreadyMakesNoStep() throws {
        #expect(try kinds([.move(to: "INBOX")]) == [])
        #expect(try kinds([.move(to: "inbox")]) == [])
        #expect(try kinds([.log("x")]) == [])
    }

    @Test(arguments: [
        MailAction.move(FolderTarget(account: "work", place: .name("A"))), .trash, .junk, .move(to: "A//B"),
        .move(to: "A\r\nB"), .mark(flag: "deleted"), .mark(flag: "recent"), .keyword("with space"), .keyword("a)"),
    ]) func whatCannotBeDoneIsRefusedWithARule(_ action: MailAction) {
        #expect(throws: StepPlanner.Refusal.self) { try kinds([action]) }
    }

    @Test func rolesBecomeFolders() throws {
        let steps = try planner(move: true, uidPlus: true).steps(
            for: [PlannedAction(action: .archive, rule: "r")], outbox: [:])
        #expect(steps.map(\.arguments.mailbox) == ["Archive"])
    }

    // MARK: Outcomes

    static func step(
        _ kind: StepKind, _ state: StepState, _ position: Int = 0, released: Bool = true, notBefore: Int64? = nil,
        mailbox: String? = nil, plan: Int64 = 1, detail: String? = nil
    ) -> StepRecord {
        StepRecord(
            id: StepID(plan * 100 + Int64(position)), plan: PlanID(plan), position: position, actionIndex: 0,
            kind: kind,
            arguments: StepArguments(mailbox: mailbox), state: state, released: released,
            outcome: detail.map { StepOutcome(detail: $0) }, notBefore: notBefore)
    }

    struct Verdict: Sendable {
        var steps: [StepRecord]
        var state: PlanState?
        var releases = false
    }

    static let verdicts: [Verdict] = [
        Verdict(steps: [step(.uidMove, .done)], state: .done),
        Verdict(steps: [step(.uidMove, .waiting)], state: nil),
        Verdict(steps: [step(.uidMove, .begun)], state: nil),
        Verdict(steps: [step(.uidMove, .superseded)], state: .superseded),
        Verdict(steps: [step(.uidMove, .failed)], state: .failed),
        Verdict(steps: [step(.uidMove, .unknown)], state: .held),
        Verdict(steps: [step(.storeFlags, .done), step(.uidMove, .superseded)], state: .done),
        Verdict(steps: [step(.uidMove, .done), step(.submit, .waiting, released: false)], state: nil, releases: true),
        Verdict(steps: [step(.uidMove, .done), step(.submit, .waiting)], state: nil),
        Verdict(steps: [step(.uidMove, .waiting), step(.submit, .waiting, released: false)], state: nil),
        Verdict(steps: [step(.uidMove, .done), step(.submit, .done)], state: .done),
        Verdict(steps: [step(.uidMove, .done), step(.submit, .unknown)], state: .held),
        Verdict(steps: [step(.uidMove, .done), step(.submit, .failed)], state: .failed),
        Verdict(steps: [step(.uidMove, .superseded), step(.submit, .superseded)], state: .superseded),
        // One of two that send is refused: the other still goes out.
        Verdict(steps: [step(.submit, .failed), step(.notify, .waiting)], state: nil),
        Verdict(steps: [step(.submit, .unknown), step(.notify, .begun)], state: nil),
        Verdict(steps: [step(.uidMove, .failed), step(.notify, .waiting)], state: nil),
        Verdict(steps: [step(.uidMove, .failed), step(.submit, .waiting, released: false)], state: .failed),
    ]

    @Test(arguments: verdicts) func stepsAddUpToThePlansState(_ verdict: Verdict) {
        let outcome = PlanOutcome(verdict.steps)
        #expect(outcome.state == verdict.state, "\(verdict.steps.map { "\($0.kind) \($0.state)" })")
        #expect(outcome.releasesSending == verdict.releases)
    }

    // MARK: Batches

    private func work(_ plan: Int64, uid: UInt32, _ steps: [StepRecord]) throws -> PlanWork {
        let key = MessageKey(
            account: try #require(AccountName("home")), mailbox: .inbox, uidValidity: try #require(UIDValidity(7)),
            uid: try #require(UID(uid)))
        return PlanWork(
            plan: PlanRecord(
                id: PlanID(plan), key: key, identity: MessageIdentity(rawValue: "i\(uid)"), trigger: .new, time: 0,
                headline: MessageHeadline(messageID: "", subject: "", from: ""), event: "new", generation: 1,
                state: .planned, actions: []),
            steps: steps)
    }

    @Test func stepsOfManyPlansThatOneCommandCanDoGoTogether() throws {
        let batches = StepBatch.next(
            in: [
                try work(1, uid: 5, [Self.step(.uidMove, .waiting, mailbox: "A", plan: 1)]),
                try work(2, uid: 9, [Self.step(.uidMove, .waiting, mailbox: "B", plan: 2)]),
                try work(3, uid: 7, [Self.step(.uidMove, .waiting, mailbox: "A", plan: 3)]),
            ], at: 0)
        #expect(batches.map { $0.uids?.description } == ["5,7", "9"])
        #expect(batches.map(\.arguments.mailbox) == ["A", "B"])
    }

    @Test func onlyTheFirstUnfinishedStepIsNext() throws {
        let done = Self.step(.storeFlags, .done, 0)
        func next(_ steps: [StepRecord], at now: Int64 = 10) throws -> [StepKind] {
            StepBatch.next(in: [try work(1, uid: 1, steps)], at: now).map(\.kind)
        }
        #expect(try next([Self.step(.uidMove, .waiting, 1), done]) == [.uidMove])
        #expect(try next([done, Self.step(.uidCopy, .begun, 1), Self.step(.markDeleted, .waiting, 2)]) == [])
        #expect(try next([done, Self.step(.uidCopy, .failed, 1), Self.step(.markDeleted, .waiting, 2)]) == [])
        #expect(try next([done, Self.step(.uidCopy, .unknown, 1), Self.step(.markDeleted, .waiting, 2)]) == [])
        #expect(
            try next([done, Self.step(.uidCopy, .waiting, 1, notBefore: 11), Self.step(.markDeleted, .waiting, 2)])
                == [])
        #expect(try next([done, Self.step(.uidCopy, .waiting, 1, notBefore: 10)]) == [.uidCopy])
        #expect(try next([done, Self.step(.submit, .waiting, 1)]) == [])
    }

    @Test func theLedgerGivesItsFactsOnceAndTellsWhatWasTakenOut() throws {
        var ledger = StepLedger(
            work: [
                try work(
                    1, uid: 5,
                    [Self.step(.uidMove, .waiting, 0, mailbox: "A"), Self.step(.submit, .waiting, 1, released: false)])
            ], now: 50)
        let home = try #require(AccountName("home"))
        ledger.begin(StepID(100), StepPrecondition())
        #expect(ledger.takeFacts(account: home, mailbox: .inbox).settling.isEmpty)
        ledger.finish(StepID(100), .done)
        let (facts, settling) = ledger.takeFacts(account: home, mailbox: .inbox)
        #expect(settling == [PlanID(1)])
        #expect(facts.contains(.takenOut(home, .inbox, MessageIdentity(rawValue: "i5"), at: 50)))
        let again = ledger.takeFacts(account: home, mailbox: .inbox)
        #expect(again.facts.isEmpty && again.settling.isEmpty)
    }
}
