import GRDB
import MailModel
import Synchronization

/// Whether a process acts on the journal, or only looks.
public enum JournalAccess: Hashable, Sendable {
    /// Makes the folder and the journal when they are missing and brings the schema up to date.
    case readWrite
    /// Changes nothing, and works beside a running writer as well as without one.
    case readOnly
}

/// The durable memory: what was decided, what was begun, what came of it (DESIGN §2).
///
/// A write that returned is on the disk and survives `kill -9` and a power loss. It is carried out even when the
/// caller's task is cancelled. Writes take effect in the order they were asked for; those that wait at the same time
/// share one fsync.
public final class Journal: Sendable {
    /// The folder, as given.
    public let folder: String
    public let access: JournalAccess
    /// The database file.
    public let path: String

    let pool: DatabasePool
    let commits: GroupCommit
    /// The file that is open.
    private let file: StateFolder.FileIdentity?
    private let isClosed = Atomic(false)
    /// What `nextStepDue` found, by account.
    let dueLooks = Mutex<[AccountName: DueLook]>([:])

    private init(folder: String, access: JournalAccess, path: String, pool: DatabasePool) {
        self.folder = folder
        self.access = access
        self.path = path
        self.pool = pool
        commits = GroupCommit(writer: pool)
        file = StateFolder.identity(path)
    }

    /// The names that belong into a state folder.
    static let folderContents: Set<String> = ["journal.sqlite", StateLock.fileName, Spool.folderName]

    /// Opens `journal.sqlite` in the folder. It does not take the folder's `StateLock`.
    ///
    /// Blocks for a few milliseconds.
    ///
    /// - Parameter readers: connections that read at a time, beside the one that writes.
    public static func open(
        folder: String, access: JournalAccess, readers: Int = 2
    ) throws(JournalError) -> Journal {
        let path = folder.hasSuffix("/") ? "\(folder)journal.sqlite" : "\(folder)/journal.sqlite"
        try refuseLoss(of: path, in: folder)
        switch access {
        case .readWrite:
            try StateFolder.prepare(folder, contents: folderContents)
            try StateFolder.prepareFile(path)
        case .readOnly:
            guard StateFolder.exists(path) else { throw JournalError(reason: .missing, path: path) }
        }
        do {
            let pool = try DatabasePool(path: path, configuration: configuration(access, readers))
            switch access {
            case .readWrite:
                try makeDurable(pool, path: path)
                try migrate(pool, path: path)
            case .readOnly:
                try checkSchema(pool, path: path)
            }
            return Journal(folder: folder, access: access, path: path, pool: pool)
        } catch {
            throw JournalError(error, path: path)
        }
    }

    /// A folder that was in use has a spool. Its journal does not begin anew in silence: with it would be lost what was
    /// begun, and what was to be sent.
    private static func refuseLoss(of path: String, in folder: String) throws(JournalError) {
        guard StateFolder.exists("\(folder)/\(Spool.folderName)"), StateFolder.isEmpty(path) else { return }
        let state = StateFolder.exists(path) ? "it is empty" : "it is gone"
        throw JournalError(
            reason: .corrupt, path: path,
            detail: "\(state), though the folder was in use; to begin anew, move the whole folder away")
    }

    /// Reads all of it, and throws when it does not hold together. Takes a moment for each hundred megabytes.
    public func check() async throws(JournalError) {
        let verdict = try await read { db in try String.fetchOne(db, sql: "PRAGMA quick_check(1)") ?? "" }
        guard verdict == "ok" else {
            // What it says names tables and pages, and no content.
            throw JournalError(reason: .corrupt, path: path, detail: String(verdict.prefix(200)))
        }
    }

    /// Waits for what is being written, then closes the file. Whatever is asked afterwards fails with `closed`.
    public func close() {
        // Twice is once: the second time there is no database to ask.
        guard !isClosed.exchange(true, ordering: .relaxed) else { return }
        // The last connection to close is one that only reads, and so cannot do this. Without it the log stays, and is
        // read the next time.
        if access == .readWrite { try? pool.writeWithoutTransaction { _ = try $0.checkpoint(.passive) } }
        // It fails only for statements that are still in use, and leaves them to the end of the process.
        try? pool.close()
    }

    private static func configuration(_ access: JournalAccess, _ readers: Int) -> Configuration {
        var configuration = Configuration()
        configuration.label = "journal"
        configuration.readonly = access == .readOnly
        configuration.foreignKeysEnabled = true
        // Another process may be saving a sweep, or be checkpointing as it ends.
        configuration.busyMode = .timeout(10)
        configuration.maximumReaderCount = readers
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA cache_size = -4000")
            try db.execute(sql: "PRAGMA temp_store = MEMORY")
        }
        return configuration
    }

    /// GRDB sets `synchronous = NORMAL` when it turns WAL on, after its preparation hook: in WAL mode that loses the
    /// newest commits at a power loss. Hence FULL is set here, and read back.
    private static func makeDurable(_ pool: DatabasePool, path: String) throws {
        try pool.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA synchronous = FULL")
            // Darwin's fsync alone does not reach the disk.
            try db.execute(sql: "PRAGMA fullfsync = ON")
            try db.execute(sql: "PRAGMA journal_size_limit = 16777216")
            let mode = try String.fetchOne(db, sql: "PRAGMA journal_mode")
            let synchronous = try Int.fetchOne(db, sql: "PRAGMA synchronous")
            let foreignKeys = try Bool.fetchOne(db, sql: "PRAGMA foreign_keys")
            guard mode == "wal", synchronous == 2, foreignKeys == true else {
                throw JournalError(
                    reason: .notDurable, path: path,
                    detail: "journal_mode \(mode ?? "unknown"), synchronous \(synchronous ?? -1)")
            }
        }
    }

    private static func migrate(_ pool: DatabasePool, path: String) throws {
        let migrator = JournalSchema.migrator
        guard try !pool.read(migrator.hasBeenSuperseded) else { throw JournalError(reason: .newer, path: path) }
        try migrator.migrate(pool)
    }

    private static func checkSchema(_ pool: DatabasePool, path: String) throws {
        let migrator = JournalSchema.migrator
        try pool.read { db in
            guard try !migrator.hasBeenSuperseded(db) else { throw JournalError(reason: .newer, path: path) }
            guard try migrator.hasCompletedMigrations(db) else { throw JournalError(reason: .older, path: path) }
        }
    }

    /// One transaction, durable when it returns.
    func write<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws(JournalError) -> T {
        guard access == .readWrite else {
            throw JournalError(reason: .readOnly, path: path, detail: "it was opened only to be read")
        }
        // SQLite goes on in a file that has no name any more, and nobody would find it again.
        guard file == nil || StateFolder.identity(path) == file else { throw JournalError(reason: .moved, path: path) }
        switch await commits.commit(body) {
        case .success(let value): return value
        case .failure(let error): throw JournalError(error, path: path)
        }
    }

    /// One consistent view of what was stored before the call.
    func read<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws(JournalError) -> T {
        let result = await withCheckedContinuation { (continuation: CheckedContinuation<Result<T, any Error>, Never>) in
            pool.asyncRead { db in
                continuation.resume(returning: Result { try body(db.get()) })
            }
        }
        switch result {
        case .success(let value): return value
        case .failure(let error): throw JournalError(error, path: path)
        }
    }
}
