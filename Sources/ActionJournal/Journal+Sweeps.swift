import GRDB

extension Journal {
    /// Saves what a sweep showed, under a number that is never used again.
    ///
    /// - Parameters:
    ///   - query: what the sweep was asked (JSON).
    ///   - rows: one line of JSON for each plan; more can follow by `appendSweep`.
    public func saveSweep(time: Int64, query: String, rows: [String]) async throws(JournalError) -> Int64 {
        try await write { db in
            try db.run("INSERT INTO saved_sweep (time, query) VALUES (?, ?)", [time, query])
            let number = db.lastInsertedRowID
            try Self.append(rows, number: number, in: db)
            return number
        }
    }

    /// Adds rows behind those that the sweep has; a large sweep need not be in memory at once.
    public func appendSweep(_ number: Int64, rows: [String]) async throws(JournalError) {
        try await write { db in try Self.append(rows, number: number, in: db) }
    }

    /// `nil`: there is no such sweep.
    public func savedSweep(_ number: Int64) async throws(JournalError) -> SavedSweep? {
        try await read { db in
            try db.row(
                """
                SELECT *, (SELECT count(*) FROM saved_sweep_row WHERE number = saved_sweep.number) AS count
                FROM saved_sweep WHERE number = ?
                """, [number]
            ).map { SavedSweep(number: $0["number"], time: $0["time"], query: $0["query"], count: $0["count"]) }
        }
    }

    /// The rows from a position on, in the order they were saved.
    public func sweepRows(_ number: Int64, from position: Int, limit: Int) async throws(JournalError) -> [String] {
        try await read { db in
            try db.texts(
                "SELECT row FROM saved_sweep_row WHERE number = ? AND position >= ? ORDER BY position LIMIT ?",
                [number, position, limit]
            )
        }
    }

    private static func append(_ rows: [String], number: Int64, in db: Database) throws {
        var position = try db.count(
            "SELECT coalesce(max(position) + 1, 0) FROM saved_sweep_row WHERE number = ?", [number])
        for row in rows {
            try db.run("INSERT INTO saved_sweep_row (number, position, row) VALUES (?, ?, ?)", [number, position, row])
            position += 1
        }
    }
}
