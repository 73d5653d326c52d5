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

    /// Every page of it in turn, whatever is on it.
    @Test func damageAnywhereIsFoundByLooking() async throws {
        let journal = try Journal.open(folder: scratch.state, access: .readWrite)
        _ = try await journal.record((1...300).map { try decision($0) }, progress: [])
        try await journal.check()
        journal.close()
        let path = scratch.state + "/journal.sqlite"
        let whole = try Data(contentsOf: URL(filePath: path))
        let pages = whole.count / 4_096
        #expect(pages > 30)
        var found = 0
        for page in 0..<pages {
            var torn = whole
            torn.replaceSubrange(page * 4_096..<(page + 1) * 4_096, with: Data(repeating: 0xA5, count: 4_096))
            for log in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + log) }
            try torn.write(to: URL(filePath: path))
            do {
                let damaged = try Journal.open(folder: scratch.state, access: .readWrite)
                defer { damaged.close() }
                try await damaged.check()
            } catch {
                #expect(error.reason == .corrupt)
                found += 1
            }
        }
        // A page that nothing uses can hold anything.
        #expect(found >= pages - 2, "\(found) of \(pages)")
    }

    @Test func aFileThatWasTakenAwayIsNotWrittenAnyMore() async throws {
        let journal = try Journal.open(folder: scratch.state, access: .readWrite)
        let first = try await journal.plan(decision(1))
        let away = scratch.path + "/away"
        try FileManager.default.moveItem(atPath: scratch.state, toPath: away)
        let error = await #expect(throws: JournalError.self) { try await journal.plan(decision(2)) }
        #expect(error?.reason == .moved)
        #expect(error?.code == .journalUnavailable && error?.scope == .process)
        try FileManager.default.moveItem(atPath: away, toPath: scratch.state)
        #expect(try await journal.plan(decision(2)) > first)
        // Another file in its place is not it.
        try FileManager.default.moveItem(
            atPath: scratch.state + "/journal.sqlite", toPath: scratch.state + "/old.sqlite")
        _ = FileManager.default.createFile(atPath: scratch.state + "/journal.sqlite", contents: nil)
        await #expect(throws: JournalError.self) { try await journal.plan(decision(3)) }
    }

    @Test(arguments: [true, false], [JournalAccess.readWrite, .readOnly])
    func aJournalThatWasLostDoesNotBeginAnewInSilence(_ isEmpty: Bool, _ access: JournalAccess) throws {
        try Journal.open(folder: scratch.state, access: .readWrite).close()
        _ = try Spool(stateFolder: scratch.state)
        for name in try FileManager.default.contentsOfDirectory(atPath: scratch.state) where name.hasPrefix("journal") {
            try FileManager.default.removeItem(atPath: "\(scratch.state)/\(name)")
        }
        if isEmpty { _ = FileManager.default.createFile(atPath: scratch.state + "/journal.sqlite", contents: nil) }
        let error = #expect(throws: JournalError.self) { try Journal.open(folder: scratch.state, access: access) }
        #expect(error?.reason == .corrupt)
        #expect(error?.description.contains("move the whole folder away") == true)
        // A first start that was cut off had no spool yet.
        try FileManager.default.removeItem(atPath: "\(scratch.state)/\(Spool.folderName)")
        if access == .readWrite { _ = try Journal.open(folder: scratch.state, access: access) }
    }

    @Test(arguments: [
        "UPDATE plan SET trigger = 'nonsense'", "UPDATE plan SET actions = '{'", "UPDATE plan SET account = 'a b'",
        "UPDATE plan SET mailbox = ''", "UPDATE step SET arguments = '[]'",
    ])
    func aStoredValueThatCannotBeReadIsNamed(_ statement: String) async throws {
        let journal = try Journal.open(folder: scratch.state, access: .readWrite)
        _ = try await journal.plan(decision(1))
        try await journal.pool.write { db in
            // Nobody changes it by way of the journal.
            try db.execute(sql: "DROP TRIGGER step_stays_in_its_plan")
            try db.execute(sql: statement)
        }
        let error = await #expect(throws: JournalError.self) { try await journal.plans(PlanQuery()) }
        #expect(error?.reason == .corrupt)
    }

    @Test(arguments: [
        "UPDATE plan SET state = 'nearly'", "UPDATE step SET state = 'nearly'", "UPDATE step SET kind = 'expunge_all'",
        "UPDATE outbox SET state = 'maybe'", "UPDATE outbox SET state = 'dot_sent'", "UPDATE plan SET uid = 0",
        "UPDATE plan SET uid = 4294967296", "UPDATE plan SET uid = 'x'", "UPDATE step SET plan = 99",
        "UPDATE step SET state = 'begun'", "UPDATE step SET state = 'done'",
        "INSERT INTO attempt VALUES (99, 1, 0, 'accepted', '')", "UPDATE step SET arguments = '{}'",
        "UPDATE step SET position = 9 WHERE position = 0", "UPDATE plan SET state = 'done'",
        "UPDATE step SET state = 'done', finished_at = 5 WHERE kind = 'submit'",
        "UPDATE outbox SET state = 'ready'", "UPDATE outbox SET state = 'accepted', begun = 1",
        "UPDATE step SET released = 1; UPDATE outbox SET state = 'accepted'", "UPDATE outbox SET spool = 'other.eml'",
        "UPDATE outbox SET recipient = 'other@example.com'",
        """
        INSERT INTO outbox (step, recipient, sender, message_id, spool, policy, state)
        SELECT step, 'x@example.com', '', 'm', 's', 'hold', 'ready' FROM outbox
        """,
    ])
    func theSchemaHoldsTheInvariants(_ statement: String) async throws {
        let journal = try Journal.open(folder: scratch.state, access: .readWrite)
        _ = try await journal.plan(decision(1, steps: [moveStep(), submitStep()]))
        #expect(throws: DatabaseError.self) { try journal.pool.write { try $0.execute(sql: statement) } }
    }

    @Test func noSourceIsRemovedBeforeItsCopyIsMade() async throws {
        let journal = try Journal.open(folder: scratch.state, access: .readWrite)
        let copy = StepDraft(
            position: 0, actionIndex: 0, kind: .uidCopy, arguments: StepArguments(mailbox: "Receipts", create: true))
        let removal = StepArguments(copyStep: 0)
        let plan = try await journal.plan(
            decision(
                1,
                steps: [
                    copy, StepDraft(position: 1, actionIndex: 0, kind: .markDeleted, arguments: removal),
                    StepDraft(position: 2, actionIndex: 0, kind: .uidExpunge, arguments: removal),
                ]))
        let steps = try await journal.steps(plan)
        for state in [StepState.failed, .superseded, .unknown] {
            for step in steps.dropFirst() {
                let error = await #expect(throws: JournalError.self) {
                    try await journal.apply([
                        .stepFinished(steps[0].id, state, nil, at: 1), .stepBegun(step.id, StepPrecondition(), at: 2),
                    ])
                }
                #expect(error?.reason == .contradiction)
            }
        }
        try await journal.apply([
            .stepBegun(steps[0].id, StepPrecondition(), at: 1), .stepFinished(steps[0].id, .done, nil, at: 1),
            .stepBegun(steps[1].id, StepPrecondition(), at: 2), .stepBegun(steps[2].id, StepPrecondition(), at: 2),
        ])
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
        JournalError.Reason.diskFull, .readOnly, .corrupt, .moved, .locked, .missing, .inaccessible, .notPrivate,
        .newer,
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
