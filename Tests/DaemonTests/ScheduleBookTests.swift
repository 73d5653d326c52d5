import ActionJournal
import MailModel
import Testing

@testable import Daemon
@testable import RuleRuntime

@Suite struct ScheduleBookTests {
    private let home: AccountName
    private let zone = "UTC"

    init() throws { home = try #require(AccountName("home")) }

    private func rule(
        _ name: String, _ schedule: RuleSchedule?, accounts: [String]? = nil, enabled: Bool = true
    ) -> RuleSummary {
        RuleSummary(
            name: name, position: SourcePosition(file: "a.lua", line: 1),
            events: schedule == nil ? [.new] : [.schedule],
            folders: nil, accounts: accounts, schedule: schedule, limit: 200, enabled: enabled, dryRun: false,
            continues: false)
    }

    private func book(_ rules: [RuleSummary], stored: [ScheduledRule] = [], now: Int64) -> ScheduleBook {
        ScheduleBook(account: home, rules: rules, stored: stored, now: now, zone: zone)
    }

    private func stored(_ rule: String, _ schedule: RuleSchedule, due: Int64) -> ScheduledRule {
        ScheduledRule(account: home, rule: rule, times: schedule.times(zone: zone), due: due)
    }

    @Test func aRuleThatIsNewIsDueOnePeriodLater() {
        let book = book(
            [
                rule("new", .every(600)), rule("mail", nil), rule("off", .every(60), enabled: false),
                rule("work's", .every(60), accounts: ["work"]), rule("ours", .every(300), accounts: ["work", "home"]),
            ], now: 1_000)
        #expect(book.entries.map(\.run.rule) == ["ours", "new"])
        #expect(book.nextDue == 1_300)
        #expect(book.due(at: 1_299) == nil)
        #expect(book.due(at: 1_300)?.rule.name == "ours")
        #expect(
            book.facts == [
                .scheduled(stored("new", .every(600), due: 1_600)), .scheduled(stored("ours", .every(300), due: 1_300)),
            ])
    }

    @Test func whatIsStoredIsKeptAndWhatChangedBeginsAnew() {
        let known = [
            stored("same", .every(600), due: 1_010), stored("changed", .every(600), due: 1_010),
            stored("gone", .every(600), due: 10),
        ]
        let book = book([rule("same", .every(600)), rule("changed", .every(900))], stored: known, now: 1_000)
        #expect(book.entries.map(\.run.due) == [1_010, 1_900])
        #expect(
            book.facts == [
                .scheduled(stored("changed", .every(900), due: 1_900)), .unscheduled(home, rule: "gone"),
            ])
    }

    @Test func aRunThatIsCompleteForgetsHowFarItGot() throws {
        var known = stored("a", .every(600), due: 1_000)
        known.reached = MessageKey(
            account: home, mailbox: .inbox, uidValidity: try #require(UIDValidity(1)), uid: try #require(UID(5)))
        let book = book([rule("a", .every(600))], stored: [known], now: 5_000)
        #expect(book.facts.isEmpty)
        let entry = try #require(book.due(at: 5_000))
        #expect(entry.run.reached == known.reached)
        #expect(book.finished(entry, at: 5_000) == .scheduled(stored("a", .every(600), due: 5_800)))
    }

    @Test func aTimeThatIsFarTooFarAheadIsMended() {
        let book = book([rule("a", .every(600))], stored: [stored("a", .every(600), due: 9_000_000)], now: 1_000)
        #expect(book.nextDue == 1_600)
        #expect(book.facts == [.scheduled(stored("a", .every(600), due: 1_600))])
    }
}
