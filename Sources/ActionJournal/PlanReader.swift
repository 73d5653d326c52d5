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

    /// The plans of these rows with all of their steps, in the rows' order.
    mutating func work(_ rows: [Row]) throws -> [PlanWork] {
        if rows.isEmpty { return [] }
        let plans = try rows.map { try plan($0) }
        let steps = try steps(of: plans.map(\.id))
        return plans.map { PlanWork(plan: $0, steps: steps[$0.id] ?? []) }
    }

    /// The plans of these rows with everything that was ever noted of them, in the rows' order.
    mutating func views(_ rows: [Row]) throws -> [PlanView] {
        if rows.isEmpty { return [] }
        let work = try work(rows)
        let rules = try rules(of: work.map(\.plan.id))
        return try zip(work, rows).map { work, row in
            PlanView(
                plan: work.plan, rules: rules[work.plan.id] ?? [],
                evidence: try row.value("evidence", [RuleEvidence].init(storedJSON:)), steps: work.steps)
        }
    }

    private mutating func plan(_ row: Row) throws -> PlanRecord {
        PlanRecord(
            id: PlanID(row["id"]),
            key: try row.messageKey(),
            identity: MessageIdentity(rawValue: row["identity"]),
            trigger: try row.value("trigger", PlanTrigger.init(stored:)),
            time: row["time"],
            headline: MessageHeadline(messageID: row["message_id"], subject: row["subject"], from: row["sender"]),
            event: row["event"],
            generation: row["generation"],
            state: try row.value("state", PlanState.init),
            actions: try actions.value(row["actions"]),
            error: row["error"],
            flags: Set(stored: row["flags"])
        )
    }

    private mutating func step(_ row: Row) throws -> StepRecord {
        StepRecord(
            id: StepID(row["id"]),
            plan: PlanID(row["plan"]),
            position: row["position"],
            actionIndex: row["action"],
            kind: try row.value("kind", StepKind.init),
            arguments: try arguments.value(row["arguments"]),
            state: try row.value("state", StepState.init),
            released: row["released"],
            precondition: try (row["precondition"] as String?).map { try preconditions.value($0) },
            outcome: try (row["outcome"] as String?).map(StepOutcome.init(storedJSON:)),
            attempt: row["attempt"],
            notBefore: row["not_before"],
            begunAt: row["begun_at"],
            finishedAt: row["finished_at"]
        )
    }

    private mutating func steps(of plans: [PlanID]) throws -> [PlanID: [StepRecord]] {
        let list = Journal.list(plans.map(\.rawValue))
        let outbox = try outbox(of: list)
        var steps: [PlanID: [StepRecord]] = [:]
        for row in try db.rows(
            "SELECT * FROM step WHERE plan IN (SELECT value FROM json_each(?)) ORDER BY plan, position", [list])
        {
            var step = try step(row)
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
            guard let place = indices[OutboxID(row["outbox"])] else { continue }
            outbox[place.step]?[place.index].attempts.append(try row.outboxAttempt())
        }
        return outbox
    }

    private func rules(of plans: [PlanID]) throws -> [PlanID: [String]] {
        var rules: [PlanID: [String]] = [:]
        for row in try db.rows(
            "SELECT plan, rule FROM plan_rule WHERE plan IN (SELECT value FROM json_each(?)) ORDER BY plan, position",
            [Journal.list(plans.map(\.rawValue))])
        {
            rules[PlanID(row["plan"]), default: []].append(row["rule"])
        }
        return rules
    }
}

extension Row {
    func outboxEntry() throws -> OutboxEntry {
        OutboxEntry(
            id: OutboxID(self["id"]),
            plan: PlanID(self["plan"]),
            step: StepID(self["step"]),
            account: try account(),
            identity: MessageIdentity(rawValue: self["identity"]),
            draft: OutboxDraft(
                recipient: self["recipient"], sender: self["sender"], messageID: self["message_id"],
                spool: self["spool"], policy: try value("policy", UnknownPolicy.init)),
            state: try value("state", OutboxState.init),
            notBefore: self["not_before"],
            begun: self["begun"]
        )
    }

    fileprivate func outboxAttempt() throws -> OutboxAttempt {
        OutboxAttempt(time: self["time"], result: try value("result", AttemptResult.init), text: self["text"])
    }
}

extension Database {
    func work(_ plans: [Row]) throws -> [PlanWork] {
        var reader = PlanReader(self)
        return try reader.work(plans)
    }

    func views(_ plans: [Row]) throws -> [PlanView] {
        var reader = PlanReader(self)
        return try reader.views(plans)
    }
}
