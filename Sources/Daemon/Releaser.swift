import ActionExecutor
import ActionJournal
import IMAPSession
import IMAPSyntax
import MIMEParsing
import MailModel
import RuleRuntime

/// Lets plans go that wait for a person: what is stored is carried out, each step under its own precondition. Only what
/// failed in a rule is decided again.
struct Releaser: Sendable {
    let engine: Engine

    private var surroundings: Surroundings { engine.surroundings }

    func release(_ plans: [PlanID], tell: Sweeper.Tell) async throws -> Int32 {
        let found = try await surroundings.journal.plans(PlanQuery(ids: Set(plans)))
        for missing in Set(plans).subtracting(found.map(\.plan.id)).sorted() {
            try await tell(ControlAnswer(message: "there is no plan \(missing)"))
        }
        try await carryOut(found.map(\.plan).filter { [.proposed, .held].contains($0.state) })
        let undecided = found.filter(\.failedInRule).map(\.plan)
        for plan in undecided where plan.trigger == .removed {
            try await tell(
                ControlAnswer(
                    message: "plan \(plan.id): the message was removed; nothing can be decided for it any more"))
        }
        try await decideAgain(undecided)
        var failed = found.count < Set(plans).count
        for plan in try await surroundings.journal.plans(PlanQuery(ids: Set(plans))) {
            failed = failed || [.failed, .held].contains(plan.plan.state)
            try await tell(ControlAnswer(result: try PlanReport(plan).json()))
        }
        return failed ? 1 : 0
    }

    private func decideAgain(_ plans: [PlanRecord]) async throws {
        for hub in engine.hubs {
            let own = plans.filter { $0.key.account == hub.name }
            for mailbox in Set(own.map(\.key.mailbox)).sorted() {
                let (visit, _) = try await MailboxVisit.open(hub, mailbox)
                defer {
                    visit.connection.close()
                    hub.wakeAll()
                }
                let here = own.filter { $0.key.mailbox == mailbox }
                try await Redecision(visit: visit, logger: surroundings.logger, isAskedFor: true).decideAgain(here)
                try await visit.carryOut(askedFor: Set(here.map(\.id)))
            }
        }
    }

    /// Gives the plans the steps they lack, folder by folder, and carries them out.
    func carryOut(_ plans: [PlanRecord]) async throws {
        for hub in engine.hubs {
            let own = plans.filter { $0.key.account == hub.name }
            for mailbox in Set(own.map(\.key.mailbox)).sorted() {
                let (visit, _) = try await MailboxVisit.open(hub, mailbox)
                defer {
                    visit.connection.close()
                    hub.wakeAll()
                }
                let (begun, new) = try await split(own.filter { $0.key.mailbox == mailbox })
                // Those with steps the executor follows by itself.
                for part in try await (begun + RenumberedPlans(visit: visit).follow(new)).chunks(of: 500) {
                    var facts: [JournalFact] = []
                    let base = try await surroundings.memory.base()
                    defer { withExtendedLifetime(base) {} }
                    var state = base.state
                    for plan in part { facts += try await ready(plan, visit, &state) }
                    let changesMemory = facts.contains { if case .ruleState = $0 { true } else { false } }
                    if changesMemory {
                        try await surroundings.memory.apply(facts)
                    } else {
                        try await surroundings.journal.apply(facts)
                    }
                }
                try await visit.carryOut(askedFor: Set(own.map(\.id)))
            }
        }
    }

    /// Plans that have steps, and those that were not made ready to be carried out yet.
    private func split(_ plans: [PlanRecord]) async throws -> (begun: [PlanRecord], new: [PlanRecord]) {
        var begun: Set<PlanID> = []
        for plan in plans {
            if let work = try await surroundings.journal.work(plan.id), !work.steps.isEmpty { begun.insert(plan.id) }
        }
        let (old, new) = plans.separated { begun.contains($0.id) }
        return (old, new)
    }

    private func ready(
        _ plan: PlanRecord, _ visit: MailboxVisit, _ state: inout RuleStateSnapshot
    ) async throws -> [JournalFact] {
        if let work = try await surroundings.journal.work(plan.id), !work.steps.isEmpty {
            return PlanRelease.facts(for: work, at: surroundings.clock())
        }
        let decider = visit.decider
        var spooling = ActionSpooling(
            decider: decider, identity: plan.identity, now: surroundings.clock(),
            state: state, raw: nil,
            whole: { try await decider.fetch(plan.key.uid, .whole) })
        do {
            guard let steps = try await spooling.steps(for: plan.actions) else {
                return [.planState(plan.id, .superseded, error: "the message was no longer there")]
            }
            let isAllOmitted = steps.allSatisfy { $0.omitted != nil }
            state = spooling.state
            return spooling.changes.map { .ruleState($0) } + [
                .identitySeen(plan.identity, plan.key, at: surroundings.clock()), .stepsAdded(plan.id, steps),
                .timersAdded(plan.id, plan.delayed.timers),
                .planState(plan.id, isAllOmitted ? .done : .planned, error: steps.first { $0.omitted != nil }?.omitted),
            ]
        } catch let failure as DecisionFailure {
            return [.planState(plan.id, .failed, error: failure.description)]
        }
    }
}
