/// What made a plan: one message has at most one plan for each trigger.
public enum PlanTrigger: Hashable, Sendable, CustomStringConvertible {
    case new
    case movedIn
    case removed
    /// The n-th change of this message's flags.
    case flags(Int)
    /// A scheduled rule, and when it was due (seconds since 1970).
    case schedule(rule: String, due: Int64)
    case sweep(run: Int64)
    /// Delayed actions of another plan. Those that are due at the same time come together; `part` counts the times.
    case after(plan: PlanID, part: Int = 0)
    case undo(plan: PlanID)
    /// What rules marked `dry_run` would have added.
    indirect case dry(PlanTrigger)

    /// Whether plans made by it count for their rules' limits: what a person asked for does not, and what comes later
    /// was counted when it was decided.
    public var countsTowardsLimit: Bool {
        switch self {
        case .new, .movedIn, .removed, .flags, .schedule: true
        case .sweep, .after, .undo, .dry: false
        }
    }

    public var description: String {
        switch self {
        case .new: "new"
        case .movedIn: "moved_in"
        case .removed: "removed"
        case .flags(let n): "flags:\(n)"
        case .schedule(let rule, let due): "schedule:\(rule):\(due)"
        case .sweep(let run): "sweep:\(run)"
        case .after(let plan, 0): "after:\(plan)"
        case .after(let plan, let part): "after:\(plan):\(part)"
        case .undo(let plan): "undo:\(plan)"
        case .dry(let trigger): "\(trigger):dry"
        }
    }
}
