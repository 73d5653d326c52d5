/// Does something in a task of its own.
///
/// A task keeps what its deepest call needed until it ends: one that waits for days would hold that for each account.
func apart<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
    async let value = work()
    return try await value
}
