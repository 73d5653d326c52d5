import ActionJournal
import IMAPSession
import MailModel
import RuleRuntime

/// What is left to be done with a message, and the plan that asked for it.
struct DelayedWork: Sendable {
    var plan: PlanRecord
    var part: DelayedActions.Part
    /// The timers that end with the decision.
    var timers: [TimerID]

}

extension DelayedWork {
    init(_ due: DuePart) { self.init(plan: due.plan.plan, part: due.part, timers: due.timers) }
}

extension MessageDecider {
    /// The record of delayed actions whose time has come, for the message as it is now.
    ///
    /// - Returns: `nil` when it vanished while it was being looked at.
    func comeToPass(
        _ work: DelayedWork, _ message: ArrivedMessage, state: inout RuleStateSnapshot
    ) async throws -> DecisionRecord? {
        var record = work.record(at: message.key, time: surroundings.clock(), flags: message.facts.flags)
        let actions = record.actions
        do {
            if let rule = work.part.recheck, !(try await stillMatches(rule, message, work.plan, state, &record)) {
                return record
            }
            guard try await plan(&record, message, raw: nil, state: state) else { return nil }
            for change in record.stateChanges { state.apply(change) }
            return record
        } catch let failure as DecisionFailure {
            record.fail(failure)
            record.actions = actions
            return record
        } catch let error as SessionError where error.scope == .message {
            record.fail(DecisionFailure(error.description))
            record.actions = actions
            return record
        }
    }

    /// Asks the rule's condition again, of the rules that are in force now.
    private func stillMatches(
        _ rule: String, _ message: ArrivedMessage, _ plan: PlanRecord, _ state: RuleStateSnapshot,
        _ record: inout DecisionRecord
    ) async throws -> Bool {
        // What rules remember changed since, and is not changed by asking.
        guard
            let answer = try await ask(
                message, .sweep, only: [rule], state: state, now: record.time, foundIn: plan.key.mailbox,
                evidence: .always
            )
        else {
            record.supersede("the message vanished while it was looked at again")
            return false
        }
        record.generation = answer.generation
        record.evidence = answer.decision.evidence
        if answer.decision.matchedRules.contains(rule) { return true }
        if surroundings.health.aside(in: answer.generation).contains(rule) {
            throw DecisionFailure(
                "rule \(rule): it cannot be asked again, because it failed too often and is set aside", rule: rule,
                generation: answer.generation)
        }
        let isInForce = answer.rules.contains { $0.name == rule && $0.enabled }
        record.supersede(
            isInForce
                ? "rule “\(rule)” does not want it any more (recheck)"
                : "rule “\(rule)” is not in force any more (recheck)"
        )
        return false
    }
}

extension DelayedWork {
    /// The plan that the delayed actions become, without its steps.
    func record(at place: MessageKey, time: Int64, flags: Set<Flag>? = nil) -> DecisionRecord {
        let actions = plan.delayed.actions(of: part)
        var rules: [String] = []
        for action in actions where !rules.contains(action.rule) { rules.append(action.rule) }
        return DecisionRecord(
            key: place, identity: plan.identity, trigger: part.trigger(of: plan.id), time: time,
            headline: plan.headline, event: "after", generation: plan.generation, state: .planned, actions: actions,
            rules: rules, flags: flags ?? plan.flags, finishedTimers: timers
        )
    }

    /// The plan of what will not be done, and why.
    func superseded(at place: MessageKey, time: Int64, _ why: String) -> DecisionRecord {
        var record = record(at: place, time: time)
        record.supersede(why)
        return record
    }
}

extension DecisionRecord {
    mutating func supersede(_ why: String) {
        state = .superseded
        error = why
    }
}
