import ActionJournal
import MailModel
import RuleRuntime

/// What rules remember (`state`, `seen_before`, `rate`): the journal's table in memory, ahead of it by the decisions
/// that are about to be stored.
actor RuleMemory {
    private let journal: Journal
    private let clock: @Sendable () -> Int64
    private var known: RuleStateSnapshot?
    /// Noted while the table was being read.
    private var early: [RuleStateChange] = []

    init(journal: Journal, clock: @escaping @Sendable () -> Int64) {
        self.journal = journal
        self.clock = clock
    }

    func snapshot() async throws -> RuleStateSnapshot {
        if let known { return known }
        var stored = RuleStateSnapshot(try await journal.ruleState(now: clock()))
        if let known { return known }
        for change in early { stored.apply(change) }
        early = []
        known = stored
        return stored
    }

    /// What a decision changed: later decisions see it before it is durable.
    func note(_ changes: [RuleStateChange]) {
        guard known != nil else { return early += changes }
        for change in changes { known?.apply(change) }
    }

    /// Decisions could not be stored: what they changed is not true.
    func forget() {
        known = nil
        early = []
    }
}
