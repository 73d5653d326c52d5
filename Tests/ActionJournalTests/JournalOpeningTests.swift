import Foundation
import GRDB
import MailModel
import Testing

@testable import ActionJournal

@Suite struct JournalOpeningTests {
    let scratch: ScratchFolder

    init() throws { scratch = try ScratchFolder() }

    @Test func writesAreSyncedInFull() throws {
        let journal = try Journal.open(folder: scratch.state, access: .readWrite)
        let pragmas = try journal.pool.writeWithoutTransaction { db in
            [
                try String.fetchOne(db, sql: "PRAGMA journal_mode"), try String.fetchOne(db, sql: "PRAGMA synchronous"),
                try String.fetchOne(db, sql: "PRAGMA foreign_keys"),
            ]
        }
        #expect(pragmas == ["wal", "2", "1"])
    }

    @Test func theFolderAndItsFilesAreForTheOwnerOnly() async throws {
        let journal = try Journal.open(folder: scratch.state, access: .readWrite)
        _ = try await journal.plan(decision(1))
        #expect(try scratch.mode("state") == 0o700)
        for name in ["journal.sqlite", "journal.sqlite-wal", "journal.sqlite-shm"] {
            #expect(try scratch.mode("state/" + name) == 0o600)
        }
    }

    @Test func anOwnFolderThatOthersCanReadIsClosed() throws {
        try FileManager.default.createDirectory(atPath: scratch.state, withIntermediateDirectories: false)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: scratch.state)
        _ = FileManager.default.createFile(
            atPath: scratch.state + "/journal.sqlite", contents: nil, attributes: [.posixPermissions: 0o644])
        _ = try Journal.open(folder: scratch.state, access: .readWrite)
        #expect(try scratch.mode("state") == 0o700)
        #expect(try scratch.mode("state/journal.sqlite") == 0o600)
    }

    @Test func aFolderWithForeignFilesIsNotTouched() throws {
        try FileManager.default.createDirectory(atPath: scratch.state, withIntermediateDirectories: false)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: scratch.state)
        _ = FileManager.default.createFile(atPath: scratch.state + "/letters.txt", contents: nil)
        #expect(throws: JournalError.self) { try Journal.open(folder: scratch.state, access: .readWrite) }
        #expect(try scratch.mode("state") == 0o755)
    }

    @Test func readingBesideTheWriterSeesWhatWasStored() async throws {
        let writer = try Journal.open(folder: scratch.state, access: .readWrite)
        let reader = try Journal.open(folder: scratch.state, access: .readOnly)
        let plan = try await writer.plan(decision(1))
        #expect(try await reader.view(plan).plan.headline.subject == "Order 1")
        let second = try await writer.plan(decision(2))
        #expect(try await reader.latestPlan() == second)
    }

    @Test func readingWorksWhenNoWriterRuns() async throws {
        let writer = try Journal.open(folder: scratch.state, access: .readWrite)
        let plan = try await writer.plan(decision(1))
        writer.close()
        let reader = try Journal.open(folder: scratch.state, access: .readOnly)
        #expect(try await reader.view(plan).plan.id == plan)
        reader.close()
        let again = try Journal.open(folder: scratch.state, access: .readWrite)
        #expect(try await again.latestPlan() == plan)
    }

    @Test func whatIsOpenedToBeReadIsNotWritten() async throws {
        let writer = try Journal.open(folder: scratch.state, access: .readWrite)
        writer.close()
        let reader = try Journal.open(folder: scratch.state, access: .readOnly)
        let error = await #expect(throws: JournalError.self) {
            try await reader.apply([.noted(key: "a", value: "b")])
        }
        #expect(error?.reason == .readOnly)
    }

    @Test func readingWhereThereIsNoJournalSaysSo() throws {
        let error = #expect(throws: JournalError.self) {
            try Journal.open(folder: scratch.state, access: .readOnly)
        }
        #expect(error?.reason == .missing)
        #expect(!FileManager.default.fileExists(atPath: scratch.state))
    }

    @Test func everythingAcknowledgedIsInACopyOfFileAndLog() async throws {
        let journal = try Journal.open(folder: scratch.state, access: .readWrite)
        var plans: [PlanID] = []
        for uid in 1...20 as ClosedRange<UInt32> {
            plans.append(try await journal.plan(decision(uid)))
        }
        let step = try #require(try await journal.steps(plans[0]).first)
        try await journal.apply([.stepBegun(step.id, StepPrecondition(targetUIDNext: 40), at: 1_001)])

        // The writer is still running, nothing was checkpointed for the copy: as a crash leaves the files.
        let copy = scratch.path + "/copy"
        try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: false)
        for name in ["journal.sqlite", "journal.sqlite-wal"] {
            try FileManager.default.copyItem(atPath: scratch.state + "/" + name, toPath: copy + "/" + name)
        }
        let reopened = try Journal.open(folder: copy, access: .readWrite)
        #expect(try await reopened.plans(PlanQuery()).map(\.plan.id) == plans)
        let begun = try await reopened.beganSteps(account: account())
        #expect(begun.map(\.plan.id) == [plans[0]])
        #expect(begun.first?.steps.first?.precondition?.targetUIDNext == 40)
    }

    @Test func aTornLogKeepsWhatWasWholeBeforeIt() async throws {
        let journal = try Journal.open(folder: scratch.state, access: .readWrite)
        let first = try await journal.plan(decision(1))
        let log = scratch.state + "/journal.sqlite-wal"
        let whole = try Data(contentsOf: URL(filePath: log)).count
        _ = try await journal.plan(decision(2))
        let copy = scratch.path + "/copy"
        try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: false)
        try FileManager.default.copyItem(atPath: scratch.state + "/journal.sqlite", toPath: copy + "/journal.sqlite")
        let torn = try Data(contentsOf: URL(filePath: log)).prefix(whole + 1_000)
        try torn.write(to: URL(filePath: copy + "/journal.sqlite-wal"))
        let reopened = try Journal.open(folder: copy, access: .readWrite)
        #expect(try await reopened.latestPlan() == first)
    }

    @Test func aClosedJournalSaysSo() async throws {
        let journal = try Journal.open(folder: scratch.state, access: .readWrite)
        journal.close()
        let read = await #expect(throws: JournalError.self) { try await journal.latestPlan() }
        #expect(read?.reason == .closed)
        let write = await #expect(throws: JournalError.self) { try await journal.apply([.noted(key: "a", value: "b")]) }
        #expect(write?.reason == .closed)
    }

    @Test func aJournalOfANewerPostmoonIsLeftAlone() throws {
        let journal = try Journal.open(folder: scratch.state, access: .readWrite)
        try journal.pool.write { db in
            try db.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('v999')")
        }
        journal.close()
        for access in [JournalAccess.readWrite, .readOnly] {
            let error = #expect(throws: JournalError.self) { try Journal.open(folder: scratch.state, access: access) }
            #expect(error?.reason == .newer)
        }
    }
}
