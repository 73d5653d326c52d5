import MailModel
import Testing

@testable import ActionJournal

/// What `keep` takes out of the journal, and what stays whatever it says.
@Suite struct JournalRetentionTests {
    static let day: Int64 = 86_400

    let scratch: ScratchFolder
    let journal: Journal

    init() throws {
        scratch = try ScratchFolder()
        journal = try Journal.open(folder: scratch.state, access: .readWrite)
    }

    /// As the program does it, with a `keep` of so many days.
    private func prune(keep days: Int64, now: Int64) async throws -> Int {
        var count = 0
        while true {
            let pruned = try await journal.prune(before: now - days * Self.day, limit: 2, now: now)
            if pruned == 0 { return count }
            count += pruned
        }
    }

    private func ids() async throws -> [PlanID] { try await journal.plans(PlanQuery()).map(\.plan.id) }

    @Test func onlyWhatIsOldAndFinishedGoes() async throws {
        var plans: [PlanID] = []
        for (uid, state) in zip(1..., [PlanState.planned, .planned, .held, .proposed, .failed, .superseded]) {
            plans.append(try await journal.plan(decision(UInt32(uid), time: 0, state: state)))
        }
        try await journal.complete(plans[0])
        let late = try await journal.plan(decision(9, time: 179 * Self.day))
        try await journal.complete(late)
        #expect(try await prune(keep: 180, now: 180 * Self.day) == 0)
        #expect(try await prune(keep: 180, now: 180 * Self.day + 1) == 4)
        #expect(try await ids() == [plans[1], plans[2], late], "what is open and what waits for a person stays")
        // What it made known stays known: the messages are no new ones.
        let known = try await journal.isKnown(
            (1...9).map { MessageIdentity(rawValue: "identity-\($0)") }, account: account())
        #expect(known.count == 7)
    }

    @Test func whatIsStillToComeStays() async throws {
        let timed = try await journal.plan(decision(1, time: 0, timers: [TimerDraft(actionIndex: 0, due: .max)]))
        try await journal.complete(timed)
        #expect(try await prune(keep: 1, now: 400 * Self.day) == 0)
        for timer in try await journal.dueTimers(now: .max, limit: 9) {
            try await journal.apply([.timerFinished(timer.id)])
        }
        #expect(try await prune(keep: 1, now: 400 * Self.day) == 1)
    }

    /// The guards against loops go by it: a bounce is known by the Message-ID of what it speaks of, and one message goes to
    /// one target once in thirty days.
    @Test func whatWasSentIsKnownForThirtyDays() async throws {
        let plan = try await journal.plan(decision(1, time: 0, steps: [submitStep(0, released: true)]))
        let row = try #require(try await journal.steps(plan)[0].outbox.first)
        try await journal.apply([
            .outboxBegun(row.id, at: 1), .outboxFinished(row.id, .accepted, .accepted, text: "", notBefore: nil, at: 2),
        ])
        try await journal.complete(plan)
        #expect(try await prune(keep: 1, now: 30 * Self.day) == 0)
        #expect(try await journal.hasSent(messageIDs: [row.draft.messageID]))
        #expect(try await prune(keep: 1, now: 30 * Self.day + 1) == 1)
        #expect(try await journal.lastSent(identity: row.identity, target: row.draft.recipient) == 2)
        #expect(try await journal.mayHaveArrived(row.id))
        #expect(try await journal.sentCount(account: account(), since: 0) == 1)
    }

    @Test func whatRulesRememberedAndSweepsThatWereSavedGoWithTheirTime() async throws {
        let changes = [
            RuleStateChange(rule: "R", key: "for ever", value: "1", expires: nil),
            RuleStateChange(rule: "R", key: "old", value: "1", expires: 10),
            RuleStateChange(rule: "R", key: "new", value: "1", expires: 50 * Self.day),
        ]
        try await journal.apply(changes.map { .ruleState($0) })
        let old = try await journal.saveSweep(time: 10, query: "{}", rows: ["a"])
        let new = try await journal.saveSweep(time: 50 * Self.day, query: "{}", rows: ["b"])
        _ = try await prune(keep: 30, now: 60 * Self.day)
        #expect(try await journal.ruleState(now: 0).map(\.key) == ["for ever", "new"])
        #expect(try await journal.savedSweep(old) == nil)
        #expect(try await journal.savedSweep(new)?.count == 1)
        #expect(try await journal.saveSweep(time: 0, query: "{}", rows: []) > new, "its number is not used again")
    }

    /// A clock that goes back makes nothing old.
    @Test func aClockThatWasSetBackForgetsNothing() async throws {
        let plan = try await journal.plan(decision(1, time: 100 * Self.day))
        try await journal.complete(plan)
        #expect(try await prune(keep: 180, now: 0) == 0)
        #expect(try await ids() == [plan])
    }
}
