import Foundation
import GRDB
import MailModel
import Testing

@testable import ActionJournal

/// A thousand plans a day: what people ask of a large journal. `scripts/bench-journal` asks it of half a year, and holds
/// the answers to a time, which only a machine that does nothing else can keep.
@Suite(.serialized) struct JournalSizeTests {
    private static let asked = ProcessInfo.processInfo.environment["POSTMOON_JOURNAL_PLANS"].flatMap { Int($0) }
    static let plans = asked ?? 18_000
    static let day: Int64 = 86_400

    private let scratch: ScratchFolder
    private let journal: Journal

    init() throws {
        scratch = try ScratchFolder()
        journal = try Journal.open(folder: scratch.state, access: .readWrite)
        try journal.pool.writeWithoutTransaction { db in
            // Filling it is not what is measured.
            try db.execute(sql: "PRAGMA synchronous = OFF")
            try db.inTransaction {
                try db.execute(sql: Self.content)
                return .commit
            }
            try db.execute(sql: "PRAGMA synchronous = FULL")
        }
    }

    /// Filed and flagged, one in ten sent on, one in fifty failed, the last ten open, and ten sweeps among them.
    private static let content = """
        CREATE TEMP TABLE number AS
            WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < \(plans))
            SELECT n FROM counted;
        INSERT INTO plan (id, account, mailbox, uid_validity, uid, trigger, time, identity, message_id, subject, sender,
            event, generation, state, actions, flags)
        SELECT n, iif(n % 3, 'home', 'work'), 'INBOX', 7, n, iif(n % \(plans / 10) < \(plans / 180), 'sweep:' || (1 + n / \(plans / 10)), 'new'),
            n * 86, 'identity-' || n, n || '@shop.example', 'Order ' || n, 'a@shop.example', 'new', 1,
            iif(n > \(plans - 10), 'planned', iif(n % 50 = 0, 'failed', 'done')), '[]', '' FROM number;
        INSERT INTO plan_rule (plan, position, rule, time, counted) SELECT n, 0, 'Rule ' || (n % 40), n * 86, 1 FROM number;
        INSERT INTO step (plan, position, action, kind, arguments, state, released, outcome, attempt, finished_at)
        SELECT n, 0, 0, 'store_flags', '{"addFlags":["\\\\Seen"]}', 'done', 1, NULL, 1, n * 86 FROM number;
        INSERT INTO step (plan, position, action, kind, arguments, state, released, outcome, attempt, finished_at)
        SELECT n, 1, 1, iif(n % 30, 'uid_move', 'append'), '{"mailbox":"Receipts","create":true}',
            iif(n > \(plans - 10), 'waiting', 'done'), 1, iif(n > \(plans - 10), NULL, '{"targetUIDValidity":9,"targetUID":' || n || '}'),
            1, iif(n > \(plans - 10), NULL, n * 86) FROM number;
        INSERT INTO step (plan, position, action, kind, arguments, state, released, attempt, finished_at)
        SELECT n, 2, 2, 'submit', '{}', 'done', 1, 0, n * 86 FROM number WHERE n % 10 = 0 AND n <= \(plans - 10);
        INSERT INTO outbox (step, recipient, sender, message_id, spool, policy, state, begun)
        SELECT id, 'b@example.org', 'j@example.org', 'fwd-' || plan, plan || '.eml', 'resend', 'accepted', 1 FROM step
        WHERE kind = 'submit';
        INSERT INTO sent SELECT outbox.id, 'home', 'identity-' || step.plan, 'b@example.org', step.plan * 86
        FROM outbox JOIN step ON step.id = outbox.step;
        INSERT INTO identity SELECT iif(n % 3, 'home', 'work'), 'identity-' || n, 'INBOX', 7, n, n * 86 FROM number;
        DROP TABLE number;
        """

