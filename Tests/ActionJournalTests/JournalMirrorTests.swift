import GRDB
import MailModel
import Testing

@testable import ActionJournal

/// The mirror is durable with the decisions made from it, and knows what Postmoon itself did.
@Suite struct JournalMirrorTests {
    let scratch: ScratchFolder
    let journal: Journal

    init() throws {
        scratch = try ScratchFolder()
        journal = try Journal.open(folder: scratch.state, access: .readWrite)
    }

    private func entry(
        _ uid: UInt32, _ flags: Set<Flag> = [], changes: Int = 0, facts: MirroredFacts? = nil
    ) throws -> MirrorEntry {
        MirrorEntry(key: try key(uid), flags: flags, modSeq: ModSeq(5), changes: changes, facts: facts)
    }

    private func facts(_ uid: Int) -> MirroredFacts {
        MirroredFacts(
            identity: MessageIdentity(rawValue: "identity-\(uid)"), internalDate: 1_000, size: 42,
            header: Array("Message-ID: <\(uid)@shop.example>\r\n".utf8), headerIsWhole: false)
    }

    private func rows() async throws -> [MirrorEntry] {
        try await journal.mirror(account: account(), mailbox: mailbox())
    }

    private func kept(_ uids: UInt32...) async throws -> [UInt32] {
        try await journal.mirroredFacts(account: account(), mailbox: mailbox(), of: uids.compactMap(UID.init))
            .keys.map(\.rawValue).sorted()
    }

    private func step(_ kind: StepKind, adding: [String] = [], removing: [String] = []) -> StepDraft {
        StepDraft(
            position: 0, actionIndex: 0, kind: kind,
            arguments: StepArguments(mailbox: "Receipts", addFlags: adding, removeFlags: removing))
    }

    // MARK: Rows

