/// How far a plan is (`proposed` is a dry run; `held` waits for a person).
public enum PlanState: String, Hashable, Sendable, CaseIterable, Codable {
    case proposed, planned, running, done, failed
    case rolledBack = "rolled_back"
    case superseded, held, undone
}

/// How far a step is. `begun` is durable before its command is sent; `unknown` could not be found out.
public enum StepState: String, Hashable, Sendable, CaseIterable, Codable {
    case waiting, begun, done, failed, unknown, superseded
}
