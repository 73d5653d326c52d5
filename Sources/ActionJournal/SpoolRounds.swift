import Synchronization

/// Which spooled files can have come to nothing: a file is written before its decision is stored, so nobody but a
/// decision that is still being made can be about to name one that the journal does not know.
final class SpoolRounds: Sendable {
    private struct State {
        var latest = 0
        var open: Set<Int> = []
        /// By file, the round that began last before it was written.
        var written: [String: Int] = [:]
    }

    private let state = Mutex(State())

    func begin() -> Int {
        state.withLock { state in
            state.latest += 1
            state.open.insert(state.latest)
            return state.latest
        }
    }

    func end(_ round: Int) { state.withLock { _ = $0.open.remove(round) } }

    func note(_ name: String) { state.withLock { $0.written[name] = $0.latest } }

    /// The files of which every round that they can belong to has ended.
    var ended: Set<String> {
        state.withLock { state in
            let first = state.open.min() ?? .max
            return Set(state.written.lazy.filter { $0.value < first }.map(\.key))
        }
    }

    func forget(_ names: Set<String>) { state.withLock { state in names.forEach { state.written[$0] = nil } } }
}

/// A time in which decisions are made and stored; it ends with the last reference to it.
public final class SpoolRound: Sendable {
    private let number: Int
    private let rounds: SpoolRounds

    fileprivate init(_ rounds: SpoolRounds) {
        self.rounds = rounds
        number = rounds.begin()
    }

    deinit { rounds.end(number) }
}

extension Spool {
    /// Files that are written from now on are left alone until this ends: the decisions that need them are stored then, or
    /// not at all.
    public func beginRound() -> SpoolRound { SpoolRound(rounds) }

    /// Removes what plans had and need no more, and what decisions had that were not stored.
    public func tidy(_ journal: Journal) async throws(JournalError) {
        let ended = rounds.ended
        let names = try names()
        for name in names.isEmpty ? [] : try await journal.spentSpoolFiles(among: names, unstored: ended) {
            try await remove(name)
        }
        rounds.forget(ended)
    }
}
