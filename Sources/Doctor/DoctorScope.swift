/// What the doctor may do, and how long it waits.
public struct DoctorScope: Sendable {
    /// Makes a folder, waits there for a push, moves a message, and removes it all.
    public var write: Bool
    /// Sends a message to the account's own address, finds it and removes it.
    public var send: Bool
    /// Seconds that no step goes past.
    public var step: Double
    /// Seconds to wait for a greeting in the clear before TLS is tried.
    public var patience: Double
    /// Where web servers are, or who answers in their place.
    public var webPort: Int
    /// Seconds since 1970.
    public var clock: @Sendable () -> Int64

    public init(
        write: Bool = false, send: Bool = false, step: Double = 10, patience: Double = 4, webPort: Int = 80,
        clock: @escaping @Sendable () -> Int64
    ) {
        self.write = write
        self.send = send
        self.step = step
        self.patience = patience
        self.webPort = webPort
        self.clock = clock
    }
}

/// A step went past its time.
struct StepOverdue: Error {}

extension DoctorScope {
    /// Ends the work after the step's time by cancelling it; everything on connections here ends then.
    public func inTime<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask { try await work() }
            group.addTask { [step] in
                try await Task.sleep(for: .seconds(step))
                throw StepOverdue()
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw StepOverdue() }
            return first
        }
    }
}
