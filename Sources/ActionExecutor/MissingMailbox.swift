import ActionJournal
import MailModel

/// What becomes of plans for messages of a mailbox that is not there any more: whoever removed it removed what was in it,
/// and nothing is made anew.
public enum MissingMailbox {
    /// Seconds after the decision before a mailbox that is missing counts as gone: one that is being renamed, or mounted,
    /// comes back.
    public static let patience: Int64 = 900

    /// The facts that end the plan's open steps; empty while it is too early for that.
    public static func facts(for work: PlanWork, at now: Int64) -> [JournalFact] {
        guard abs(now - work.plan.time) > patience else { return [] }
        let mailbox = work.plan.key.mailbox
        let why = "“\(mailbox)” is not there any more"
        var facts: [JournalFact] = []
        var steps = work.steps
        var isGone = false
        for index in steps.indices where steps[index].kind.isFiling && !steps[index].state.isSettled {
            let (state, detail) = outcome(of: steps[index], in: steps, why)
            facts.append(.stepFinished(steps[index].id, state, StepOutcome(detail: detail), at: now))
            steps[index].state = state
            isGone = isGone || state == .superseded
        }
        // A forward is not sent for a message that somebody took away first (DESIGN §2.6).
        if isGone, !steps.removedSource {
            facts += PlanConsequences.dropSending(&steps, "not sent: the message was taken away first", at: now)
        }
        return facts
    }

    private static func outcome(
        of step: StepRecord, in steps: [StepRecord], _ why: String
    ) -> (state: StepState, detail: String) {
        switch step.kind {
        case .markDeleted, .uidExpunge:
            // The source is gone, and its copy was seen before.
            let copy = step.arguments.copyStep.flatMap { position in steps.first { $0.position == position } }
            return (step.arguments.copy == nil && copy?.state == .done ? .done : .superseded, why)
        case .uidMove, .uidCopy, .append:
            guard step.state == .begun else { return (.superseded, why) }
            return (.unknown, "\(why); whether the message reached its target could not be found out: look there")
        case .storeFlags, .createFolder, .submit, .notify, .pipe:
            return (.superseded, why)
        }
    }
}
