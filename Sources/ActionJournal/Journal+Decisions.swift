import GRDB
import MailModel

extension Journal {
    /// Stores decisions and how far their mailboxes are decided, in one transaction.
    ///
    /// Gives the plan of each decision: `nil` for one that made none; for an event that had its plan already, that
    /// plan, and nothing of the new decision is stored.
    public func record(
        _ decisions: [DecisionRecord], progress: [MailboxProgress]
    ) async throws(JournalError) -> [PlanID?] {
        try await recordDecisions(decisions, progress: progress).map(\.plan)
    }

    /// As `record`, telling new plans and known ones apart.
    ///
    /// - Parameter facts: what else becomes true with these decisions.
    public func recordDecisions(
        _ decisions: [DecisionRecord], progress: [MailboxProgress], facts: [JournalFact] = []
    ) async throws(JournalError) -> [RecordedDecision] {
        try await store(decisions, progress: progress, facts: facts).decisions
    }

    /// As `recordDecisions`, and tells which rules ran into their limit.
    ///
    /// Whether a plan is within its rules' limits is found out in the transaction that stores it: with the plans of
    /// every mailbox before it, and none after.
    ///
    /// - Parameter facts: stored in the same transaction.
    public func store(
        _ decisions: [DecisionRecord], progress: [MailboxProgress], facts: [JournalFact] = []
    ) async throws(JournalError) -> Recording {
        let rows: [DecisionRow]
        do {
            // JSON is made here, so that it costs the writer nothing.
            var encoders = DecisionRow.Encoders()
            rows = try decisions.map { try DecisionRow($0, &encoders) }
        } catch {
            throw JournalError(error, path: path)
        }
        return try await write { db in
            var recording = Recording()
            for (decision, hold) in try rows.store(in: db) {
                recording.decisions.append(decision)
                if let hold { recording.holds.append(hold) }
            }
            for progress in progress { try progress.store(in: db) }
            try facts.store(in: db)
            return recording
        }
    }
}

/// A decision with its values as they are stored.
struct DecisionRow: Sendable {
    let decision: DecisionRecord
    let actions: String
    /// `nil`: there is none.
    let evidence: String?
    let steps: [StepRow]

    struct Encoders {
        var actions = StoredEncoder<[PlannedAction]>()
        var arguments = StoredEncoder<StepArguments>()
    }

    init(_ decision: DecisionRecord, _ encoders: inout Encoders) throws {
        self.decision = decision
        guard decision.makesPlan else {
            actions = "[]"
            evidence = decision.replacesFailed ? Self.text(decision.evidence) : nil
            steps = []
            return
        }
        actions = try encoders.actions.text(decision.actions)
        evidence = Self.text(decision.evidence)
        steps = try decision.steps.map { try StepRow($0, &encoders.arguments) }
    }

    private static func text(_ evidence: [RuleEvidence]) -> String? {
        evidence.isEmpty ? nil : evidence.storedJSON
    }

    func store(in db: Database) throws -> (RecordedDecision, RuleHold?) {
        // Before anything else: what was decided already ends its timers all the same.
        for timer in decision.finishedTimers { try timer.finish(in: db) }
        let verdict = try RateVerdict(decision, in: db)
        let recorded = try storePlan(verdict, in: db)
        if case .known = recorded { return (recorded, nil) }
        if tellsThePlace { try decision.identity.store(key: decision.key, at: decision.time, in: db) }
        for change in decision.stateChanges { try change.store(in: db) }
        return (recorded, try verdict.note(recorded.plan, at: decision.time, in: db))
    }

    /// Whether the message was seen where the decision says.
    var tellsThePlace: Bool {
        switch decision.trigger {
        // A sweep that only shows must not make mail known that was not looked at in earnest yet.
        case .sweep: ![.proposed, .failed].contains(decision.state)
        // It was looked for there, and was not there any more.
        case .after: decision.state != .superseded
        case .new, .movedIn, .removed, .flags, .schedule, .undo, .dry: true
        }
    }

    static let planInsert = """
        INSERT INTO plan (account, mailbox, uid_validity, uid, trigger, time, identity, message_id, subject, sender, event,
            generation, state, actions, flags, error, flag_change)
        VALUES
        """
    static let unlessKnown = "ON CONFLICT (account, mailbox, uid_validity, uid, trigger) DO NOTHING"

    func planValues(_ verdict: RateVerdict) -> [(any DatabaseValueConvertible)?] {
        let key = decision.key
        return [
            key.account.rawValue, key.mailbox.rawValue, key.uidValidity.rawValue, key.uid.rawValue,
            decision.trigger.description, decision.time, decision.identity.rawValue,
            decision.headline.messageID.storedText, decision.headline.subject.storedText,
            decision.headline.from.storedText, decision.event, decision.generation,
            verdict.state.rawValue, actions, decision.flags.stored,
            verdict.error?.storedText, decision.flagChange?.stored,
        ]
    }

