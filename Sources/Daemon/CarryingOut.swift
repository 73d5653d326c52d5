import MailModel

/// Carries plans out while more of the same mailbox are decided: on one connection, whose server does one thing after the
/// other, and for one journal.
struct CarryingOut {
    private let visit: MailboxVisit
    private var task: Task<Void, any Error>?
    /// The plans that were not seen through yet.
    private(set) var plans: Set<PlanID> = []

    init(visit: MailboxVisit) { self.visit = visit }

    /// Begins with these when those before are done.
    mutating func begin(_ plans: Set<PlanID>) async throws {
        try await finish()
        if plans.isEmpty { return }
        self.plans = plans
        // No child: it goes on while its beginner returns, and `finish` waits for it on every way out.
        task = Task { [visit] in try await visit.carryOut(askedFor: plans) }
    }

    /// Waits for those at hand. Throws what stopped them; they are in the journal, and remembered here.
    mutating func finish() async throws {
        guard let task else { return }
        self.task = nil
        try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
        plans = []
    }
}
