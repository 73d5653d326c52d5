import Foundation

/// Work that blocks, done on a thread of its own: the shared ones are as few as the processors.
func blocking<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Swift.Result(catching: work)) }
    }
}

/// Asks again and again, every few milliseconds, until the answer is not `nil` or the time is over.
func awaited<Result>(
    within limit: Duration, _ question: () throws -> Result?
) rethrows -> Result? {
    let clock = ContinuousClock()
    let end = clock.now + limit
    while true {
        if let answer = try question() { return answer }
        guard clock.now < end else { return nil }
        // What is awaited is in another program, which has no way to wake this one.
        poll(nil, 0, 5)
    }
}
