import GRDB
import MailModel
import Testing

@testable import ActionJournal

/// A journal of each released version is brought up to date with all that it holds.
@Suite struct JournalMigrationTests {
    static let versions = ["v1", "v2", "v3", "v4"]

    let scratch: ScratchFolder

    init() throws { scratch = try ScratchFolder() }

    /// A journal as that version left it, with rows in every table, written by hand.
    private func journal(of version: String) throws -> DatabaseQueue {
        try StateFolder.prepare(scratch.state, contents: [])
        let queue = try DatabaseQueue(path: scratch.state + "/journal.sqlite")
        try JournalSchema.migrator.migrate(queue, upTo: version)
        try queue.write { db in
            for step in Self.versions.prefix(through: Self.versions.firstIndex(of: version) ?? 0) {
                try db.execute(sql: Self.rows[step] ?? "")
            }
            for table in try Self.tables(db) {
                let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)") ?? 0
                #expect(count > 0, "nothing is in \(table)")
            }
        }
        return queue
    }

    private static let rows = [
        "v1": """
        INSERT INTO meta VALUES ('rules.generation', '4 900 abc');
        INSERT INTO mailbox_progress VALUES ('home', 'INBOX', 7, 30, 99, 900, 950);
        INSERT INTO mirror VALUES ('home', 'INBOX', 7, 3, '\\Seen $Work', 12, 2);
        INSERT INTO identity VALUES ('home', 'sha256:1', 'INBOX', 7, 1, 800), ('home', 'sha256:2', 'INBOX', 7, 2, 801);
        INSERT INTO taken_out VALUES ('home', 'INBOX', 'sha256:2', 820);
        INSERT INTO target_bound VALUES ('home', 'Receipts', 9, 41);
        INSERT INTO plan (id, account, mailbox, uid_validity, uid, trigger, time, identity, message_id, subject,
            sender, event, generation, state, actions, evidence, flags, error)
        VALUES
            (1, 'home', 'INBOX', 7, 1, 'new', 800, 'sha256:1', '1@shop', 'Order 1', 'a@shop', 'new', 3, 'running',
                '[]', '[{"rule":"Receipts","matched":true,"tests":[]}]', '\\Seen', NULL),
            (2, 'home', 'INBOX', 7, 2, 'new', 801, 'sha256:2', '2@shop', 'Order 2', 'a@shop', 'new', 3, 'done',
                '[]', '[]', '', NULL),
            (5, 'home', 'INBOX', 7, 3, 'sweep:1', 802, 'sha256:3', '3@shop', 'Order 3', 'a@shop', 'sweep', 3,
                'held', '[]', '[]', '', 'why');
        INSERT INTO plan_rule (plan, position, rule, time) VALUES (1, 0, 'Receipts', 800), (2, 0, 'Receipts', 801);
        INSERT INTO step (id, plan, position, action, kind, arguments, state, released, precondition, outcome,
            attempt, not_before, begun_at, finished_at)
        VALUES
            (1, 1, 0, 0, 'uid_copy', '{"mailbox":"Receipts","create":true}', 'done', 1, '{"targetUIDNext":40}',
                '{"targetUIDValidity":9,"targetUID":40}', 1, NULL, 805, 806),
            (2, 1, 1, 0, 'mark_deleted', '{"copyStep":0}', 'waiting', 1, NULL, NULL, 0, NULL, NULL, NULL),
            (3, 1, 2, 1, 'submit', '{}', 'waiting', 0, NULL, NULL, 0, NULL, NULL, NULL),
            (4, 2, 0, 0, 'submit', '{}', 'done', 1, NULL, NULL, 0, NULL, NULL, 810);
        INSERT INTO outbox (id, step, recipient, sender, message_id, spool, policy, state, begun, begun_at)
        VALUES (1, 3, 'b@example.org', 'j@example.org', 'fwd-1', '1.eml', 'resend', 'waiting', 0, NULL),
            (2, 4, 'c@example.org', 'j@example.org', 'fwd-2', '2.eml', 'hold', 'accepted', 1, 809);
        INSERT INTO attempt VALUES (2, 1, 810, 'accepted', '250 ok');
        INSERT INTO sent VALUES (2, 'home', 'sha256:2', 'c@example.org', 810);
        INSERT INTO timer (id, plan, action, due, recheck) VALUES (1, 2, 0, 5000, 1);
        INSERT INTO rule_state VALUES ('Receipts', 'seen', '1', NULL);
        INSERT INTO paused VALUES ('account', 'home', NULL, 700);
        INSERT INTO saved_sweep VALUES (1, 700, '{}');
        INSERT INTO saved_sweep_row VALUES (1, 0, '{"plan":5}');
        """,
        "v2": """
        INSERT INTO mirror_state VALUES ('home', 'INBOX', 7, 30, 1, 12, 'subject');
        INSERT INTO mirror_facts VALUES ('home', 'INBOX', 3, 'sha256:3', 800, 100, x'5375626A6563743A', 0);
        UPDATE plan SET flag_change = '+\\Seen' WHERE id = 2;
        """,
        "v3": """
        UPDATE plan_rule SET counted = 1 WHERE plan = 2;
        INSERT INTO rule_limit VALUES ('Receipts', 3, 1000, 900);
        INSERT INTO schedule VALUES ('home', 'Tidy', 'every 86400', 9000, 'INBOX', 7, 2),
            ('home', 'Other', 'at 27000', 9001, NULL, NULL, NULL);
        """,
    ]

    private static func tables(_ db: Database) throws -> [String] {
        try String.fetchAll(
            db,
            sql: """
                SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'grdb_%'
                ORDER BY name
                """)
    }

    /// Every row of the tables, in the columns that they have now; but what is moved to another one.
    private func content(_ db: Database) throws -> [String: (columns: String, rows: [String])] {
        var content: [String: (columns: String, rows: [String])] = [:]
        for table in try Self.tables(db) {
            let columns = try db.columns(in: table).map(\.name).filter { $0 != "evidence" }.joined(separator: ", ")
            content[table] = (columns, try rows(of: columns, in: table, db))
        }
        return content
    }

    private func rows(of columns: String, in table: String, _ db: Database) throws -> [String] {
        try Row.fetchAll(db, sql: "SELECT \(columns) FROM \(table)").map(\.description).sorted()
    }

    @Test(arguments: versions) func allThatItHoldsIsKept(_ version: String) async throws {
        let old = try journal(of: version)
        let before = try await old.read { try content($0) }
        try old.close()
        let older = #expect(throws: JournalError.self) { try Journal.open(folder: scratch.state, access: .readOnly) }
        #expect(older?.reason == .older)

        let journal = try Journal.open(folder: scratch.state, access: .readWrite)
        let (kept, verdict, broken, isComplete) = try await journal.pool.read { [before] db in
            (
                try before.reduce(into: [String: [String]]()) { kept, table in
                    kept[table.key] = try rows(of: table.value.columns, in: table.key, db)
                }, try String.fetchOne(db, sql: "PRAGMA integrity_check"),
                try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").count,
                try JournalSchema.migrator.hasCompletedMigrations(db)
            )
        }
        for (table, old) in before { #expect(kept[table] == old.rows, "\(table)") }
        #expect(verdict == "ok" && broken == 0 && isComplete)
        // It is read as what it was, and gone on with.
        let plans = try await journal.plans(PlanQuery())
        #expect(plans.map(\.plan.id.rawValue) == [1, 2, 5])
        #expect(plans.map(\.plan.state) == [.running, .done, .held])
        #expect(plans.map { $0.evidence.map(\.rule) } == [["Receipts"], [], []])
        #expect(plans[1].plan.flagChange == (version == "v1" ? nil : FlagDifference(added: [.seen])))
        let work = try await journal.openWork(account: account(), mailbox: nil, now: 1_000, limit: 9)
        #expect(work.map(\.plan.id.rawValue) == [1])
        #expect(try await journal.isKnown([MessageIdentity(rawValue: "sha256:2")], account: account()).count == 1)
        #expect(try await journal.mayHaveArrived(OutboxID(2)))
        #expect(try await journal.dueTimers(now: 5_000, limit: 9).count == 1)
        #expect(try await journal.sweepRows(1, from: 0, limit: 9).count == 1)
        #expect(try await journal.mirror(account: account(), mailbox: mailbox()).map(\.changes) == [2])
        try await journal.apply([
            .stepBegun(StepID(2), StepPrecondition(), at: 1_000), .stepFinished(StepID(2), .done, nil, at: 1_001),
            .released(PlanID(1)), .outboxBegun(OutboxID(1), at: 1_002),
            .outboxFinished(OutboxID(1), .accepted, .accepted, text: "250", notBefore: nil, at: 1_003),
            .stepFinished(StepID(3), .done, nil, at: 1_003), .planState(PlanID(1), .done, error: nil),
        ])
        // Numbers go on where they were.
        #expect(try await journal.plan(decision(9)) > PlanID(5))
    }

    @Test(arguments: versions) func itsNewInvariantsHoldFromThenOn(_ version: String) async throws {
        try journal(of: version).close()
        let journal = try Journal.open(folder: scratch.state, access: .readWrite)
        for statement in [
            "UPDATE plan SET state = 'done' WHERE id = 1", "UPDATE outbox SET state = 'ready' WHERE id = 1",
            "UPDATE step SET arguments = '{}' WHERE id = 2",
        ] {
            #expect(throws: DatabaseError.self) { try journal.pool.write { try $0.execute(sql: statement) } }
        }
    }

    /// Older journals can hold what would be refused now: it stays, and keeps nobody from starting.
    @Test(arguments: versions.prefix(3)) func whatIsNoLongerAllowedIsNoObstacle(_ version: String) async throws {
        let old = try journal(of: version)
        try await old.write { db in
            try db.execute(sql: "UPDATE plan SET state = 'done' WHERE id = 1")
            try db.execute(sql: "UPDATE outbox SET state = 'ready' WHERE id = 1")
        }
        try old.close()
        let journal = try Journal.open(folder: scratch.state, access: .readWrite)
        #expect(try await journal.plans(PlanQuery()).count == 3)
    }

    @Test func releasedVersionsAreFrozen() {
        // FNV-1a. A released migration never changes: write the next one instead of changing these numbers.
        func digest(_ text: String) -> UInt64 {
            text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { hash, byte in (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        }
        #expect(digest(JournalSchema.version1) == 1_152_985_631_496_778_288)
        #expect(digest(JournalSchema.version2) == 7_497_308_007_188_157_937)
        #expect(digest(JournalSchema.version3) == 6_562_278_833_828_554_842)
    }
}
