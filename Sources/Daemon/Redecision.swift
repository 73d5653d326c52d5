import ActionJournal
import IMAPSession
import IMAPSyntax
import Logging
import MailModel
import RuleRuntime

/// Decides messages again whose plan failed in a rule, once new rules are in force (DESIGN §2.8).
struct Redecision: Sendable {
    let visit: MailboxVisit
    let logger: Logger

    func decideFailedAgain() async throws {
        let failed = try await visit.journal.plans(
            PlanQuery(account: visit.hub.name, mailbox: visit.mailbox, state: .failed, limit: 1_000)
        ).filter { $0.steps.isEmpty && $0.plan.key.uidValidity == visit.uidValidity }
        guard !failed.isEmpty else { return }
        logger.notice("deciding again what failed in a rule", metadata: ["messages": "\(failed.count)"])
        let plans = Dictionary(failed.map { ($0.plan.key.uid, $0.plan) }, uniquingKeysWith: { first, _ in first })
        for part in plans.keys.sorted().chunks(of: 500) {
            let reply = try await visit.connection.run(
                .uidFetch(.set(UIDSet(part)), visit.fetchItems(fields: nil), changedSince: nil)
            ).checked()
            let memory = visit.hub.surroundings.memory
            var isStored = false
            while !isStored {
                let base = try await memory.base()
                let records = try await decide(reply.fetched, plans, from: base.state)
                isStored = try await memory.store(records, progress: [], decidedFrom: base) != nil
            }
            visit.hub.wakeSenders()
            visit.hub.timers.wake()
        }
    }
}

extension Redecision {
    private func decide(
        _ fetched: [FetchedMessage], _ plans: [UID: PlanRecord], from state: RuleStateSnapshot
    ) async throws -> [DecisionRecord] {
        var state = state
        var records: [DecisionRecord] = []
        for message in fetched {
            guard let arrived = visit.arrived(message, fields: nil), let plan = plans[arrived.key.uid],
                !arrived.facts.flags.contains(.deleted), let event = RuleEvent(decidedFor: plan)
            else { continue }
            let decided = try await visit.decider.decide(arrived, event: event, trigger: plan.trigger, state: &state)
            records += decided.map {
                var record = $0
                record.replacesFailed = true
                return record
            }
        }
        return records
    }
}

extension RuleEvent {
    /// The event behind a plan, where a decision for it can be made again.
    init?(decidedFor plan: PlanRecord) {
        switch plan.trigger {
        case .new: self = .new
        case .movedIn: self = .movedIn
        case .flags:
            guard let change = plan.flagChange else { return nil }
            self = .flags(added: change.added, removed: change.removed)
        // A sweep was perhaps only a look: whoever wants it sweeps again. What was removed is gone.
        case .sweep, .removed, .schedule, .after, .undo, .dry: return nil
        }
    }
}
