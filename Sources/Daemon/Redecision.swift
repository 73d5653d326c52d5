import ActionJournal
import IMAPSession
import IMAPSyntax
import Logging
import MailModel
import RuleRuntime

/// Decides messages again whose plan failed in a rule: once new rules are in force (DESIGN §2.8), or when a person asks.
struct Redecision: Sendable {
    let visit: MailboxVisit
    let logger: Logger
    /// Whether a person asked: then nothing is counted for limits, and sweeps and schedules are decided again too.
    var isAskedFor = false

    private var surroundings: Surroundings { visit.hub.surroundings }

    func decideFailedAgain() async throws {
        var last: PlanID?
        while true {
            let failed = try await visit.journal.plans(
                PlanQuery(after: last, account: visit.hub.name, mailbox: visit.mailbox, state: .failed, limit: 1_000))
            try await decideAgain(failed.filter(\.failedInRule).map(\.plan))
            guard failed.count == 1_000 else { return }
            last = failed.last?.plan.id
        }
    }

    func decideAgain(_ plans: [PlanRecord]) async throws {
        let possible = plans.filter { RuleEvent(decidedFor: $0, whenAsked: isAskedFor) != nil || $0.isDelayed }
        let ready = try await RenumberedPlans(visit: visit).follow(possible)
        guard !ready.isEmpty else { return }
        logger.notice("deciding again what failed in a rule", metadata: ["messages": "\(ready.count)"])
        for part in ready.chunks(of: 500) {
            var messages: [UID: ArrivedMessage] = [:]
            for command in visit.fetches(of: Set(part.map(\.key.uid)), visit.fetchItems(fields: nil)) {
                for message in try await visit.connection.run(command).checked().fetched {
                    if let arrived = visit.arrived(message, fields: nil) { messages[arrived.key.uid] = arrived }
                }
            }
            if isAskedFor {
                try await supersede(part.filter { messages[$0.key.uid] == nil }, "the message was no longer there")
            }
            let memory = surroundings.memory
            var isStored = false
            while !isStored {
                if !isAskedFor { try visit.hub.checkPause() }
                let base = try await memory.base()
                var state = base.state
                var records: [DecisionRecord] = []
                for plan in part {
                    guard let message = messages[plan.key.uid], !message.facts.flags.contains(.deleted) else {
                        continue
                    }
                    records += try await decide(message, plan, &state)
                }
                isStored = try await memory.store(records, progress: [], decidedFrom: base) != nil
            }
            visit.hub.wakeSenders()
            visit.hub.timers.wake()
        }
    }

    private func supersede(_ plans: [PlanRecord], _ why: String) async throws {
        try await visit.journal.apply(plans.map { .planState($0.id, .superseded, error: why) })
    }

    private func decide(
        _ message: ArrivedMessage, _ plan: PlanRecord, _ state: inout RuleStateSnapshot
    ) async throws -> [DecisionRecord] {
        var records: [DecisionRecord] = []
        if case .after(let parent, let number) = plan.trigger {
            guard let origin = try await visit.journal.work(parent)?.plan, let part = origin.delayed.part(number) else {
                return []
            }
            let work = DelayedWork(plan: origin, part: part, timers: [])
            if let record = try await visit.decider.comeToPass(work, message, state: &state) { records.append(record) }
        } else if let event = RuleEvent(decidedFor: plan, whenAsked: isAskedFor) {
            var only: Set<String>?
            if case .schedule(let rule) = event { only = [rule] }
            records = try await visit.decider.decide(
                message, event: event, trigger: plan.trigger, state: &state, only: only)
        }
        return records.map {
            var record = $0
            record.replacesFailed = true
            if isAskedFor { record.limits = [] }
            return record
        }
    }
}

extension PlanView {
    /// Whether it failed before anything was planned.
    var failedInRule: Bool { plan.state == .failed && steps.isEmpty }
}

extension PlanRecord {
    fileprivate var isDelayed: Bool { if case .after = trigger { true } else { false } }
}

extension RuleEvent {
    /// The event behind a plan, where a decision for it can be made again.
    ///
    /// - Parameter whenAsked: by a person; by itself a sweep is not decided again, since it was perhaps only a look, and
    ///   a schedule comes again anyway.
    init?(decidedFor plan: PlanRecord, whenAsked: Bool) {
        switch plan.trigger {
        case .new: self = .new
        case .movedIn: self = .movedIn
        case .sweep where whenAsked: self = .sweep
        case .schedule(let rule, _) where whenAsked: self = .schedule(rule: rule)
        case .flags:
            guard let change = plan.flagChange else { return nil }
            self = .flags(added: change.added, removed: change.removed)
        // What was removed is gone.
        case .sweep, .removed, .schedule, .after, .undo, .dry: return nil
        }
    }
}
