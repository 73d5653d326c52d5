import GRDB
import MailModel

// A sweep stores decisions by the thousand, most of them plain: a statement for many of them costs less than half of one
// for each, since SQLite prepares a table's constraints anew with every statement.

extension [DecisionRow] {
    /// Rows of one statement.
    fileprivate static let together = 16

    /// Stores decisions in their order, plain ones many at a time.
    func store(in db: Database) throws -> [(RecordedDecision, RuleHold?)] {
        var stored: [(RecordedDecision, RuleHold?)] = []
        var rest = self[...]
        while let first = rest.first {
            let run = rest.prefix(Self.together)
            if run.count == Self.together, run.allSatisfy({ $0.isPlain && $0.isBeside(first) }) {
                stored += try run.storeTogether(in: db)
                rest = rest.dropFirst(Self.together)
            } else {
                stored.append(try first.store(in: db))
                rest = rest.dropFirst()
            }
        }
        return stored
    }
}

extension DecisionRow {
    /// Whether its rows depend on nothing that is stored with them.
    fileprivate var isPlain: Bool {
        decision.makesPlan && decision.limits.isEmpty && decision.timers.isEmpty && decision.finishedTimers.isEmpty
            && steps.allSatisfy { $0.draft.omitted == nil && $0.draft.outbox.isEmpty }
    }

    /// Whether it is about the same mailbox.
    fileprivate func isBeside(_ other: DecisionRow) -> Bool {
        let (key, otherKey) = (decision.key, other.decision.key)
        return key.account == otherKey.account && key.mailbox == otherKey.mailbox
            && key.uidValidity == otherKey.uidValidity
    }
}

extension ArraySlice<DecisionRow> {
    fileprivate func storeTogether(in db: Database) throws -> [(RecordedDecision, RuleHold?)] {
        let verdicts = try map { try RateVerdict($0.decision, in: db) }
        let plans = try insertPlans(verdicts, in: db)
        var evidence: [[(any DatabaseValueConvertible)?]] = []
        var rules: [[(any DatabaseValueConvertible)?]] = []
        var steps: [[(any DatabaseValueConvertible)?]] = []
        var identities: [[(any DatabaseValueConvertible)?]] = []
        var stored: [(RecordedDecision, RuleHold?)] = []
        for (row, verdict) in zip(self, verdicts) {
            let decision = row.decision
            guard let plan = plans[Event(decision)] else {
                stored.append(try row.store(in: db))
                continue
            }
            if let text = row.evidence { evidence.append([plan.rawValue, text]) }
            for (position, rule) in decision.rules.enumerated() {
                rules.append([plan.rawValue, position, rule, decision.time, verdict.counts(for: rule)])
            }
            steps += row.steps.map { $0.values(plan: plan, mayRelease: verdict.mayRelease) }
            if row.tellsThePlace { identities.append(decision.identity.values(key: decision.key, at: decision.time)) }
            for change in decision.stateChanges { try change.store(in: db) }
            stored.append((.planned(plan), nil))
        }
        try db.insert(DecisionRow.evidenceInsert, evidence)
        try db.insert(DecisionRow.ruleInsert, rules)
        try db.insert(StepRow.insert, steps)
        try db.insert(MessageIdentity.insert, identities, MessageIdentity.elseMove)
        return stored
    }

    /// Of which plan it is, within one mailbox.
    private struct Event: Hashable {
        var uid: Int64
        var trigger: String

        init(uid: Int64, trigger: String) {
            self.uid = uid
            self.trigger = trigger
        }

        init(_ decision: DecisionRecord) {
            self.init(uid: Int64(decision.key.uid.rawValue), trigger: decision.trigger.description)
        }
    }

    /// The new plans, by their events; not those of events that had one.
    private func insertPlans(_ verdicts: [RateVerdict], in db: Database) throws -> [Event: PlanID] {
        let values = zip(self, verdicts).map { $0.planValues($1) }
        let rows = try db.rows(
            "\(DecisionRow.planInsert) \(Database.marks(values)) \(DecisionRow.unlessKnown) RETURNING id, uid, trigger",
            StatementArguments(values.flatMap(\.self)))
        return Dictionary(
            try rows.map { row in
                let event = Event(
                    uid: try row.decode(forColumn: "uid"), trigger: try row.decode(forColumn: "trigger"))
                return (event, PlanID(try row.decode(Int64.self, forColumn: "id")))
            }, uniquingKeysWith: { first, _ in first })
    }
}

extension Database {
    /// Placeholders for rows: `(?, ?), (?, ?)`.
    fileprivate static func marks(_ rows: [[(any DatabaseValueConvertible)?]]) -> String {
        let row = "(" + Array(repeating: "?", count: rows.first?.count ?? 0).joined(separator: ", ") + ")"
        return Array(repeating: row, count: rows.count).joined(separator: ", ")
    }

    /// Inserts rows, many with a statement.
    fileprivate func insert(
        _ statement: String, _ rows: [[(any DatabaseValueConvertible)?]], _ otherwise: String = ""
    ) throws {
        var rest = rows[...]
        while !rest.isEmpty {
            // Of two lengths, so that there are two statements to keep.
            let part = Array(rest.prefix(rest.count < [DecisionRow].together ? 1 : [DecisionRow].together))
            rest = rest.dropFirst(part.count)
            try run("\(statement) \(Self.marks(part)) \(otherwise)", StatementArguments(part.flatMap(\.self)))
        }
    }
}
