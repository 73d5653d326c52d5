import Foundation
import GRDB
import MailModel
import Testing

@testable import ActionJournal

@Suite struct JournalFaultTests {
    let scratch: ScratchFolder

    init() throws { scratch = try ScratchFolder() }

    private func limit(_ journal: Journal, toPages pages: Int?) throws {
        try journal.pool.writeWithoutTransaction { db in
            let used = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            try db.execute(sql: "PRAGMA max_page_count = \(pages.map { used + $0 } ?? 1_000_000)")
        }
    }

    @Test func aFullDiskIsNamedAndPasses() async throws {
        let journal = try Journal.open(folder: scratch.state, access: .readWrite)
        let first = try await journal.plan(decision(1))
        try limit(journal, toPages: 1)
        var large = try decision(2)
        large.headline.subject = String(repeating: "x", count: 100_000)
        let error = await #expect(throws: JournalError.self) {
            try await journal.record([large], progress: [progress(next: 3)])
        }
        #expect(error?.reason == .diskFull)
        #expect(error?.code == .journalUnavailable)
        #expect(error?.scope == .process)
        #expect(error?.description.contains(scratch.state + "/journal.sqlite") == true)
        #expect(error?.description.contains("xxx") == false)
        #expect(try await journal.latestPlan() == first)
        #expect(try await journal.progress(account: account(), mailbox: mailbox()) == nil)
        try limit(journal, toPages: nil)
        #expect(try await journal.plan(large) > first)
    }

    @Test func aReadOnlyDatabaseIsNamed() async throws {
        let journal = try Journal.open(folder: scratch.state, access: .readWrite)
        try await journal.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA query_only = ON") }
        let error = await #expect(throws: JournalError.self) { try await journal.apply([.noted(key: "a", value: "b")]) }
        #expect(error?.reason == .readOnly)
    }

    @Test(arguments: [JournalAccess.readWrite, .readOnly])
    func aFileThatIsNoJournalIsNamed(_ access: JournalAccess) throws {
        try FileManager.default.createDirectory(
            atPath: scratch.state, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        let garbage = Data((0..<20_000).map { UInt8(truncatingIfNeeded: $0 &* 31 + 7) })
        try garbage.write(to: URL(filePath: scratch.state + "/journal.sqlite"))
        let error = #expect(throws: JournalError.self) { try Journal.open(folder: scratch.state, access: access) }
        #expect(error?.reason == .corrupt)
    }

    @Test func damageIsNamedWhenItIsMet() async throws {
        let journal = try Journal.open(folder: scratch.state, access: .readWrite)
        _ = try await journal.record((1...200).map { try decision($0) }, progress: [])
        journal.close()
        try FileManager.default.removeItem(atPath: scratch.state + "/journal.sqlite-wal")
        let file = try FileHandle(forUpdating: URL(filePath: scratch.state + "/journal.sqlite"))
        let start = 3 * 4_096
        let size = Int(try file.seekToEnd())
        try #require(size > start)
        try file.seek(toOffset: UInt64(start))
        try file.write(contentsOf: Data(repeating: 0xA5, count: size - start))
        try file.close()
        let error = await #expect(throws: JournalError.self) {
            let damaged = try Journal.open(folder: scratch.state, access: .readWrite)
            _ = try await damaged.plans(PlanQuery())
        }
        #expect(error?.reason == .corrupt)
    }

    @Test(arguments: [
        "UPDATE plan SET trigger = 'nonsense'", "UPDATE plan SET actions = '{'", "UPDATE plan SET account = 'a b'",
        "UPDATE plan SET mailbox = ''", "UPDATE step SET arguments = '[]'",
    ])
    func aStoredValueThatCannotBeReadIsNamed(_ statement: String) async throws {
        let journal = try Journal.open(folder: scratch.state, access: .readWrite)
        _ = try await journal.plan(decision(1))
        try await journal.pool.write { try $0.execute(sql: statement) }
        let error = await #expect(throws: JournalError.self) { try await journal.plans(PlanQuery()) }
        #expect(error?.reason == .corrupt)
    }

    @Test(arguments: [
        "UPDATE plan SET state = 'nearly'", "UPDATE step SET state = 'nearly'", "UPDATE step SET kind = 'expunge_all'",
        "UPDATE outbox SET state = 'maybe'", "UPDATE outbox SET state = 'dot_sent'", "UPDATE plan SET uid = 0",
        "UPDATE plan SET uid = 4294967296", "UPDATE plan SET uid = 'x'", "UPDATE step SET plan = 99",
        "UPDATE step SET state = 'begun'", "UPDATE step SET state = 'done'",
        "INSERT INTO attempt VALUES (99, 1, 0, 'accepted', '')",
    ])
    func theSchemaHoldsTheInvariants(_ statement: String) async throws {
        let journal = try Journal.open(folder: scratch.state, access: .readWrite)
        _ = try await journal.plan(decision(1, steps: [moveStep(), submitStep()]))
        #expect(throws: DatabaseError.self) { try journal.pool.write { try $0.execute(sql: statement) } }
    }

    @Test func aFolderThatCannotBeMadeIsNamed() throws {
        _ = FileManager.default.createFile(atPath: scratch.path + "/file", contents: nil)
        let error = #expect(throws: JournalError.self) {
            try Journal.open(folder: scratch.path + "/file/state", access: .readWrite)
        }
        #expect(error?.reason == .inaccessible)
        let notAFolder = #expect(throws: JournalError.self) {
            try Journal.open(folder: scratch.path + "/file", access: .readWrite)
        }
        #expect(notAFolder?.reason == .inaccessible)
    }

    @Test func aLinkInPlaceOfTheFileIsRefused() throws {
        let journal = try Journal.open(folder: scratch.state, access: .readWrite)
        journal.close()
        let path = scratch.state + "/journal.sqlite"
        try FileManager.default.moveItem(atPath: path, toPath: scratch.path + "/elsewhere")
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: scratch.path + "/elsewhere")
        let error = #expect(throws: JournalError.self) { try Journal.open(folder: scratch.state, access: .readWrite) }
        #expect(error?.reason == .inaccessible)
    }

    @Test(arguments: [
        JournalError.Reason.diskFull, .readOnly, .corrupt, .locked, .missing, .inaccessible, .notPrivate, .newer,
        .older,
        .notDurable, .inputOutput, .contradiction, .closed, .unexpected,
    ])
    func everyFaultIsOneSentenceWithThePath(_ reason: JournalError.Reason) {
        let error = JournalError(reason: reason, path: "/var/lib/postmoon/journal.sqlite", detail: "why")
        #expect(error.description.hasPrefix("/var/lib/postmoon/journal.sqlite"))
        #expect(error.description.hasSuffix("(why)"))
        #expect(!error.description.contains("\n"))
    }

    @Test(arguments: [
        (ResultCode.SQLITE_FULL, JournalError.Reason.diskFull), (.SQLITE_IOERR_SHMSIZE, .diskFull),
        (.SQLITE_IOERR_FSYNC, .inputOutput), (.SQLITE_READONLY_DBMOVED, .readOnly), (.SQLITE_NOTADB, .corrupt),
        (.SQLITE_CORRUPT_INDEX, .corrupt), (.SQLITE_BUSY_SNAPSHOT, .locked), (.SQLITE_CANTOPEN_ISDIR, .inaccessible),
        (.SQLITE_CONSTRAINT_UNIQUE, .contradiction), (.SQLITE_NOMEM, .unexpected),
    ])
    func whatSQLiteSaysHasAName(_ code: ResultCode, _ reason: JournalError.Reason) {
        let error = JournalError(DatabaseError(resultCode: code, message: "no"), path: "/j")
        #expect(error.reason == reason)
        #expect(error.detail == "SQLite \(code.rawValue): no")
    }
}
