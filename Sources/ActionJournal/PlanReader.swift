import GRDB
import MailModel

// Plans, steps and outbox rows as they are read.

/// Reads plans and steps; values that repeat are decoded once.
struct PlanReader {
    let db: Database
    private var actions = StoredDecoder<[PlannedAction]>()
    private var arguments = StoredDecoder<StepArguments>()
    private var preconditions = StoredDecoder<StepPrecondition>()

    init(_ db: Database) { self.db = db }

    /// What the queries that give plans select.
    static let columns = PlanColumn.list

    /// The plans that the query gives with all of their steps, in its order.
    mutating func work(_ sql: String, _ arguments: StatementArguments) throws -> [PlanWork] {
        var plans: [PlanRecord] = []
        // Row by row: a copy of each takes as long as all that is read from it.
        let rows = try db.cursor(sql, arguments)
        while let row = try rows.next() { plans.append(try plan(StoredRow(row: row))) }
        return try work(plans)
    }

    private mutating func work(_ plans: [PlanRecord]) throws -> [PlanWork] {
        if plans.isEmpty { return [] }
        let steps = try steps(of: plans.map(\.id))
        return plans.map { PlanWork(plan: $0, steps: steps[$0.id] ?? []) }
    }

    /// The plans of these rows with everything that was ever noted of them, in the rows' order.
    mutating func views(_ rows: [Row]) throws -> [PlanView] {
        if rows.isEmpty { return [] }
        let work = try work(rows.map { try plan(StoredRow(row: $0)) })
        let plans = Journal.list(work.map(\.plan.id.rawValue))
        let rules = try rules(of: plans)
        let evidence = try evidence(of: plans)
        return try work.map { work in
            PlanView(
                plan: work.plan, rules: rules[work.plan.id] ?? [], evidence: evidence[work.plan.id] ?? [],
                steps: work.steps, cameToPass: try cameToPass(work.plan))
        }
    }

    /// What became of delayed actions that have no timer any more.
    private func cameToPass(_ plan: PlanRecord) throws -> [Int: StepState] {
        let delayed = plan.actions.indices.filter { plan.actions[$0].after != nil }
        // What is only proposed has no timers yet, and what is held keeps them.
        if delayed.isEmpty || plan.state == .proposed { return [:] }
        let waiting = Set(
            try db.rows("SELECT action FROM timer WHERE plan = ?", [plan.id.rawValue]).map {
                try $0.decode(Int.self, forColumn: "action")
            })
        let over = delayed.filter { !waiting.contains($0) }
        if over.isEmpty { return [:] }
        let followers = Dictionary(
            try db.followers(of: plan.id).map { ($0.plan.trigger, $0) }, uniquingKeysWith: { first, _ in first })
        let parts = plan.delayed
        var states: [Int: StepState] = [:]
        for index in over {
            states[index] = .superseded
            guard let part = parts.part(of: index), let follower = followers[part.trigger(of: plan.id)] else {
                continue
            }
            let view = PlanView(plan: follower.plan, rules: [], evidence: [], steps: follower.steps)
            let actions = view.actions
            let own = parts.places(of: index, in: part).filter(actions.indices.contains).map { actions[$0].state }
            states[index] = PlanView.leastFinished(own)
        }
        return states
    }

    private mutating func plan(_ row: StoredRow<PlanColumn>) throws -> PlanRecord {
        PlanRecord(
            id: PlanID(try row[.id]),
            key: MessageKey(
                account: try row.value(.account, AccountName.init), mailbox: try row.value(.mailbox, MailboxName.init),
                uidValidity: try row.number(.uidValidity, UIDValidity.init), uid: try row.number(.uid, UID.init)),
            identity: MessageIdentity(rawValue: try row[.identity]),
            trigger: try row.value(.trigger, PlanTrigger.init(stored:)),
            time: try row[.time],
            headline: MessageHeadline(
                messageID: try row[.messageID], subject: try row[.subject], from: try row[.sender]),
            event: try row[.event],
            generation: try row[.generation],
            state: try row.value(.state, PlanState.init),
            actions: try actions.value(try row[.actions]),
            error: try row[.error],
            flags: Set(stored: try row[.flags]),
            flagChange: (try row[.flagChange] as String?).map(FlagDifference.init(stored:))
        )
    }

