import ActionJournal
import MailModel
import RuleRuntime

/// Stores decisions while the next ones are made: the disk need not wait for the rules, nor they for it.
struct StoringAhead {
    private let memory: RuleMemory
    private var task: Task<[RecordedDecision]?, any Error>?
    /// The last message of those that are being stored.
    private var last: MessageKey?

    init(memory: RuleMemory) { self.memory = memory }

    /// What of the decisions is stored, as far as that is known.
    struct Progress {
        /// The last message.
        var reached: MessageKey?
        /// The plans.
        var plans: Set<PlanID> = []
    }

    /// Stores these when those before are stored. Decisions that change what rules remember are stored when it returns.
    ///
    /// - Returns: `false` when somebody else changed what they remember first: decide again.
    mutating func store(
        _ records: [DecisionRecord], upTo last: MessageKey, decidedFrom base: RuleMemory.Base,
        _ progress: inout Progress
    ) async throws -> Bool {
        try await finish(&progress)
        self.last = last
        // No child: it goes on while its beginner returns, and `finish` waits for it on every way out.
        task = Task { [memory] in try await memory.store(records, progress: [], decidedFrom: base) }
        return records.allSatisfy(\.stateChanges.isEmpty) ? true : try await finish(&progress)
    }

    @discardableResult
    mutating func finish(_ progress: inout Progress) async throws -> Bool {
        guard let task else { return true }
        self.task = nil
        guard let recorded = try await task.value else { return false }
        progress.reached = last
        progress.plans.formUnion(recorded.compactMap(\.plan))
        return true
    }
}
