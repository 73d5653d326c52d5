import Foundation

/// Lets only so many scenarios be played at a time: more would wait for each other, and none could say how long it took.
actor ScenarioTurns {
    /// Three times as many as there are cores: each waits for its own threads a third of the time, and the last ones
    /// should not have the machine to themselves.
    static let shared = ScenarioTurns(3 * max(2, ProcessInfo.processInfo.activeProcessorCount))

    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    private init(_ count: Int) { free = count }

    nonisolated func enter(_ play: @Sendable () async throws -> Void) async throws {
        await take()
        do {
            try await play()
        } catch {
            await leave()
            throw error
        }
        await leave()
    }

    private func take() async {
        guard free == 0 else { return free -= 1 }
        await withCheckedContinuation { waiting.append($0) }
    }

    private func leave() {
        guard waiting.isEmpty else { return waiting.removeFirst().resume() }
        free += 1
    }
}
