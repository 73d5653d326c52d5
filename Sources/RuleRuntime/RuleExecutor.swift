import Dispatch

/// A serial executor of its own, so that a rule that computes for long delays neither event loops nor other accounts.
public final class RuleExecutor: SerialExecutor {
    private let queue: DispatchQueue

    public init(label: String) { queue = DispatchQueue(label: label) }

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    public func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }
}

/// A few executors, shared: each account is served by one.
public struct RuleExecutorPool: Sendable {
    public let executors: [RuleExecutor]

    public init(size: Int) {
        executors = (0..<max(1, size)).map { RuleExecutor(label: "postmoon.rules.\($0)") }
    }

    /// The executor of the n-th account.
    public subscript(index: Int) -> RuleExecutor { executors[abs(index % executors.count)] }
}
