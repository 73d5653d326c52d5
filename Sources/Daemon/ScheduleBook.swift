import ActionJournal
import MailModel
import RuleRuntime

/// Which scheduled rules an account has and when each is due, by its rules, the journal and the clock.
struct ScheduleBook: Equatable {
    struct Entry: Equatable {
        var rule: RuleSummary
        var run: ScheduledRule
    }

    /// The longest due first.
    private(set) var entries: [Entry] = []
    /// What the journal is to learn: rules that are new, changed, or gone.
    private(set) var facts: [JournalFact] = []
    private let zone: String

    init(account: AccountName, rules: [RuleSummary], stored: [ScheduledRule], now: Int64, zone: String) {
        self.zone = zone
        let known = Dictionary(stored.map { ($0.rule, $0) }, uniquingKeysWith: { first, _ in first })
        for rule in rules where rule.isScheduled(for: account) {
            guard let schedule = rule.schedule else { continue }
            let times = schedule.times(zone: zone)
            var run =
                known[rule.name].flatMap { $0.times == times ? $0 : nil }
                ?? ScheduledRule(
                    account: account, rule: rule.name, times: times, due: schedule.firstDue(after: now, zone: zone))
            run.due = schedule.sensibleDue(run.due, now: now, zone: zone)
            if run != known[rule.name] { facts.append(.scheduled(run)) }
            entries.append(Entry(rule: rule, run: run))
        }
        let scheduled = Set(entries.map(\.run.rule))
        facts += stored.filter { !scheduled.contains($0.rule) }.map { .unscheduled(account, rule: $0.rule) }
        entries.sort { ($0.run.due, $0.run.rule) < ($1.run.due, $1.run.rule) }
    }

    /// The first that is due.
    func due(at now: Int64) -> Entry? { entries.first { $0.run.due <= now } }

    /// When the next one is due.
    var nextDue: Int64? { entries.first?.run.due }

    /// What follows a run that is complete.
    func finished(_ entry: Entry, at now: Int64) -> JournalFact? {
        guard let schedule = entry.rule.schedule else { return nil }
        var next = entry.run
        next.due = schedule.nextDue(after: entry.run.due, ranAt: now, zone: zone)
        next.reached = nil
        return .scheduled(next)
    }
}

extension RuleSummary {
    fileprivate func isScheduled(for account: AccountName) -> Bool {
        enabled && events.contains(.schedule) && accounts?.contains(account.rawValue) ?? true
    }
}
