import ActionJournal
import MailModel
import RuleRuntime

/// What rules remember (`state`, `seen_before`, `rate`), as the journal has it: never ahead of what is stored.
///
/// Decisions are made from a copy and carry their own changes. When they are stored, nobody else may have stored changes
/// since: then they are made anew, which is safe because rules only plan.
actor RuleMemory {
    /// What decisions are made from.
    struct Base: Sendable {
        var state: RuleStateSnapshot
        fileprivate var version: Int
    }

    private let journal: Journal
    private let clock: @Sendable () -> Int64
    /// Told of each plan that ran into a rule's limit, once it is stored.
    private let held: @Sendable (RuleHold) -> Void
    private var known: RuleStateSnapshot?
    /// Spooled files of decisions that were not stored, or perhaps not.
    private var abandoned: Set<String> = []
    private var version = 0
    private var isStoring = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(
        journal: Journal, clock: @escaping @Sendable () -> Int64, held: @escaping @Sendable (RuleHold) -> Void
    ) {
        self.journal = journal
        self.clock = clock
        self.held = held
    }

    func base() async throws -> Base {
        if let known { return Base(state: known, version: version) }
        let stored = RuleStateSnapshot(try await journal.ruleState(now: clock()))
        let state = known ?? stored
        known = state
        return Base(state: state, version: version)
    }

    /// Stores decisions with what they changed.
    ///
    /// - Parameter facts: what else becomes true with them.
    /// - Returns: `nil` when somebody else changed something first: nothing was stored, decide again.
    func store(
        _ records: [DecisionRecord], progress: [MailboxProgress], facts: [JournalFact] = [], decidedFrom base: Base
    ) async throws -> [RecordedDecision]? {
        await begin()
        defer { end() }
        let changes = records.flatMap(\.stateChanges)
        guard changes.isEmpty || base.version == version else {
            abandon(records)
            return nil
        }
        let recording: Recording
        do {
            recording = try await journal.store(records, progress: progress, facts: facts)
        } catch {
            abandon(records)
            throw error
        }
        recording.holds.forEach(held)
        let recorded = recording.decisions
        for (record, outcome) in zip(records, recorded) {
            if case .known = outcome { abandoned.formUnion(record.spooledFiles) }
        }
        guard !changes.isEmpty else { return recorded }
        version += 1
        if recorded.contains(where: { if case .known = $0 { true } else { false } }) {
            // Some of them were stored before, and their changes with them: the table is the truth.
            known = nil
        } else {
            for change in changes { known?.apply(change) }
        }
        return recorded
    }

    /// These decisions are not stored.
    func abandon(_ records: [DecisionRecord]) { abandoned.formUnion(records.flatMap(\.spooledFiles)) }

    /// Gives the spooled files of decisions that were not stored, each once. The journal has the last word on whether it
    /// knows them: a transaction that failed may have been durable all the same.
    func takeAbandonedFiles() -> Set<String> {
        defer { abandoned = [] }
        return abandoned
    }

    /// Stores facts that change what rules remember; whoever is deciding from what was known decides anew.
    func apply(_ facts: [JournalFact]) async throws {
        await begin()
        defer { end() }
        try await journal.apply(facts)
        known = nil
        version += 1
    }

    private func begin() async {
        guard isStoring else { return isStoring = true }
        await withCheckedContinuation { waiting.append($0) }
    }

    private func end() {
        guard waiting.isEmpty else { return waiting.removeFirst().resume() }
        isStoring = false
    }
}

extension DecisionRecord {
    /// What its steps need from the spool.
    fileprivate var spooledFiles: [String] {
        steps.compactMap(\.arguments.spool) + steps.flatMap(\.outbox).map(\.spool)
    }
}
