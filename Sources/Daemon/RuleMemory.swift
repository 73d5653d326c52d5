import ActionJournal
import MailModel
import RuleRuntime

/// What rules remember (`state`, `seen_before`, `rate`): the journal's table in memory, ahead of it by the decisions
/// that are about to be stored.
actor RuleMemory {
    private let journal: Journal
    private let clock: @Sendable () -> Int64
    private var known: RuleStateSnapshot?

    init(journal: Journal, clock: @escaping @Sendable () -> Int64) {
        self.journal = journal
        self.clock = clock
    }

    func snapshot() async throws -> RuleStateSnapshot {
        if let known { return known }
        let stored = RuleStateSnapshot(try await journal.ruleState(now: clock()))
        known = known ?? stored
        return known ?? stored
    }

    /// What a decision changed: later decisions see it before it is durable.
    func note(_ changes: [RuleStateChange]) {
        for change in changes { known?.apply(change) }
    }

    /// Decisions could not be stored: what they changed is not true.
    func forget() { known = nil }
}
