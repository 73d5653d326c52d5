import ActionJournal
import MIMEParsing
import MailModel
import RuleRuntime

/// Asks the rules about a message that is gone, by what was kept of it.
struct RemovedMessage: Sendable {
    let visit: MailboxVisit
    /// The header fields that are kept of every message.
    let fields: MirrorState.Fields
    /// For how long nobody looked, in seconds.
    let absence: Int64

    func decide(
        _ uid: UID, _ flags: Set<Flag>, _ facts: MirroredFacts, _ state: inout RuleStateSnapshot
    ) async throws -> [DecisionRecord] {
        let before = state
        let message = ArrivedMessage(
            key: visit.key(uid), identity: facts.identity,
            facts: MessageFacts(uid: uid, flags: flags, internalDate: facts.internalDate, size: facts.size),
            header: HeaderBlock(facts.header), fields: knownFields(facts))
        var decider = visit.decider
        decider.fetch = { _, _ in
            throw DecisionFailure(
                "the message was removed: of it only size, date, flags and the header fields that rules name are known; "
                    + "no rule on \"removed\" can read or send its text"
            )
        }
        decider.excerpt = { _, _ in nil }
        let records = try await decider.decide(
            message, event: .removed, trigger: .removed, state: &state, absence: absence
        )
        .map(refuseWhatNeedsIt)
        if records.contains(where: { $0.state == .failed }) { state = before }
        // Where it is now is for whoever sees it there to tell.
        return records.filter { !$0.actions.isEmpty || $0.state == .failed || !$0.stateChanges.isEmpty }
    }

    private func knownFields(_ facts: MirroredFacts) -> Set<String>? {
        if facts.headerIsWhole { return nil }
        switch fields {
        case .some(let names): return names
        case .all, .none: return Set(HeaderBlock(facts.header).fields.map { $0.name.lowercased() })
        }
    }

    /// Nothing can be done with a message that is gone, now or later.
    private func refuseWhatNeedsIt(_ record: DecisionRecord) -> DecisionRecord {
        guard let planned = record.actions.first(where: { $0.action.needsMessage || $0.after != nil }) else {
            return record
        }
        var refused = record
        let name = planned.after == nil ? planned.action.name : "\(planned.action.name) { after = … }"
        refused.fail(
            DecisionFailure(
                "rule \(planned.rule): `\(name)` needs the message, and it was removed: "
                    + "a rule on \"removed\" can only notify and log, and at once",
                rule: planned.rule, evidence: record.evidence, generation: record.generation))
        refused.stateChanges = []
        refused.limits = []
        return refused
    }
}

extension MailAction {
    /// Whether it does something with the message itself.
    var needsMessage: Bool {
        switch self {
        case .notify, .log: false
        case .move, .copy, .trash, .archive, .junk, .mark, .unmark, .keyword, .unkeyword, .forward, .redirect, .reply,
            .pipe, .snooze:
            true
        }
    }
}
