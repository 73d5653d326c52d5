import GRDB
import MailModel

extension Journal {
    /// Plans of the account that can be carried on with now, oldest first: `planned` or `running`, with at least one
    /// step that is unfinished, released and due. All of their steps come along, in the order of their positions.
    ///
    /// With `kinds` only steps of these kinds count as work, with `plans` only these plans. Costs two index look-ups when there is nothing to do.
    public func openWork(
        account: AccountName, mailbox: MailboxName?, now: Int64, limit: Int, kinds: Set<StepKind>? = nil,
        plans: Set<PlanID>? = nil
    ) async throws(JournalError) -> [PlanWork] {
        let query = Self.openWorkQuery(account, mailbox, now, limit, kinds, plans)
        return try await read { db in try db.work(query.sql, query.arguments) }
    }

    /// What `openWork` and `beganSteps` give, as of one moment.
    public func openAndBegunWork(
        account: AccountName, mailbox: MailboxName, now: Int64, limit: Int, kinds: Set<StepKind>
    ) async throws(JournalError) -> (open: [PlanWork], begun: [PlanWork]) {
        let query = Self.openWorkQuery(account, mailbox, now, limit, kinds, nil)
        return try await read { db in
            (try db.work(query.sql, query.arguments), try db.work(Self.beganStepsQuery, [account.rawValue]))
        }
    }

    private static func openWorkQuery(
        _ account: AccountName, _ mailbox: MailboxName?, _ now: Int64, _ limit: Int, _ kinds: Set<StepKind>?,
        _ plans: Set<PlanID>?
    ) -> (sql: String, arguments: StatementArguments) {
        var conditions = ""
        var arguments: StatementArguments = [account.rawValue]
        if let mailbox {
            conditions += " AND plan.mailbox = ?"
            arguments += [mailbox.rawValue]
        }
        if let plans {
            conditions += " AND plan.id IN (SELECT value FROM json_each(?))"
            arguments += [Self.list(plans.map(\.rawValue))]
        }
        arguments += [now]
        var ofKind = ""
        if let kinds {
            ofKind = " AND step.kind IN (SELECT value FROM json_each(?))"
            arguments += [Self.list(kinds.map(\.rawValue))]
        }
        arguments += [limit]
        let sql = """
            SELECT \(PlanReader.columns) FROM plan WHERE state IN ('planned', 'running') AND account = ?\(conditions)
                AND EXISTS (
                    SELECT 1 FROM step WHERE step.plan = plan.id AND step.state IN ('waiting', 'begun')
                        AND step.released = 1 AND (step.not_before IS NULL OR step.not_before <= ?)\(ofKind)
                        AND (step.kind IN ('submit', 'notify', 'pipe') OR NOT EXISTS (
                            SELECT 1 FROM step AS earlier WHERE earlier.plan = step.plan
                                AND earlier.kind NOT IN ('submit', 'notify', 'pipe')
                                AND earlier.position < step.position AND earlier.state NOT IN ('done', 'superseded')
                                AND (earlier.state <> 'failed'
                                    OR json_extract(step.arguments, '$.takesBack') IS NULL))))
            ORDER BY id LIMIT ?
            """
        return (sql, arguments)
    }

    /// When a waiting step of the account that is not due yet will be; `nil`: none waits for its time.
    ///
    /// Whoever waits asks again and again: as long as nobody has written here, the answer is the one before.
    public func nextStepDue(account: AccountName, after now: Int64) async throws(JournalError) -> Int64? {
        let version = commits.version
        if let known = dueLooks.withLock({ $0[account] }), known.holds(at: now, version: version) { return known.due }
        let due = try await stepDue(account, after: now)
        dueLooks.withLock { $0[account] = DueLook(due: due, now: now, version: version) }
        return due
    }

    private func stepDue(_ account: AccountName, after now: Int64) async throws(JournalError) -> Int64? {
        try await read { db in
            try db.number(
                """
                SELECT min(step.not_before) FROM plan JOIN step ON step.plan = plan.id
                WHERE plan.state IN ('planned', 'running') AND plan.account = ? AND step.state IN ('waiting', 'begun')
                    AND step.released = 1 AND step.not_before > ?
                """, [account.rawValue, now])
        }
    }

