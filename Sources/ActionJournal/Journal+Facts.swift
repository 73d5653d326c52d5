import GRDB
import MailModel

extension Journal {
    /// Stores facts in one transaction: all of them, or none when one contradicts the journal.
    public func apply(_ facts: [JournalFact]) async throws(JournalError) {
        if facts.isEmpty { return }
        try await write { db in
            try facts.store(in: db)
        }
    }
}

extension JournalFact {
    func store(in db: Database) throws {
        switch self {
        case .stepBegun(let step, let precondition, let time): try step.begin(precondition, at: time, in: db)
        case .stepFinished(let step, let state, let outcome, let time):
            try step.finish(state, outcome, at: time, in: db)
        case .stepDeferred(let step, let notBefore): try step.wait(until: notBefore, in: db)
        case .stepWithdrawn(let step, let outcome, let time): try step.withdraw(outcome, at: time, in: db)
        case .stepInDoubt(let step, let time): try step.doubt(until: time, in: db)
        case .carrying(let step, let difference): try step.noteCarrying(difference, in: db)
        case .carried(let step): try step.reflectCarried(in: db)
        case .stepsAdded(let plan, let drafts):
            var encoder = StoredEncoder<StepArguments>()
            let time = try db.number("SELECT time FROM plan WHERE id = ?", [plan.rawValue]) ?? 0
            for draft in drafts { try StepRow(draft, &encoder).store(plan: plan, mayRelease: true, at: time, in: db) }
        case .planRekeyed(let plan, let key): try plan.rekey(key, in: db)
        case .planState(let plan, let state, let error):
            try db.change(
                "UPDATE plan SET state = ?, error = ? WHERE id = ?",
                [state.rawValue, error?.storedText, plan.rawValue],
                otherwise: "there is no plan \(plan)")
        case .released(let plan): try plan.release(in: db)
        case .outboxBegun(let row, let time): try row.begin(at: time, in: db)
        case .outboxDotSent(let row, let time): try row.noteDotSent(at: time, in: db)
        case .outboxFinished(let row, let state, let result, let text, let notBefore, let time):
            try row.set(state, notBefore: notBefore, in: db)
            try row.note(OutboxAttempt(time: time, result: result, text: text), in: db)
        case .outboxState(let row, let state, let notBefore): try row.set(state, notBefore: notBefore, in: db)
        case .progress(let progress): try progress.store(in: db)
        case .uidsVoided(let account, let mailbox, let validity):
            try validity.void(in: mailbox, account: account, in: db)
        case .uidNextBound(let account, let mailbox, let validity, let uid):
            try validity.raiseBound(of: mailbox, account: account, to: uid, in: db)
        case .takenOut(let account, let mailbox, let identity, let time):
            try db.run(
                "INSERT OR REPLACE INTO taken_out (account, mailbox, key, at) VALUES (?, ?, ?, ?)",
                [account.rawValue, mailbox.rawValue, identity.rawValue, time])
        case .identitySeen(let identity, let key, let time): try identity.store(key: key, at: time, in: db)
        case .ruleState(let change): try change.store(in: db)
        case .timerFinished(let timer): try timer.finish(in: db)
        case .timersAdded(let plan, let drafts): for draft in drafts { try draft.store(plan: plan, in: db) }
        case .scheduled(let rule): try rule.store(in: db)
        case .unscheduled(let account, let rule):
            try db.run("DELETE FROM schedule WHERE account = ? AND rule = ?", [account.rawValue, rule])
        case .mirrored(let entries): for entry in entries { try entry.store(in: db) }
        case .unmirrored(let account, let mailbox, let uids):
            try mailbox.unmirror(uids, account: account, in: db)
        case .mirrorState(let state): try state.store(in: db)
        case .paused(let scope, let until, let time):
            try db.run(
                "INSERT OR REPLACE INTO paused (kind, name, until, since) VALUES (?, ?, ?, ?)",
                [scope.storedKind, scope.storedName, until, time])
        case .resumed(let scope):
            try db.run("DELETE FROM paused WHERE kind = ? AND name = ?", [scope.storedKind, scope.storedName])
        case .noted(let key, let value?):
            try db.run("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", [key, value])
        case .noted(let key, nil): try db.run("DELETE FROM meta WHERE key = ?", [key])
        }
    }
}
