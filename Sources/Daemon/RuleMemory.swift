import ActionJournal
import MailModel
import RuleRuntime

/// What rules remember (`state`, `seen_before`, `rate`), as the journal has it: never ahead of what is stored.
///
/// Decisions are made from a copy and carry their own changes. When they are stored, nobody else may have stored changes
/// since: then they are made anew, which is safe because rules only plan.
actor RuleMemory {
    /// What decisions are made from; held until they are stored.
    struct Base: Sendable {
        var state: RuleStateSnapshot
        fileprivate var version: Int
        /// What they spool is theirs for as long.
        fileprivate var round: SpoolRound
    }

    private let journal: Journal
    private let spool: Spool
    private let clock: @Sendable () -> Int64
    /// Told of each plan that ran into a rule's limit, once it is stored.
    private let held: @Sendable (RuleHold) -> Void
    private var known: RuleStateSnapshot?
    private var version = 0
    private var isStoring = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(
        journal: Journal, spool: Spool, clock: @escaping @Sendable () -> Int64,
        held: @escaping @Sendable (RuleHold) -> Void
    ) {
        self.journal = journal
        self.spool = spool
        self.clock = clock
        self.held = held
    }

    func base() async throws -> Base {
        let round = spool.beginRound()
        if let known { return Base(state: known, version: version, round: round) }
        let stored = RuleStateSnapshot(try await journal.ruleState(now: clock()))
        let state = known ?? stored
        known = state
        return Base(state: state, version: version, round: round)
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
        guard changes.isEmpty || base.version == version else { return nil }
        let recording = try await journal.store(records, progress: progress, facts: facts)
        recording.holds.forEach(held)
        let recorded = recording.decisions
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