    /// For recovery: every plan of the account with a step that was begun and not finished, oldest first, whatever
    /// state the plan is in.
    public func beganSteps(account: AccountName) async throws(JournalError) -> [PlanWork] {
        try await read { db in try db.work(Self.beganStepsQuery, [account.rawValue]) }
    }

    private static let beganStepsQuery = """
        SELECT \(PlanReader.columns) FROM plan WHERE account = ? AND id IN (SELECT plan FROM step WHERE state = 'begun')
        ORDER BY id
        """

    /// One plan with all of its steps.
    public func work(_ plan: PlanID) async throws(JournalError) -> PlanWork? {
        try await read { db in
            try db.work("SELECT \(PlanReader.columns) FROM plan WHERE id = ?", [plan.rawValue]).first
        }
    }

    /// Rows that are to be sent now, the longest due first: `ready`, and `unknown` under `resend`.
    ///
    /// Rows of plans that are held, proposed, superseded or taken back stay out.
    public func dueOutbox(
        account: AccountName? = nil, now: Int64, limit: Int
    ) async throws(JournalError) -> [OutboxEntry] {
        var sql = Self.sendableOutbox + " AND coalesce(outbox.not_before, 0) <= ?"
        var arguments: StatementArguments = [now]
        if let account {
            sql += " AND plan.account = ?"
            arguments += [account.rawValue]
        }
        sql += " ORDER BY coalesce(outbox.not_before, 0), outbox.id LIMIT ?"
        arguments += [limit]
        return try await read { [sql, arguments] db in try db.rows(sql, arguments).map { try $0.outboxEntry() } }
    }

    /// When the next row is due, in seconds since 1970 (0: at once); `nil`: nothing waits to be sent.
    public func nextOutboxDue(account: AccountName? = nil) async throws(JournalError) -> Int64? {
        var sql = Self.sendableOutbox
        var arguments: StatementArguments = []
        if let account {
            sql += " AND plan.account = ?"
            arguments += [account.rawValue]
        }
        let query = "SELECT min(coalesce(not_before, 0)) FROM (\(sql))"
        return try await read { [arguments] db in try db.number(query, arguments) }
    }

    /// For recovery: rows that an earlier run had in hand, `begun` (nothing arrived) or `dotSent` (unknown).
    public func begunOutbox(account: AccountName? = nil) async throws(JournalError) -> [OutboxEntry] {
        var sql = Self.outbox + " WHERE outbox.state IN ('begun', 'dot_sent')"
        var arguments: StatementArguments = []
        if let account {
            sql += " AND plan.account = ?"
            arguments += [account.rawValue]
        }
        return try await read { [sql, arguments] db in
            try db.rows(sql + " ORDER BY outbox.id", arguments).map { try $0.outboxEntry() }
        }
    }

    static let outbox = """
        SELECT outbox.*, step.plan, plan.account, plan.identity
        FROM outbox JOIN step ON step.id = outbox.step JOIN plan ON plan.id = step.plan
        """

    private static let sendableOutbox = """
        \(outbox)
        WHERE (outbox.state = 'ready' OR (outbox.state = 'unknown' AND outbox.policy = 'resend'))
            AND plan.state NOT IN ('proposed', 'held', 'superseded', 'rolled_back', 'undone')
        """

    /// Any number of values as one argument, for `json_each`.
    static func list(_ texts: [String]) -> String {
        var json = JSONText()
        json.strings(texts)
        return json.text
    }

    static func list(_ numbers: [Int64]) -> String {
        "[" + numbers.map(String.init).joined(separator: ",") + "]"
    }
}

/// When the next step was due, as somebody found it.
struct DueLook {
    var due: Int64?
    /// When that was asked, by the clock of whoever asked.
    var now: Int64
    /// What had been written then.
    var version: Int

    func holds(at time: Int64, version current: Int) -> Bool {
        version == current && time >= now && time < due ?? .max
    }
}