    @Test func aChangeOfFlagsKeepsWhatIsKeptOfTheMessage() async throws {
        try await journal.apply([.mirrored([entry(1, facts: facts(1)), entry(2)])])
        try await journal.apply([.mirrored([entry(1, [.seen], changes: 1)])])
        #expect(try await rows() == [entry(1, [.seen], changes: 1), entry(2)])
        #expect(try await kept(1, 2) == [1])
        #expect(
            try await journal.mirroredFacts(account: account(), mailbox: mailbox(), of: [#require(UID(1))]).values.first
                == facts(1))
    }

    @Test func whatIsKeptGoesWithTheMessage() async throws {
        try await journal.apply([.mirrored([entry(1, facts: facts(1)), entry(2, facts: facts(2))])])
        try await journal.apply([.unmirrored(account(), mailbox(), UIDSet(intervals: [2...4_294_967_295]))])
        #expect(try await kept(1, 2) == [1])
        try await journal.apply([.unmirrored(account(), mailbox(), nil)])
        #expect(try await kept(1, 2).isEmpty)
    }

    @Test func theStateOfTheMirrorIsOneRowForEachMailbox() async throws {
        var state = MirrorState(
            account: try account(), mailbox: try mailbox(), uidValidity: try #require(UIDValidity(7)))
        #expect(try await journal.mirrorState(account: account(), mailbox: mailbox()) == nil)
        for fields: MirrorState.Fields in [.none, .some(["from", "list-id"]), .all] {
            state.fields = fields
            state.modSeq = state.modSeq.map { ModSeq($0.rawValue + 1) } ?? ModSeq(9)
            state.builtTo = try #require(state.builtTo.next)
            state.isComplete.toggle()
            try await journal.apply([.mirrorState(state)])
            #expect(try await journal.mirrorState(account: account(), mailbox: mailbox()) == state)
        }
        state.modSeq = ModSeq(0)
        try await journal.apply([.mirrorState(state)])
        #expect(try await journal.mirrorState(account: account(), mailbox: mailbox())?.modSeq == nil)
        try await journal.apply([.unmirrored(account(), mailbox(), nil)])
        #expect(try await journal.mirrorState(account: account(), mailbox: mailbox()) == nil)
    }

    @Test func aSetOfAnySizeIsAskedForWithoutBeingCounted() async throws {
        try await journal.apply([.mirrored((1...9 as ClosedRange<UInt32>).map { try entry($0) })])
        func found(_ set: UIDSet, limit: Int = 100) async throws -> [UInt32] {
            try await journal.mirrored(set, account: account(), mailbox: mailbox(), limit: limit)
                .map(\.key.uid.rawValue)
        }
        #expect(try await found(UIDSet(intervals: [1...UInt32.max])) == Array(1...9))
        #expect(try await found(UIDSet(intervals: [1...UInt32.max]), limit: 3) == [1, 2, 3])
        #expect(try await found(UIDSet(intervals: [3...4, 8...UInt32.max])) == [3, 4, 8, 9])
        #expect(try await found([]).isEmpty)
    }

    @Test func aMirrorThatIsBuiltAnewCountsOnFromThePlans() async throws {
        _ = try await journal.plan(decision(1, trigger: .flags(2)))
        _ = try await journal.plan(decision(1, trigger: .dry(.flags(11))))
        _ = try await journal.plan(decision(2, trigger: .new))
        try await journal.apply([.mirrored([entry(1), entry(2), entry(3, changes: 4)])])
        #expect(try await rows().map(\.changes) == [11, 0, 4])
    }

    // MARK: With decisions

    @Test func aDecisionAndTheMirrorThatKnowsOfItAreStoredTogetherOrNotAtAll() async throws {
        try await journal.apply([.mirrored([entry(1)])])
        let flagged = try decision(1, trigger: .flags(1))
        let told = JournalFact.mirrored([try entry(1, [.flagged], changes: 1)])
        // A fact that contradicts the journal takes all of it back: as after a crash, the change is found again.
        await #expect(throws: JournalError.self) {
            try await journal.recordDecisions(
                [flagged], progress: [], facts: [told, .planState(PlanID(99), .done, error: nil)])
        }
        #expect(try await rows() == [entry(1)])
        #expect(try await journal.plans(PlanQuery()).isEmpty)
        // Told again, it is one plan; and told twice, still one.
        for isFirst in [true, false] {
            let recorded = try await journal.recordDecisions([flagged], progress: [], facts: [told])
            if isFirst { #expect(recorded == [.planned(PlanID(1))]) } else { #expect(recorded == [.known(PlanID(1))]) }
        }
        #expect(try await rows() == [entry(1, [.flagged], changes: 1)])
        #expect(try await journal.plans(PlanQuery()).count == 1)
    }

    @Test func howFlagsChangedIsReadAsItWasStored() async throws {
        var record = try decision(1, trigger: .flags(1))
        record.flagChange = FlagDifference(added: [.seen, try #require(Flag(wire: "$Work"))], removed: [.flagged])
        let plan = try await journal.plan(record)
        #expect(try await journal.view(plan).plan.flagChange == record.flagChange)
        let other = try await journal.plan(decision(2))
        #expect(try await journal.view(other).plan.flagChange == nil)
    }

    // MARK: Our own

    @Test(arguments: [StepKind.uidMove, .uidExpunge]) func whatWeTookAwayIsNotInTheMirror(_ kind: StepKind) async throws
    {
        try await journal.apply([.mirrored([entry(1, facts: facts(1)), entry(2)])])
        let plan = try await journal.plan(decision(1, steps: [step(kind)]))
        let step = try await journal.steps(plan)[0].id
        try await journal.apply([.stepBegun(step, StepPrecondition(), at: 1)])
        #expect(try await rows().count == 2)
        try await journal.apply([.stepFinished(step, .done, nil, at: 2)])
        #expect(try await rows() == [entry(2)])
    }

    @Test(arguments: [StepState.failed, .superseded, .unknown]) func whatWeDidNotDoIsNotInTheMirror(
        _ state: StepState
    ) async throws {
        try await journal.apply([.mirrored([entry(1)])])
        for (run, step) in [step(.uidMove), step(.storeFlags, adding: ["\\Seen"])].enumerated() {
            let plan = try await journal.plan(decision(1, trigger: .sweep(run: Int64(run)), steps: [step]))
            let id = try await journal.steps(plan)[0].id
            try await journal.apply([
                .stepBegun(id, StepPrecondition(), at: 1), .stepFinished(id, state, nil, at: 2),
            ])
        }
        #expect(try await rows() == [entry(1)])
    }

    @Test func flagsThatWeSetAndClearedAreInTheMirror() async throws {
        try await journal.apply([.mirrored([entry(1, [.flagged, .answered])])])
        let plan = try await journal.plan(
            decision(1, steps: [step(.storeFlags, adding: ["\\Seen", "$Paid"], removing: ["\\Flagged"])]))
        let id = try await journal.steps(plan)[0].id
        try await journal.apply([.stepBegun(id, StepPrecondition(), at: 1), .stepFinished(id, .done, nil, at: 2)])
        #expect(try await rows().map(\.flags) == [[.seen, .answered, #require(Flag(wire: "$Paid"))]])
    }

    @Test func aStepThatFoundItsWorkDoneChangedNothing() async throws {
        try await journal.apply([.mirrored([entry(1)])])
        let plan = try await journal.plan(decision(1, steps: [step(.storeFlags, adding: ["\\Seen"])]))
        try await journal.apply([.stepFinished(journal.steps(plan)[0].id, .done, nil, at: 2)])
        #expect(try await rows() == [entry(1)])
    }

    @Test func otherGenerationsOfUIDsAreNotMeant() async throws {
        var old = try entry(1)
        old.key.uidValidity = try #require(UIDValidity(6))
        try await journal.apply([.mirrored([old])])
        let plan = try await journal.plan(decision(1, steps: [step(.uidMove)]))
        let id = try await journal.steps(plan)[0].id
        try await journal.apply([.stepBegun(id, StepPrecondition(), at: 1), .stepFinished(id, .done, nil, at: 2)])
        #expect(try await rows().count == 1)
    }

    @Test func whatMayBeUnderWayIsToldByItsSteps() async throws {
        func effects() async throws -> [UInt32: OwnEffect] {
            let effects = try await journal.ownEffects(
                account: account(), mailbox: mailbox(), uidValidity: #require(UIDValidity(7)),
                of: (1...9).compactMap(UID.init))
            return Dictionary(uniqueKeysWithValues: effects.map { ($0.key.rawValue, $0.value) })
        }
        let flagging = try await journal.plan(
            decision(1, steps: [step(.storeFlags, adding: ["\\Seen"], removing: ["\\Flagged"])]))
        let moving = try await journal.plan(decision(2, steps: [step(.uidMove)]))
        let marking = try await journal.plan(decision(3, steps: [step(.markDeleted)]))
        #expect(try await effects().isEmpty)
        for plan in [flagging, moving, marking] {
            try await journal.apply([.stepBegun(journal.steps(plan)[0].id, StepPrecondition(), at: 1)])
        }
        #expect(
            try await effects() == [
                1: OwnEffect(flags: [.seen, .flagged]), 2: OwnEffect(removal: .pending),
                3: OwnEffect(flags: [.deleted], removal: .pending),
            ])
        // One that was begun and waits to be tried again may have happened.
        try await journal.apply([.stepDeferred(journal.steps(flagging)[0].id, notBefore: nil)])
        #expect(try await effects()[1] == OwnEffect(flags: [.seen, .flagged]))
        for plan in [flagging, moving, marking] {
            try await journal.apply([.stepFinished(journal.steps(plan)[0].id, .done, nil, at: 2)])
        }
        #expect(try await effects() == [3: OwnEffect(removal: .done)])
    }

    @Test func aCopyThatIsTakenBackGoesFromTheMirrorItWasIn() async throws {
        let copy = try key(40, mailbox: "Receipts")
        try await journal.apply([.mirrored([entry(1), MirrorEntry(key: copy, flags: [])])])
        var draft = step(.uidExpunge)
        draft.arguments.copy = .init(uidValidity: 7, uid: 40)
        let id = try await journal.steps(journal.plan(decision(1, steps: [draft])))[0].id
        func effects(_ name: String, _ uid: UInt32) async throws -> [OwnEffect] {
            try await Array(
                journal.ownEffects(
                    account: account(), mailbox: mailbox(name), uidValidity: #require(UIDValidity(7)),
                    of: [#require(UID(uid))]
                ).values)
        }
        try await journal.apply([.stepBegun(id, StepPrecondition(), at: 1)])
        #expect(try await effects("Receipts", 40) == [OwnEffect(removal: .pending)])
        #expect(try await effects("INBOX", 1).isEmpty)
        try await journal.apply([.stepFinished(id, .done, nil, at: 2)])
        #expect(try await rows() == [entry(1)])
        #expect(try await journal.mirror(account: account(), mailbox: mailbox("Receipts")).isEmpty)
    }

    /// What others changed on a source is carried to its copy: there it is our own doing.
    @Test func whatIsCarriedToACopyIsOurs() async throws {
        let copy = try key(40, mailbox: "Receipts")
        try await journal.apply([.mirrored([MirrorEntry(key: copy, flags: [.seen, .flagged])])])
        var mark = step(.markDeleted)
        mark.position = 1
        mark.arguments.copyStep = 0
        var making = step(.uidCopy)
        making.arguments.mailbox = "Receipts"
        let steps = try await journal.steps(journal.plan(decision(1, steps: [making, mark])))
        func effects() async throws -> [UID: OwnEffect] {
            try await journal.ownEffects(
                account: account(), mailbox: mailbox("Receipts"), uidValidity: #require(UIDValidity(7)),
                of: [copy.uid])
        }
        func flags() async throws -> Set<Flag>? {
            try await journal.mirror(account: account(), mailbox: mailbox("Receipts")).first?.flags
        }
        try await journal.apply([
            .planState(steps[0].plan, .running, error: nil), .stepBegun(steps[0].id, StepPrecondition(), at: 1),
            .stepFinished(steps[0].id, .done, StepOutcome(targetUIDValidity: 7, targetUID: 40), at: 2),
            .stepBegun(steps[1].id, StepPrecondition(flagsBefore: ["\\Seen"]), at: 3),
        ])
        #expect(try await effects().isEmpty)
        try await journal.apply([.carrying(steps[1].id, FlagDifference(added: [.answered], removed: [.flagged]))])
        #expect(try await effects() == [copy.uid: OwnEffect(flags: [.answered, .flagged])])
        #expect(try await flags() == [.seen, .flagged])
        // Cut off in between it is still ours, until it is known to be done.
        try await journal.apply([.stepDeferred(steps[1].id, notBefore: nil)])
        #expect(try await !effects().isEmpty)
        try await journal.apply([.carried(steps[1].id)])
        #expect(try await effects().isEmpty)
        #expect(try await flags() == [.seen, .answered])
        #expect(try await journal.steps(steps[1].plan)[1].precondition?.flagsBefore == ["\\Seen"])
    }

    @Test func roundsOfAFightAreCountedForEachRuleAndMessage() async throws {
        for number in 1...3 {
            _ = try await journal.plan(
                decision(
                    1, trigger: .flags(number), time: Int64(number * 100),
                    steps: [step(.storeFlags, removing: ["\\Seen"])]))
        }
        _ = try await journal.plan(decision(1, trigger: .flags(4), time: 400, steps: [moveStep()]))
        _ = try await journal.plan(decision(2, trigger: .flags(1), time: 400, steps: [step(.storeFlags)]))
        func rounds(_ rule: String = "Receipts", since: Int64 = 0) async throws -> Int {
            try await journal.flagRounds(key: key(1), rule: rule, since: since)
        }
        #expect(try await rounds() == 3)
        #expect(try await rounds(since: 200) == 2)
        #expect(try await rounds("Other") == 0)
    }

    @Test func forgettingTakesWhatTheMirrorKeepsToo() async throws {
        try await journal.apply([.mirrored([entry(1, facts: facts(1)), entry(2, facts: facts(2))])])
        _ = try await journal.forget(messageID: "<1@shop.example>")
        #expect(try await kept(1, 2) == [2])
        #expect(try await rows().count == 2)
    }
}
