import Foundation
import Synchronization

/// The writes of a journal as they come, for many who wait for some of them at the same time.
final class JournalPulse: Sendable {
    private struct Waiter {
        var target: Int
        var end: ContinuousClock.Instant
        var continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var writes = 0
        var last = stat()
        var waiters: [Waiter] = []
        var isWatched = false
    }

    private let path: String
    private let state = Mutex(State())

    /// - Parameter path: the journal's log file.
    init(_ path: String) { self.path = path }

    /// Returns when it was written to so many times from now on, and at the latest when the time is over: a program that
    /// has nothing to do, or is killed, writes nothing.
    func wait(writes count: Int, within limit: Duration) async {
        let end = ContinuousClock.now + limit
        await withCheckedContinuation { continuation in
            let starts = state.withLock { state in
                state.waiters.append(Waiter(target: state.writes + count, end: end, continuation: continuation))
                defer { state.isWatched = true }
                return !state.isWatched
            }
            if starts { Thread.detachNewThread { [self] in watch() } }
        }
    }

    /// One thread for all, as long as somebody waits.
    private func watch() {
        while true {
            let (due, goesOn) = state.withLock { look(&$0) }
            for waiter in due { waiter.continuation.resume() }
            guard goesOn else { return }
            // It is another program that writes, and it has no way to wake this one.
            poll(nil, 0, 2)
        }
    }

    private func look(_ state: inout State) -> (due: [Waiter], goesOn: Bool) {
        var now = stat()
        if stat(path, &now) == 0,
            now.st_mtim.tv_nsec != state.last.st_mtim.tv_nsec || now.st_mtim.tv_sec != state.last.st_mtim.tv_sec
                || now.st_size != state.last.st_size
        {
            state.writes += 1
            state.last = now
        }
        let time = ContinuousClock.now
        let due = state.waiters.filter { $0.target <= state.writes || $0.end <= time }
        state.waiters.removeAll { $0.target <= state.writes || $0.end <= time }
        state.isWatched = !state.waiters.isEmpty
        return (due, state.isWatched)
    }
}
