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

    /// How many plans of a trigger there are, by their states; states without plans are left out.
    public func planCounts(of trigger: PlanTrigger) async throws(JournalError) -> [PlanState: Int] {
        try await read { db in
            var counts: [PlanState: Int] = [:]
            for row in try db.rows(
                "SELECT state, count(*) AS count FROM plan WHERE trigger = ? GROUP BY state", [trigger.description])
            {
                counts[try row.value("state", PlanState.init)] = try row.decode(forColumn: "count")
            }
            return counts
        }
    }

    /// For so long, in seconds, what was sent is known for ours, whatever `keep` says: bounces come late, and what goes round
    /// comes later (FAULTS, loops).
    public static let sentMemory: Int64 = 30 * 86_400

    /// Forgets what was decided before then and is finished, at most `limit` plans, oldest first; and with it saved
    /// sweeps, and what rules remembered up to then.
    ///
    /// A plan with an open step, an unsent message or a delayed action stays. So does one that sent something in the last
    /// thirty days. Which messages were seen, taken out of a folder, or sent to somebody is never forgotten here. Gives how
    /// many plans were forgotten.
    public func prune(before: Int64, limit: Int, now: Int64) async throws(JournalError) -> Int {
        try await write { db in
            try db.run(
                """
                DELETE FROM plan WHERE id IN (
                    SELECT id FROM plan WHERE time < ?1 AND NOT \(Self.isUnderWay)
                        AND (time < ?2 OR NOT EXISTS (
                            SELECT 1 FROM step JOIN outbox ON outbox.step = step.id WHERE step.plan = plan.id))
                    ORDER BY time LIMIT ?3)
                """, [before, now - Self.sentMemory, limit])
            let count = db.changesCount
            try db.run("DELETE FROM saved_sweep WHERE time < ?", [before])
            try db.run("DELETE FROM rule_state WHERE expires < ?", [before])
            return count
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