    private mutating func step(_ row: StoredRow<StepColumn>) throws -> StepRecord {
        StepRecord(
            id: StepID(try row[.id]),
            plan: PlanID(try row[.plan]),
            position: try row[.position],
            actionIndex: try row[.action],
            kind: try row.value(.kind, StepKind.init),
            arguments: try arguments.value(try row[.arguments]),
            state: try row.value(.state, StepState.init),
            released: try row[.released],
            precondition: try (try row[.precondition] as String?).map { try preconditions.value($0) },
            outcome: try (try row[.outcome] as String?).map(StepOutcome.init(storedJSON:)),
            attempt: try row[.attempt],
            notBefore: try row[.notBefore],
            begunAt: try row[.begunAt],
            finishedAt: try row[.finishedAt]
        )
    }

    private mutating func steps(of plans: [PlanID]) throws -> [PlanID: [StepRecord]] {
        let list = Journal.list(plans.map(\.rawValue))
        let outbox = try outbox(of: list)
        var steps: [PlanID: [StepRecord]] = [:]
        let rows = try db.cursor(
            "SELECT \(StepColumn.list) FROM step WHERE plan IN (SELECT value FROM json_each(?)) ORDER BY plan, position",
            [list])
        while let row = try rows.next() {
            var step = try step(StoredRow(row: row))
            step.outbox = outbox[step.id] ?? []
            steps[step.plan, default: []].append(step)
        }
        return steps
    }

    private func outbox(of plans: String) throws -> [StepID: [OutboxEntry]] {
        var outbox: [StepID: [OutboxEntry]] = [:]
        var indices: [OutboxID: (step: StepID, index: Int)] = [:]
        for row in try db.rows(
            Journal.outbox + " WHERE step.plan IN (SELECT value FROM json_each(?)) ORDER BY outbox.id", [plans])
        {
            let entry = try row.outboxEntry()
            indices[entry.id] = (entry.step, outbox[entry.step]?.count ?? 0)
            outbox[entry.step, default: []].append(entry)
        }
        if outbox.isEmpty { return [:] }
        for row in try db.rows(
            """
            SELECT attempt.* FROM step JOIN outbox ON outbox.step = step.id JOIN attempt ON attempt.outbox = outbox.id
            WHERE step.plan IN (SELECT value FROM json_each(?)) ORDER BY attempt.outbox, attempt.number
            """, [plans])
        {
            guard let place = indices[OutboxID(try row.decode(forColumn: "outbox"))] else { continue }
            outbox[place.step]?[place.index].attempts.append(try row.outboxAttempt())
        }
        return outbox
    }

    private func evidence(of plans: String) throws -> [PlanID: [RuleEvidence]] {
        var evidence: [PlanID: [RuleEvidence]] = [:]
        let rows = try db.cursor(
            "SELECT plan, evidence FROM plan_evidence WHERE plan IN (SELECT value FROM json_each(?))", [plans])
        while let row = try rows.next() {
            evidence[PlanID(try row.decode(forColumn: "plan"))] =
                try row.value("evidence", [RuleEvidence].init(storedJSON:))
        }
        return evidence
    }

    private func rules(of plans: String) throws -> [PlanID: [String]] {
        var rules: [PlanID: [String]] = [:]
        for row in try db.rows(
            "SELECT plan, rule FROM plan_rule WHERE plan IN (SELECT value FROM json_each(?)) ORDER BY plan, position",
            [plans])
        {
            rules[PlanID(try row.decode(forColumn: "plan")), default: []].append(try row.decode(forColumn: "rule"))
        }
        return rules
    }
}

extension Row {
    func outboxEntry() throws -> OutboxEntry {
        OutboxEntry(
            id: OutboxID(try decode(forColumn: "id")),
            plan: PlanID(try decode(forColumn: "plan")),
            step: StepID(try decode(forColumn: "step")),
            account: try account(),
            identity: MessageIdentity(rawValue: try decode(forColumn: "identity")),
            draft: OutboxDraft(
                recipient: try decode(forColumn: "recipient"), sender: try decode(forColumn: "sender"),
                messageID: try decode(forColumn: "message_id"),
                spool: try decode(forColumn: "spool"), policy: try value("policy", UnknownPolicy.init)),
            state: try value("state", OutboxState.init),
            notBefore: try decode(forColumn: "not_before"),
            begun: try decode(forColumn: "begun")
        )
    }

    fileprivate func outboxAttempt() throws -> OutboxAttempt {
        OutboxAttempt(
            time: try decode(forColumn: "time"), result: try value("result", AttemptResult.init),
            text: try decode(forColumn: "text"))
    }
}

extension Database {
    /// The plans that a query gives, which selects `PlanReader.columns`.
    func work(_ sql: String, _ arguments: StatementArguments) throws -> [PlanWork] {
        var reader = PlanReader(self)
        return try reader.work(sql, arguments)
    }

    func views(_ plans: [Row]) throws -> [PlanView] {
        var reader = PlanReader(self)
        return try reader.views(plans)
    }
}
