import ActionExecutor
import ActionJournal
import MailModel

/// Plans of a mailbox that may have been made before the server gave it new UIDs: their messages are found by identity, or
/// not at all (FAULTS V1).
struct RenumberedPlans: Sendable {
    let visit: MailboxVisit

    /// Those of the plans that can be gone on with, under the places that their messages have now. One whose message is
    /// gone is superseded; one whose message cannot be told stays as it is, and says why.
    func follow(_ plans: [PlanRecord]) async throws -> [PlanRecord] {
        let (valid, stale) = plans.separated { $0.key.uidValidity == visit.uidValidity }
        guard !stale.isEmpty else { return valid }
        let places = try await visit.executor.places(of: Set(stale.map(\.identity)))
        let renumbered = "“\(visit.mailbox)” was renumbered by the server since it was decided"
        var facts: [JournalFact] = []
        var found: Set<PlanID> = []
        for plan in stale {
            switch places[plan.identity] ?? .untold {
            case .at(let uid):
                facts.append(.planRekeyed(plan.id, visit.key(uid)))
                found.insert(plan.id)
            case .gone:
                facts.append(
                    .planState(plan.id, .superseded, error: "\(renumbered), and the message is not there any more"))
            case .amongTwins(let count):
                facts.append(
                    .planState(
                        plan.id, plan.state, error: "\(renumbered), and \(count) messages there are like this one"))
            case .untold:
                facts.append(
                    .planState(
                        plan.id, plan.state,
                        error: "\(renumbered), and not every message there let itself be recognised"))
            }
        }
        try await visit.journal.apply(facts)
        // Where another plan for the same event has the place, this one did not get it.
        let moved = try await visit.journal.plans(PlanQuery(ids: found)).map(\.plan)
        return (valid + moved.filter { $0.key.uidValidity == visit.uidValidity }).sorted { $0.id < $1.id }
    }
}