    private func storePlan(_ verdict: RateVerdict, in db: Database) throws -> RecordedDecision {
        guard decision.makesPlan else {
            if decision.replacesFailed, let failed = try known(in: db), try clear(failed, in: db) {
                try update(failed, verdict, in: db)
                try storeEvidence(of: failed, in: db)
                return .planned(failed)
            }
            return .noted
        }
        try db.run(
            "\(Self.planInsert) (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \(Self.unlessKnown)",
            StatementArguments(planValues(verdict)))
        if db.changesCount > 0 {
            let plan = PlanID(db.lastInsertedRowID)
            try storeParts(of: plan, verdict, in: db)
            return .planned(plan)
        }
        guard let plan = try known(in: db) else { throw RefusedFact(detail: "a plan is there and is not") }
        guard decision.replacesFailed, try clear(plan, in: db) else { return .known(plan) }
        try update(plan, verdict, in: db)
        try storeParts(of: plan, verdict, in: db)
        return .planned(plan)
    }

    static let ruleInsert = "INSERT INTO plan_rule (plan, position, rule, time, counted) VALUES"

    static let evidenceInsert = "INSERT INTO plan_evidence (plan, evidence) VALUES"

    private func storeEvidence(of plan: PlanID, in db: Database) throws {
        if let evidence { try db.run("\(Self.evidenceInsert) (?, ?)", [plan.rawValue, evidence]) }
    }

    private func storeParts(of plan: PlanID, _ verdict: RateVerdict, in db: Database) throws {
        for (position, rule) in decision.rules.enumerated() {
            try db.run(
                "\(Self.ruleInsert) (?, ?, ?, ?, ?)",
                [plan.rawValue, position, rule, decision.time, verdict.counts(for: rule)])
        }
        try storeEvidence(of: plan, in: db)
        let mayRelease = verdict.mayRelease
        for step in steps { try step.store(plan: plan, mayRelease: mayRelease, at: decision.time, in: db) }
        for timer in decision.timers { try timer.store(plan: plan, in: db) }
    }

    private func known(in db: Database) throws -> PlanID? {
        let key = decision.key
        return try db.number(
            "SELECT id FROM plan WHERE account = ? AND mailbox = ? AND uid_validity = ? AND uid = ? AND trigger = ?",
            [
                key.account.rawValue, key.mailbox.rawValue, key.uidValidity.rawValue, key.uid.rawValue,
                decision.trigger.description,
            ]
        ).map(PlanID.init)
    }

    /// Makes room in a plan that failed in a rule; `false` when it is another kind of plan and stays.
    private func clear(_ plan: PlanID, in db: Database) throws -> Bool {
        let failedInRule = try db.row(
            """
            SELECT 1 FROM plan WHERE id = ? AND state = 'failed'
                AND NOT EXISTS (SELECT 1 FROM step WHERE step.plan = plan.id)
            """, [plan.rawValue])
        guard failedInRule != nil else { return false }
        try db.run("DELETE FROM plan_rule WHERE plan = ?", [plan.rawValue])
        try db.run("DELETE FROM timer WHERE plan = ?", [plan.rawValue])
        try db.run("DELETE FROM plan_evidence WHERE plan = ?", [plan.rawValue])
        return true
    }

    private func update(_ plan: PlanID, _ verdict: RateVerdict, in db: Database) throws {
        // What came out of it without actions is finished, whatever it was called.
        let state = decision.makesPlan ? verdict.state : .done
        try db.run(
            """
            UPDATE plan SET time = ?, event = ?, generation = ?, state = ?, actions = ?, flags = ?, error = ?
            WHERE id = ?
            """,
            [
                decision.time, decision.event, decision.generation, state.rawValue, actions,
                decision.flags.stored, verdict.error?.storedText, plan.rawValue,
            ])
    }
}

/// A step with its values as they are stored.
struct StepRow: Sendable {
    let draft: StepDraft
    let arguments: String

    init(_ draft: StepDraft, _ encoder: inout StoredEncoder<StepArguments>) throws {
        self.draft = draft
        arguments = try encoder.text(draft.arguments)
    }

    static let insert = "INSERT INTO step (plan, position, action, kind, arguments, released, not_before) VALUES"

    func values(plan: PlanID, mayRelease: Bool) -> [(any DatabaseValueConvertible)?] {
        [
            plan.rawValue, draft.position, draft.actionIndex, draft.kind.rawValue, arguments, isReleased(mayRelease),
            draft.notBefore,
        ]
    }

    private func isReleased(_ mayRelease: Bool) -> Bool {
        draft.released && (mayRelease || !draft.kind.leavesTheMailServer)
    }

    /// - Parameter mayRelease: whether what leaves the mail server may go before it is let go.
    func store(plan: PlanID, mayRelease: Bool, at time: Int64, in db: Database) throws {
        try db.run(
            "\(Self.insert) (?, ?, ?, ?, ?, ?, ?)", StatementArguments(values(plan: plan, mayRelease: mayRelease)))
        let step = db.lastInsertedRowID
        if let why = draft.omitted { try StepID(step).finish(.superseded, StepOutcome(detail: why), at: time, in: db) }
        guard !draft.outbox.isEmpty else { return }
        let state: OutboxState = isReleased(mayRelease) ? .ready : .waiting
        for row in draft.outbox {
            try db.run(
                """
                INSERT INTO outbox (step, recipient, sender, message_id, spool, policy, state, not_before)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    step, row.recipient, row.sender, row.messageID, row.spool, row.policy.rawValue, state.rawValue,
                    draft.notBefore,
                ])
        }
    }
}
