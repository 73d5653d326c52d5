import GRDB
import Synchronization

/// Lets callers that come at the same time share one transaction, and so one fsync.
///
/// What has queued up while a transaction was being made durable goes into the next one, in the order it came. Each
/// caller's part has its own savepoint: one that fails takes back only itself. A caller hears of success when its part
/// is durable, and not before.
final class GroupCommit: Sendable {
    /// Parts in one transaction, so that nobody waits behind an endless queue.
    static let largestGroup = 256

    private struct Part: Sendable {
        /// Changes the database; gives what to do once that is durable.
        let run: @Sendable (Database) throws -> @Sendable () -> Void
        let fail: @Sendable (any Error) -> Void
    }

    private struct Queue {
        var waiting: [Part] = []
        var isDraining = false
    }

    private let queue = Mutex(Queue())
    private let commitCount = Atomic(0)
    private let writer: any DatabaseWriter

    init(writer: any DatabaseWriter) { self.writer = writer }

    /// Grows with every commit, before its callers hear of it: what was read at the same count is still so.
    var version: Int { commitCount.load(ordering: .acquiring) }

    /// Runs `body` in a transaction, together with whoever else is waiting.
    ///
    /// It is carried out even if the caller's task is cancelled meanwhile: a fact does not become untrue by that.
    func commit<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async -> Result<T, any Error> {
        await withCheckedContinuation { continuation in
            enqueue(body) { continuation.resume(returning: $0) }
        }
    }

    /// Takes its place in the queue before it returns.
    func enqueue<T: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> T,
        completion: @escaping @Sendable (Result<T, any Error>) -> Void
    ) {
        let part = Part(
            run: { db in
                let value = try body(db)
                return { completion(.success(value)) }
            },
            fail: { completion(.failure($0)) }
        )
        let starts = queue.withLock { queue in
            queue.waiting.append(part)
            defer { queue.isDraining = true }
            return !queue.isDraining
        }
        guard starts else { return }
        writer.asyncWriteWithoutTransaction { db in self.drain(db) }
    }

    private func drain(_ db: Database) {
        while true {
            let parts = queue.withLock { queue in
                let parts = Array(queue.waiting.prefix(Self.largestGroup))
                queue.waiting.removeFirst(parts.count)
                if parts.isEmpty { queue.isDraining = false }
                return parts
            }
            if parts.isEmpty { return }
            if parts.count > 1, let completions = try? transaction(parts, db) {
                commitCount.add(1, ordering: .acquiringAndReleasing)
                completions.forEach { $0() }
            } else {
                // Alone, or the group was lost as a whole (a full disk rolls back all of it): each on its own.
                for part in parts { alone(part, db) }
            }
        }
    }

    private func alone(_ part: Part, _ db: Database) {
        do {
            var completion: @Sendable () -> Void = {}
            try db.inTransaction(.immediate) {
                completion = try part.run(db)
                return .commit
            }
            commitCount.add(1, ordering: .acquiringAndReleasing)
            completion()
        } catch {
            part.fail(error)
        }
    }

    /// Throws when nothing of it was stored; parts that failed by themselves are told in their completions.
    private func transaction(_ parts: [Part], _ db: Database) throws -> [@Sendable () -> Void] {
        var completions: [@Sendable () -> Void] = []
        try db.inTransaction(.immediate) {
            for part in parts {
                try db.run("SAVEPOINT part")
                do {
                    completions.append(try part.run(db))
                } catch {
                    // SQLite may have rolled back everything; there is no savepoint then, and this throws.
                    try db.run("ROLLBACK TO SAVEPOINT part")
                    completions.append { part.fail(error) }
                }
                try db.run("RELEASE SAVEPOINT part")
            }
            return .commit
        }
        return completions
    }
}
