import Dispatch
import GRDB
import MailModel
import Synchronization
import Testing

@testable import ActionJournal

@Suite struct GroupCommitTests {
    let scratch: ScratchFolder
    let journal: Journal

    init() throws {
        scratch = try ScratchFolder()
        journal = try Journal.open(folder: scratch.state, access: .readWrite)
        try journal.pool.write {
            try $0.execute(sql: "CREATE TABLE line (id INTEGER PRIMARY KEY, number INTEGER UNIQUE)")
        }
    }

    private struct Outcome: Sendable {
        var number: Int
        var stored: Bool
    }

    /// Queues all parts while the writer is kept busy, so that they make one group, and gives the outcomes in the
    /// order they were told.
    private func queue(_ numbers: [Int], _ body: @escaping @Sendable (Database, Int) throws -> Void) async -> [Outcome]
    {
        let (told, teller) = AsyncStream.makeStream(of: Outcome.self)
        let gate = Gate()
        journal.commits.enqueue({ _ in gate.wait() }, completion: { _ in })
        for number in numbers {
            journal.commits.enqueue({ db in try body(db, number) }) { result in
                teller.yield(Outcome(number: number, stored: (try? result.get()) != nil))
            }
        }
        gate.open()
        var outcomes: [Outcome] = []
        for await outcome in told {
            outcomes.append(outcome)
            if outcomes.count == numbers.count { break }
        }
        return outcomes
    }

    private func stored() throws -> [Int] {
        try journal.pool.read { try Int.fetchAll($0, sql: "SELECT number FROM line ORDER BY id") }
    }

    @Test func whatWaitsTogetherSharesTransactionsInOrder() async throws {
        let numbers = Array(1...1_000)
        let commits = CommitCounter()
        journal.pool.add(transactionObserver: commits, extent: .databaseLifetime)
        let outcomes = await queue(numbers) { db, number in
            try db.execute(sql: "INSERT INTO line (number) VALUES (?)", arguments: [number])
        }
        #expect(outcomes.map(\.number) == numbers)
        #expect(outcomes.filter(\.stored).count == numbers.count)
        #expect(try stored() == numbers)
        #expect(commits.count <= 1 + (1_000 + GroupCommit.largestGroup - 1) / GroupCommit.largestGroup)
    }

    @Test func aPartThatFailsTakesBackOnlyItself() async throws {
        let outcomes = await queue([1, 2, 1, 3, 4]) { db, number in
            // Half of a part that fails is taken back with it.
            try db.execute(
                sql: "INSERT INTO line (number) VALUES (?)", arguments: [number + 100 * (number == 1 ? 0 : 1)])
            try db.execute(sql: "INSERT INTO line (number) VALUES (?)", arguments: [number == 3 ? 1 : number + 1_000])
        }
        #expect(outcomes.map(\.number) == [1, 2, 1, 3, 4])
        #expect(outcomes.map(\.stored) == [true, true, false, false, true])
        #expect(try stored() == [1, 1_001, 102, 1_002, 104, 1_004])
    }

    @Test func aTransactionLostAsAWholeIsTriedPartByPart() async throws {
        let outcomes = await queue([1, 2, 3]) { db, number in
            try db.execute(sql: "INSERT INTO line (number) VALUES (?)", arguments: [number])
            // What a full disk does: SQLite gives up the transaction, savepoints and all.
            if number == 2 { try db.execute(sql: "INSERT OR ROLLBACK INTO line (number) VALUES (?)", arguments: [2]) }
        }
        #expect(outcomes.map(\.number) == [1, 2, 3])
        #expect(outcomes.map(\.stored) == [true, false, true])
        #expect(try stored() == [1, 3])
    }

    @Test func aCancelledCallerIsStillStored() async throws {
        let gate = Gate()
        journal.commits.enqueue({ _ in gate.wait() }, completion: { _ in })
        let task = Task { try await journal.apply([.noted(key: "a", value: "b")]) }
        task.cancel()
        gate.open()
        try await task.value
        #expect(try await journal.note("a") == "b")
    }
}

/// Keeps the writer's thread waiting until it is opened.
private final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    // A part may run a second time: once open, it stays open.
    func wait() {
        semaphore.wait()
        semaphore.signal()
    }

    func open() { semaphore.signal() }
}

/// Called on the writer's thread only.
private final class CommitCounter: TransactionObserver, Sendable {
    private let commits = Mutex(0)

    var count: Int { commits.withLock { $0 } }

    func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { false }
    func databaseDidChange(with event: DatabaseEvent) {}
    func databaseDidCommit(_ db: Database) { commits.withLock { $0 += 1 } }
    func databaseDidRollback(_ db: Database) {}
}
