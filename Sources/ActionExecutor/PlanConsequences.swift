import ActionJournal
import MailModel

/// What finished steps make of their plan: its state, the release of what waits to be sent, or that it never will be.
public enum PlanConsequences {
    /// The facts that follow from a plan's steps as they stand; empty when nothing does.
    public static func facts(for work: PlanWork, at now: Int64) -> [JournalFact] {
        // What was just being sent when a person took the plan back does not make it done again.
        if work.plan.state == .undone { return [] }
        var facts: [JournalFact] = []
        var steps = work.steps
        if PlanOutcome(steps).dropsSending {
            facts += dropSending(&steps, "not sent: the plan failed before", at: now)
            facts += dropFiling(&steps, at: now)
        }
        var outcome = PlanOutcome(steps)
        if case .undo(let plan) = work.plan.trigger, outcome.state == .done {
            let left = steps.filter { $0.kind.isFiling && $0.state == .superseded }.compactMap(\.outcome?.detail)
            if left.isEmpty {
                facts.append(.planState(plan, .undone, error: nil))
            } else {
                outcome.state = .failed
                outcome.error = "not all of it could be taken back: " + left.joined(separator: "; ")
            }
        }
        if !outcome.takesBack.isEmpty { facts.append(.stepsAdded(work.plan.id, outcome.takesBack)) }
        if let state = outcome.state, state != work.plan.state {
            facts.append(.planState(work.plan.id, state, error: outcome.error))
        }
        if outcome.releasesSending { facts.append(.released(work.plan.id)) }
        return facts
    }

    /// What was not begun when the plan failed is not begun any more.
    private static func dropFiling(_ steps: inout [StepRecord], at now: Int64) -> [JournalFact] {
        var facts: [JournalFact] = []
        for index in steps.indices {
            let step = steps[index]
            guard step.kind.isFiling, step.arguments.takesBack == nil, step.state == .waiting else { continue }
            let outcome = StepOutcome(detail: "not done: the plan failed before")
            facts.append(.stepFinished(step.id, .superseded, outcome, at: now))
            steps[index].state = .superseded
        }
        return facts
    }

    /// What is not released will not be sent.
    static func dropSending(_ steps: inout [StepRecord], _ why: String, at now: Int64) -> [JournalFact] {
        var facts: [JournalFact] = []
        for index in steps.indices {
            let step = steps[index]
            guard !step.kind.isFiling, !step.released, step.state == .waiting else { continue }
            facts.append(.stepFinished(step.id, .superseded, StepOutcome(detail: why), at: now))
            facts += step.outbox.map { .outboxState($0.id, .superseded, notBefore: nil) }
            steps[index].state = .superseded
        }
        return facts
    }
}

extension [JournalFact] {
    /// Whether steps came to be due on a mailbox's connection: those that take back what a failed plan did.
    var addSteps: Bool { contains { if case .stepsAdded = $0 { true } else { false } } }
}
