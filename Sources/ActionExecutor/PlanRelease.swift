import ActionJournal
import MailModel

/// What it takes to let a plan go that waits for a person.
public enum PlanRelease {
    /// The facts that make a held plan go on: the person vouches for what could not be found out, and what was in doubt
    /// is sent again.
    public static func facts(for work: PlanWork, at now: Int64) -> [JournalFact] {
        var facts: [JournalFact] = []
        var steps = work.steps
        for index in steps.indices where steps[index].state == .unknown {
            if steps[index].kind.isFiling {
                // A removal that follows still needs a confirmed copy, so nothing can be lost by believing this.
                let isExpunge = steps[index].kind == .uidExpunge
                let state: StepState = isExpunge ? .superseded : .done
                let detail = isExpunge ? "let go by a person: the message stays, marked deleted" : "let go by a person"
                facts.append(.stepFinished(steps[index].id, state, StepOutcome(detail: detail), at: now))
                steps[index].state = state
            } else {
                facts += steps[index].outbox.filter { $0.state == .held }.map {
                    .outboxState($0.id, .ready, notBefore: nil)
                }
                facts.append(.stepDeferred(steps[index].id, notBefore: nil))
                steps[index].state = .waiting
            }
        }
        let outcome = PlanOutcome(steps)
        facts.append(.planState(work.plan.id, outcome.state ?? .planned, error: outcome.error))
        if outcome.releasesSending { facts.append(.released(work.plan.id)) }
        return facts
    }
}
