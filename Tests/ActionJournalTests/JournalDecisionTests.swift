import GRDB
import MailModel
import Testing

@testable import ActionJournal

@Suite struct JournalDecisionTests {
    let scratch: ScratchFolder
    let journal: Journal

    init() throws {
        scratch = try ScratchFolder()
        journal = try Journal.open(folder: scratch.state, access: .readWrite)
    }

    @Test func aPlanReadsAsItWasRecorded() async throws {
        let draft = try decision(5, rules: ["Receipts", "Shops"], steps: [moveStep(), submitStep()])
        let plan = try await journal.plan(draft)
        let view = try await journal.view(plan)
        #expect(view.plan.key == draft.key)
        #expect(view.plan.identity == draft.identity)
        #expect(view.plan.trigger == .new)
        #expect(view.plan.time == 1_000)
        #expect(view.plan.headline == draft.headline)
        #expect(view.plan.generation == 3)
        #expect(view.plan.state == .planned)
        #expect(view.plan.actions == draft.actions)
        #expect(view.plan.flags == [.seen, .flagged])
        #expect(view.rules == ["Receipts", "Shops"])
        #expect(view.evidence == draft.evidence)
        #expect(view.steps.map(\.kind) == [.uidMove, .submit])
        #expect(view.steps.map(\.arguments) == draft.steps.map(\.arguments))
        #expect(view.steps.map(\.state) == [.waiting, .waiting])
        #expect(view.steps.map(\.released) == [true, false])
        #expect(view.steps[1].outbox.map(\.draft) == draft.steps[1].outbox)
        #expect(view.steps[1].outbox.map(\.state) == [.waiting])
    }