    /// Says how long it took.
    private func measured<Value>(
        _ what: String, within limit: Duration = .seconds(3), _ body: () async throws -> Value
    ) async throws -> Value {
        let clock = ContinuousClock()
        let start = clock.now
        let value = try await body()
        let time = clock.now - start
        print("journal of \(Self.plans) plans: \(what): \(time)")
        if Self.asked != nil { #expect(time < limit, "\(what)") }
        return value
    }

    @Test func whatPeopleAskIsAnsweredAtOnce() async throws {
        let newest = try await measured("log, newest 50") {
            try await journal.plans(PlanQuery(limit: 50, newestFirst: true))
        }
        #expect(newest.count == 50)
        let since = Int64(Self.plans) * 86 - Self.day
        #expect(try await measured("log of a day") { try await journal.plans(PlanQuery(since: since)) }.count == 1_005)
        #expect(
            try await measured("log of a day and rule") {
                try await journal.plans(PlanQuery(since: since, rule: "Rule 7"))
            }.count == 25)
        #expect(
            try await measured("why, by Message-ID") {
                try await journal.plans(PlanQuery(messageID: "<\(Self.plans / 2)@shop.example>"))
            }.count == 1)
        let key = try key(UInt32(Self.plans / 2 + 1))
        #expect(try await measured("why, by place") { try await journal.plans(PlanQuery(key: key)) }.count == 1)
        #expect(try await measured("undo --last 20") { try await journal.latestDecisions(20) }.count == 20)
        #expect(try await measured("undo --since 1d") { try await journal.decisions(since: since) }.count == 995)
        #expect(
            try await measured("undo --rule") { try await journal.decisions(rule: "Rule 7") }.count == Self.plans / 40)
        let sweep = try await measured("undo sweep:3") { try await journal.decisions(sweep: 3) }
        #expect(sweep.count == Self.plans / 180)
        #expect(
            try await measured("undo, candidates of a sweep") { try await journal.undoCandidates(sweep) }.count
                == sweep.count
        )
        #expect(try await measured("status, counts") { try await journal.counts() }.plans[.planned] == 10)
    }

    @Test func whatTheProgramAsksIsAnsweredAtOnce() async throws {
        let identities = (1...500).map { MessageIdentity(rawValue: "identity-\($0 * 3)") }
        let (home, work, receipts) = (try account(), try account("work"), try mailbox("Receipts"))
        #expect(
            try await measured("work that is due") {
                try await journal.openWork(account: home, mailbox: nil, now: .max, limit: 1_000)
            }.count == 6)
        #expect(try await measured("what was begun") { try await journal.beganSteps(account: home) }.isEmpty)
        #expect(try await measured("what is unsettled") { try await journal.unsettledPlans() }.isEmpty)
        #expect(
            try await measured("what is known of 500 arrivals") {
                try await journal.isKnown(identities, account: work)
            }.count == 500)
        #expect(
            try await measured("what was filed of 500 arrivals") {
                try await journal.ownFilings(account: work, into: receipts, identities: identities)
            }.count == 500)
        let arrivals = Dictionary(
            uniqueKeysWithValues: try (1...500 as ClosedRange<UInt32>).map {
                (try key($0, mailbox: "Receipts"), MessageIdentity(rawValue: "content:\($0)"))
            })
        #expect(
            try await measured("what was given of 500 arrivals") {
                try await journal.given(arrivals, to: receipts, of: home)
            }.isEmpty)
        #expect(try await measured("a bounce") { try await journal.hasSent(messageIDs: ["fwd-\(Self.plans / 2)"]) })
        #expect(
            try await measured("the ceiling") { try await journal.sentTime(target: "b@example.org", newest: 500) }
                != nil)
    }

    @Test func whatIsOldIsTakenOutInParts() async throws {
        // A third is older than it is to be kept.
        let now = Int64(Self.plans / 3) * 86 + 180 * Self.day
        let first = try await measured("prune, first 1,000") {
            try await journal.prune(before: now - 180 * Self.day, limit: 1_000, now: now)
        }
        #expect(first == 1_000)
        let rest = try await measured("prune, the rest", within: .seconds(120)) {
            var count = 0
            while true {
                let pruned = try await journal.prune(before: now - 180 * Self.day, limit: 1_000, now: now)
                if pruned == 0 { return count }
                count += pruned
            }
        }
        #expect(rest == Self.plans / 3 - 1 - 1_000)
        let identity = MessageIdentity(rawValue: "identity-10")
        #expect(try await journal.isKnown([identity], account: account()).count == 1)
        #expect(try await journal.lastSent(identity: identity, target: "b@example.org") == 860)
    }
}
