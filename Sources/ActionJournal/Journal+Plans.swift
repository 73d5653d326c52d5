import GRDB
import MailModel

extension Journal {
    /// Plans with everything that was noted of them, in the order of their numbers.
    ///
    /// All of them are held in memory: give a limit, and page with `after` or `before`.
    public func plans(_ query: PlanQuery) async throws(JournalError) -> [PlanView] {
        let (sql, arguments) = query.statement()
        return try await read { db in try db.views(db.rows(sql, arguments)) }
    }

    /// The number of the newest plan; `nil` while there is none.
    public func latestPlan() async throws(JournalError) -> PlanID? {
        try await read { db in
            try db.number("SELECT max(id) FROM plan").map(PlanID.init)
        }
    }

    public func counts() async throws(JournalError) -> JournalCounts {
        try await read { db in
            var counts = JournalCounts()
            for row in try db.rows("SELECT state, count(*) AS count FROM plan GROUP BY state") {
                counts.plans[try row.value("state", PlanState.init)] = try row.decode(forColumn: "count")
            }
            for row in try db.rows("SELECT state, count(*) AS count FROM outbox GROUP BY state") {
                counts.outbox[try row.value("state", OutboxState.init)] = try row.decode(forColumn: "count")
            }
            counts.timers = try db.count("SELECT count(*) FROM timer")
            return counts
        }
    }

    /// Forgets plans that were decided before then and are finished, at most `limit` of them, oldest first.
    ///
    /// A plan with an open step, an unsent message or a delayed action stays. Gives how many were forgotten.
    public func prune(before: Int64, limit: Int) async throws(JournalError) -> Int {
        try await write { db in
            try db.run(
                """
                DELETE FROM plan WHERE id IN (
                    SELECT id FROM plan WHERE time < ? AND NOT \(Self.isUnderWay) ORDER BY time LIMIT ?)
                """, [before, limit])
            return db.changesCount
        }
    }
}

extension PlanQuery {
    func statement() -> (sql: String, arguments: StatementArguments) {
        var conditions: [String] = []
        var arguments: StatementArguments = []
        func narrow(_ condition: String, _ values: StatementArguments) {
            conditions.append(condition)
            arguments += values
        }
        if let ids { narrow("id IN (SELECT value FROM json_each(?))", [Journal.list(ids.map(\.rawValue))]) }
        if let after { narrow("id > ?", [after.rawValue]) }
        if let before { narrow("id < ?", [before.rawValue]) }
        if let since { narrow("time >= ?", [since]) }
        if let until { narrow("time < ?", [until]) }
        if let rule {
            narrow("id IN (SELECT plan FROM plan_rule WHERE rule = ? AND time >= ?)", [rule, since ?? .min])
        }
        // The plus keeps SQLite from sorting a whole account by an index: plans are met in the order of their numbers.
        if let account { narrow("+account = ?", [account.rawValue]) }
        if let mailbox { narrow("+mailbox = ?", [mailbox.rawValue]) }
        if let messageID { narrow("message_id = ?", [Self.withoutBrackets(messageID)]) }
        if let identity { narrow("identity = ?", [identity.rawValue]) }
        if let key {
            narrow(
                "account = ? AND mailbox = ? AND uid_validity = ? AND uid = ?",
                [key.account.rawValue, key.mailbox.rawValue, key.uidValidity.rawValue, key.uid.rawValue])
        }
        if let trigger { narrow("trigger = ?", [trigger.description]) }
        if let triggerKind {
            // `;` is the character after `:`.
            narrow(
                "(trigger = ? OR (trigger > ? AND trigger < ?))", [triggerKind, "\(triggerKind):", "\(triggerKind);"])
        }
        if let states {
            narrow("state IN (SELECT value FROM json_each(?))", [Journal.list(states.map(\.rawValue))])
        }
        var sql = "SELECT \(PlanReader.columns) FROM plan"
        if !conditions.isEmpty { sql += " WHERE " + conditions.joined(separator: " AND ") }
        sql += " ORDER BY id" + (newestFirst ? " DESC" : "")
        if let limit {
            sql += " LIMIT ?"
            arguments += [max(0, limit)]
        }
        return (sql, arguments)
    }

    static func withoutBrackets(_ messageID: String) -> String {
        guard messageID.hasPrefix("<"), messageID.hasSuffix(">"), messageID.count > 2 else { return messageID }
        return String(messageID.dropFirst().dropLast())
    }
}