    @Test func decisionAndProgressAreOneTransaction() async throws {
        // A negative position is refused by the schema; nothing of the call may stay.
        let good = try decision(1)
        let bad = try decision(2, steps: [moveStep(-1)])
        let error = await #expect(throws: JournalError.self) {
            try await journal.record([good, bad], progress: [progress(next: 3)])
        }
        #expect(error?.reason == .contradiction)
        #expect(error?.scope == .message)
        #expect(try await journal.latestPlan() == nil)
        #expect(try await journal.progress(account: account(), mailbox: mailbox()) == nil)
        #expect(try await journal.isKnown([good.identity], account: account()).isEmpty)
    }

    @Test func anEventIsPlannedOnce() async throws {
        let first = try await journal.recordDecisions([decision(1)], progress: [])
        let change = RuleStateChange(rule: "Receipts", key: "count", value: "2")
        let second = try await journal.recordDecisions(
            [decision(1, time: 2_000, stateChanges: [change]), decision(2)], progress: [progress(next: 3)])
        let plan = try #require(first.first?.plan)
        #expect(first == [.planned(plan)])
        #expect(second.first == .known(plan))
        #expect(second.last != .known(plan))
        #expect(try await journal.view(plan).plan.time == 1_000)
        #expect(try await journal.steps(plan).count == 1)
        #expect(try await journal.ruleState(now: 0).isEmpty)
        #expect(try await journal.progress(account: account(), mailbox: mailbox())?.nextUID == UID(3))
    }

    @Test(arguments: [
        PlanTrigger.new, .movedIn, .removed, .flags(3), .schedule(rule: "a:b:c", due: 17), .sweep(run: 4),
        .after(plan: PlanID(9)), .undo(plan: PlanID(9)), .dry(.new), .dry(.schedule(rule: "x:dry", due: -5)),
    ])
    func eachTriggerHasItsOwnPlan(_ trigger: PlanTrigger) async throws {
        let other = try await journal.plan(decision(1, trigger: .flags(1_000)))
        let plan = try await journal.plan(decision(1, trigger: trigger))
        #expect(plan != other)
        #expect(try await journal.view(plan).plan.trigger == trigger)
        #expect(try await journal.plans(PlanQuery(trigger: trigger)).map(\.plan.id) == [plan])
    }

    @Test(arguments: [
        "", "old", "new:1", "flags", "flags:x", "schedule:a", "sweep:", ":dry", "undo:99999999999999999999",
    ])
    func aTriggerThatIsNoneIsRefused(_ text: String) {
        #expect(PlanTrigger(stored: text) == nil)
    }

    @Test func aDecisionWithoutActionsLeavesOnlyTheIdentity() async throws {
        let plans = try await journal.record([nothing(8)], progress: [progress(next: 9)])
        #expect(plans == [nil])
        #expect(try await journal.counts() == JournalCounts())
        let identity = MessageIdentity(rawValue: "identity-8")
        #expect(try await journal.isKnown([identity], account: account()) == [identity])
        #expect(try await journal.isKnown([identity], account: account("work")).isEmpty)
        #expect(try await journal.lastPlace(of: identity, account: account()) == key(8))
    }

    @Test func whatFailedInARuleIsAPlan() async throws {
        let plan = try await journal.plan(
            decision(1, state: .failed, actions: [], error: "a.lua:3: rule A: no", steps: []))
        let view = try await journal.view(plan)
        #expect(view.plan.state == .failed)
        #expect(view.plan.error == "a.lua:3: rule A: no")
    }

    @Test func aNewDecisionTakesThePlaceOfOneThatFailedInARule() async throws {
        let failed = try await journal.plan(decision(1, state: .failed, actions: [], error: "a.lua:3: no", steps: []))
        #expect(try await journal.recordDecisions([decision(1)], progress: []) == [.known(failed)])
        #expect(
            try await journal.recordDecisions([decision(1, time: 5, replacesFailed: true)], progress: [])
                == [.planned(failed)])
        let view = try await journal.view(failed)
        #expect(view.plan.state == .planned)
        #expect(view.plan.error == nil)
        #expect(view.plan.time == 5)
        #expect(view.steps.count == 1)
        // It has steps now: it is carried out and not decided again.
        #expect(
            try await journal.recordDecisions([decision(1, replacesFailed: true)], progress: []) == [.known(failed)])
    }

    @Test func aFailedDecisionThatNowPlansNothingIsDone() async throws {
        let failed = try await journal.plan(decision(1, state: .failed, actions: [], error: "a.lua:3: no", steps: []))
        _ = try await journal.record([nothing(1, replacesFailed: true)], progress: [])
        let view = try await journal.view(failed)
        #expect(view.plan.state == .done)
        #expect(view.plan.error == nil)
        #expect(view.rules.isEmpty)
    }

    @Test(arguments: [PlanState.held, .proposed])
    func aPlanThatIsNotCarriedOutYetReleasesNothing(_ state: PlanState) async throws {
        let plan = try await journal.plan(
            decision(1, state: state, steps: [submitStep(0, released: true), moveStep(1)]))
        let steps = try await journal.steps(plan)
        #expect(steps.map(\.released) == [false, true])
        #expect(steps[0].outbox.map(\.state) == [.waiting])
        #expect(try await journal.dueOutbox(now: .max, limit: 10).isEmpty)
        #expect(try await journal.openWork(account: account(), mailbox: nil, now: .max, limit: 10).isEmpty)
    }

    @Test func ruleStateIsStoredWithThePlan() async throws {
        _ = try await journal.record(
            [
                decision(
                    1, stateChanges: [.init(rule: "A", key: "k", value: "1"), .init(rule: "B", key: "k", value: "2")]),
                nothing(2),
                decision(
                    3,
                    stateChanges: [
                        .init(rule: "B", key: "k", value: nil), .init(rule: "A", key: "e", value: "3", expires: 50),
                    ]),
            ], progress: [])
        #expect(
            try await journal.ruleState(now: 49) == [
                .init(rule: "A", key: "e", value: "3", expires: 50), .init(rule: "A", key: "k", value: "1"),
            ])
        #expect(try await journal.ruleState(rule: "A", now: 50).map(\.key) == ["k"])
    }

    @Test func progressNeverFallsUnderOneUIDVALIDITY() async throws {
        try await journal.apply([.progress(progress(next: 100)), .progress(progress(next: 40))])
        #expect(try await journal.progress(account: account(), mailbox: mailbox())?.nextUID == UID(100))
        try await journal.apply([.progress(progress(next: 2, validity: 8))])
        let now = try #require(try await journal.progress(account: account(), mailbox: mailbox()))
        let expected = try progress(next: 2, validity: 8)
        #expect(now == expected)
        #expect(try await journal.allProgress() == [now])
        #expect(try await journal.allProgress(account: account("work")).isEmpty)
    }

    @Test func aModSeqAboveWhatIsAllowedCountsAsUnknown() async throws {
        var progress = try progress(next: 1)
        progress.highestModSeq = ModSeq(.max)
        try await journal.apply([.progress(progress)])
        #expect(try await journal.progress(account: account(), mailbox: mailbox())?.highestModSeq == nil)
    }

    @Test func textReadsAsItWas() async throws {
        var draft = try decision(1)
        draft.headline.subject = "it's \"quoted\" ünïcode 🌙\n"
        draft.steps = [moveStep(to: "A 'b' \"c\"\\d/é \u{0}")]
        let view = try await journal.view(try await journal.plan(draft))
        #expect(view.plan.headline.subject == draft.headline.subject)
        #expect(view.steps[0].arguments == draft.steps[0].arguments)
    }

    @Test func textDoesNotEndAtANUL() async throws {
        var draft = try decision(1)
        draft.headline.subject = "before\u{0}after"
        let view = try await journal.view(try await journal.plan(draft))
        #expect(view.plan.headline.subject == "before\u{FFFD}after")
    }

    @Test func keysOfRulesMayHoldAnything() async throws {
        let keys = ["a", "a\u{0}b", "a\u{0}c", "\\", "\\0", "\\\\0", "\u{0}", "\\\u{301}", "é\u{0}\u{301}", ""]
        try await journal.apply(keys.map { .ruleState(RuleStateChange(rule: "A", key: $0, value: "1")) })
        let stored = try await journal.ruleState(now: 0).map(\.key)
        #expect(stored.sorted() == keys.sorted())
        try await journal.apply(keys.map { .ruleState(RuleStateChange(rule: "A", key: $0, value: nil)) })
        #expect(try await journal.ruleState(now: 0).isEmpty)
    }

    @Test func timersAreStoredWithThePlanAndGoWhenDone() async throws {
        let plan = try await journal.plan(
            decision(
                1, timers: [TimerDraft(actionIndex: 0, due: 500), TimerDraft(actionIndex: 1, due: 90, recheck: true)]))
        #expect(try await journal.nextTimerDue() == 90)
        #expect(try await journal.dueTimers(now: 89, limit: 5).isEmpty)
        let due = try await journal.dueTimers(now: 1_000, limit: 5)
        #expect(due.map(\.plan) == [plan, plan])
        #expect(
            due.map(\.draft) == [
                TimerDraft(actionIndex: 1, due: 90, recheck: true), TimerDraft(actionIndex: 0, due: 500),
            ])
        try await journal.apply([.timerFinished(due[0].id)])
        #expect(try await journal.nextTimerDue() == 500)
    }
}
