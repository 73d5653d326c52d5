import GRDB

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension Journal {
    /// Writes a consistent copy of the journal: one file, for its owner alone, that takes the journal's place when it is
    /// put there. Works while a writer is at work; what is stored meanwhile is in it as a whole or not at all.
    ///
    /// Blocks while it copies. The name appears when the copy is complete, checked and on the disk.
    ///
    /// - Throws: `inaccessible` when the name is taken; nothing is left behind then or after any other fault.
    public func backUp(to file: String) throws(JournalError) {
        let draft = file + ".part"
        guard !StateFolder.exists(file) else {
            throw JournalError(reason: .inaccessible, path: file, detail: "it is there already; name another file")
        }
        unlink(draft)
        defer { unlink(draft) }
        try StateFolder.prepareFile(draft)
        do {
            try copyPages(to: draft)
        } catch {
            throw JournalError(error, path: file)
        }
        try SyncedFile.synchronise(draft)
        // A link, because it takes no other file's place.
        guard link(draft, file) == 0 else { throw StateFolder.fault(at: file) }
        try SyncedFile.synchroniseFolder(of: file)
    }

    private func copyPages(to file: String) throws {
        var configuration = Configuration()
        configuration.label = "backup"
        let copy = try DatabaseQueue(path: file, configuration: configuration)
        defer { try? copy.close() }
        try pool.backup(to: copy)
        try copy.writeWithoutTransaction { db in
            // One file without a log beside it.
            try db.execute(sql: "PRAGMA journal_mode = DELETE")
            let verdict = try String.fetchOne(db, sql: "PRAGMA quick_check")
            guard verdict == "ok" else {
                throw JournalError(reason: .corrupt, path: file, detail: verdict ?? "")
            }
        }
    }
}
