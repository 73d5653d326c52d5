import ActionJournal
import Logging
import RuleRuntime

/// Stores the decisions of a look, with everything that becomes true with them, and tells whoever has to know.
struct DecisionStore: Sendable {
    let visit: MailboxVisit
    let logger: Logger

    /// Decides and stores in one transaction; decides again when what rules remember was changed by somebody else first.
    func store(
        progress: [MailboxProgress], facts: [JournalFact] = [],
        _ decide: (inout RuleStateSnapshot) async throws -> [DecisionRecord]
    ) async throws {
        let surroundings = visit.hub.surroundings
        var records: [DecisionRecord] = []
        var stored: [RecordedDecision]?
        while stored == nil {
            let base = try await surroundings.memory.base()
            var state = base.state
            records = try await decide(&state)
            // What is not stored by now is decided when the account is resumed.
            try visit.hub.checkPause()
            stored = try await surroundings.memory.store(
                records, progress: progress, facts: facts, decidedFrom: base)
        }
        if !records.isEmpty { await surroundings.board.noteEvent(visit.hub.name) }
        var sends = false
        for (record, outcome) in zip(records, stored ?? []) {
            sends = sends || record.steps.contains { $0.kind.leavesTheMailServer && $0.released }
            log(record, outcome)
        }
        if sends { visit.hub.wakeSenders() }
        if records.contains(where: { !$0.timers.isEmpty }) { visit.hub.timers.wake() }
    }

    private func log(_ record: DecisionRecord, _ outcome: RecordedDecision) {
        switch outcome {
        case .planned(let plan):
            let actions = record.actions.map { PlanReport.Action($0, state: "", decided: record.time).sentence }
            logger.info(
                record.state == .failed ? "failed in a rule" : "decided",
                metadata: [
                    "plan": "\(plan)", "uid": "\(record.key.uid)", "rules": "\(record.rules.joined(separator: ", "))",
                    "actions": "\(actions.joined(separator: "; "))",
                ]
            )
        case .noted where record.event == "new" || record.event == "moved_in":
            logger.info("no rule wants it", metadata: ["uid": "\(record.key.uid)"])
        case .noted:
            logger.debug("left as it is", metadata: ["uid": "\(record.key.uid)", "because": "\(record.event)"])
        case .known:
            break
        }
    }
}
