import GRDB
import MailModel

// Facts about many messages come in long runs of one kind, and a statement for each costs more than what it changes.

extension [JournalFact] {
    /// Shorter runs are stored one by one.
    private static let shortestRun = 4

    /// Stores facts in their order, those of a long run with one statement or two.
    func store(in db: Database) throws {
        var rest = self[...]
        while let first = rest.first {
            let kind = first.runKind
            let run = rest.prefix { $0.runKind == kind }
            rest = rest.dropFirst(run.count)
            if run.count < Self.shortestRun {
                for fact in run { try fact.store(in: db) }
                continue
            }
            switch kind {
            case .begins: try run.begin(in: db)
            case .finishes: try run.finish(in: db)
            case .takesOut: try run.takeOut(in: db)
            case nil: for fact in run { try fact.store(in: db) }
            }
        }
    }
}

/// Facts that change one kind of thing, each another one, and so may be stored in any order.
private enum RunKind: Hashable {
    /// Steps that are begun, and with them their plans.
    case begins
    /// Steps that are done.
    case finishes
    case takesOut
}

extension JournalFact {
    fileprivate var runKind: RunKind? {
        switch self {
        case .stepBegun, .planState(_, .running, error: nil): .begins
        case .stepFinished(_, .done, _, at: _): .finishes
        case .takenOut: .takesOut
        default: nil
        }
    }
}

/// What steps that are begun together have in common.
private struct Beginning: Hashable {
    var precondition: StepPrecondition
    var time: Int64
}

/// What messages that are taken out together have in common.
private struct Leaving: Hashable {
    var account: AccountName
    var mailbox: MailboxName
    var time: Int64
}

extension ArraySlice<JournalFact> {
    fileprivate func begin(in db: Database) throws {
        var steps: [Beginning: [Int64]] = [:]
        var plans: Set<Int64> = []
        for fact in self {
            switch fact {
            case .stepBegun(let step, let precondition, at: let time):
                steps[Beginning(precondition: precondition, time: time), default: []].append(step.rawValue)
            case .planState(let plan, _, error: _): plans.insert(plan.rawValue)
            default: try fact.store(in: db)
            }
        }
        if !plans.isEmpty {
            try db.changeAll(
                "UPDATE plan SET state = 'running', error = NULL WHERE id IN (SELECT value FROM json_each(?))",
                [Journal.list(Array(plans))], count: plans.count, otherwise: "one of \(plans.count) plans is not there")
        }
        for (beginning, steps) in steps {
            try db.changeAll(
                """
                UPDATE step SET state = 'begun', precondition = ?, begun_at = ?, finished_at = NULL, outcome = NULL,
                    attempt = attempt + 1
                WHERE id IN (SELECT value FROM json_each(?)) AND released = 1 AND state = 'waiting'
                """, [beginning.precondition.storedJSON, beginning.time, Journal.list(steps)], count: steps.count,
                otherwise: "one of \(steps.count) steps may not begin")
        }
    }

    fileprivate func finish(in db: Database) throws {
        var outcomes: [Int64: [(step: Int64, outcome: StepOutcome?)]] = [:]
        var known: Set<Int64> = []
        for case .stepFinished(let step, _, let outcome, at: let time) in self {
            known.insert(step.rawValue)
            outcomes[time, default: []].append((step.rawValue, outcome))
        }
        // What a mirror has to be told differs from step to step.
        guard known.count == count, try db.count("SELECT EXISTS (SELECT 1 FROM mirror)") == 0 else {
            for fact in self { try fact.store(in: db) }
            return
        }
        for (time, steps) in outcomes {
            var json = JSONText()
            json.array { json in
                for (step, outcome) in steps {
                    json.array { json in
                        json.number(step)
                        if let outcome { json.string(outcome.storedJSON) }
                    }
                }
            }
            try db.changeAll(
                """
                UPDATE step SET state = 'done', outcome = coalesce(new.outcome, step.outcome), finished_at = ?,
                    not_before = NULL
                FROM (
                    SELECT json_extract(value, '$[0]') AS id, json_extract(value, '$[1]') AS outcome FROM json_each(?)
                ) AS new
                WHERE step.id = new.id
                """, [time, json.text], count: steps.count, otherwise: "one of \(steps.count) steps is not there")
        }
    }

    fileprivate func takeOut(in db: Database) throws {
        var keys: [Leaving: [String]] = [:]
        for case .takenOut(let account, let mailbox, let identity, at: let time) in self {
            keys[Leaving(account: account, mailbox: mailbox, time: time), default: []].append(identity.rawValue)
        }
        for (leaving, keys) in keys {
            try db.run(
                """
                INSERT OR REPLACE INTO taken_out (account, mailbox, key, at)
                SELECT ?, ?, value, ? FROM json_each(?)
                """,
                [leaving.account.rawValue, leaving.mailbox.rawValue, leaving.time, Journal.list(keys)])
        }
    }
}

extension Database {
    /// Runs a statement that must change so many rows.
    fileprivate func changeAll(
        _ sql: String, _ arguments: StatementArguments, count: Int, otherwise refusal: String
    ) throws {
        try run(sql, arguments)
        guard changesCount == count else { throw RefusedFact(detail: refusal) }
    }

    /// Finishes those of the plans of which every step is done, the usual ending; gives the others.
    ///
    /// An undo also changes the plan that it takes back, and what takes back is not what a plan wanted.
    func finishDone(_ plans: Set<PlanID>) throws -> Set<PlanID> {
        let finished = try Int64.fetchAll(
            cachedStatement(
                sql: """
                    UPDATE plan SET state = 'done', error = NULL
                    WHERE id IN (SELECT value FROM json_each(?)) AND +state IN ('planned', 'running')
                        AND trigger NOT LIKE 'undo:%'
                        AND EXISTS (SELECT 1 FROM step WHERE step.plan = plan.id)
                        AND NOT EXISTS (
                            SELECT 1 FROM step WHERE step.plan = plan.id
                                AND (step.state <> 'done' OR json_extract(step.arguments, '$.takesBack') IS NOT NULL))
                    RETURNING id
                    """), arguments: [Journal.list(plans.map(\.rawValue))])
        return plans.subtracting(finished.map(PlanID.init))
    }
}
