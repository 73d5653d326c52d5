import Synchronization

/// A wish that somebody looks again: any number of wishes before a look count as one, and none is lost.
final class Wakeup: Sendable {
    private struct State {
        var isWished = false
        var waiter: CheckedContinuation<Void, Never>?
        var starter: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    func wake() {
        let (waiter, starter) = state.withLock { state in
            if state.waiter == nil, state.starter == nil { state.isWished = true }
            defer { (state.waiter, state.starter) = (nil, nil) }
            return (state.waiter, state.starter)
        }
        waiter?.resume()
        starter?()
    }

    /// Instead of a wait: has the next wish call this, once. Where there is a wish already that counts as seen, and
    /// nothing is called.
    ///
    /// - Returns: whether there was none.
    func rest(_ starter: @escaping @Sendable () -> Void) -> Bool {
        state.withLock { state in
            defer { state.isWished = false }
            if !state.isWished { state.starter = starter }
            return !state.isWished
        }
    }

    /// Ends at a wish, after so many seconds (`nil`: never by itself), or when the task is cancelled. For one waiter.
    func wait(seconds: Double?) async {
        guard let seconds else { return await wish() }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.wish() }
            group.addTask { try? await Task.sleep(for: .seconds(max(0, seconds))) }
            await group.next()
            group.cancelAll()
        }
    }

    private func wish() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isWished = state.withLock { state in
                    defer { state.isWished = false }
                    if !state.isWished, !Task.isCancelled {
                        state.waiter = continuation
                        return false
                    }
                    return true
                }
                if isWished { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume()
        }
    }
}
