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
    /// A delayed action of another plan.
    case after(plan: PlanID)
    case undo(plan: PlanID)
    /// What rules marked `dry_run` would have added.
    indirect case dry(PlanTrigger)

    public var description: String {
        switch self {
        case .new: "new"
        case .movedIn: "moved_in"
        case .removed: "removed"
        case .flags(let n): "flags:\(n)"
        case .schedule(let rule, let due): "schedule:\(rule):\(due)"
        case .sweep(let run): "sweep:\(run)"
        case .after(let plan): "after:\(plan)"
        case .undo(let plan): "undo:\(plan)"
        case .dry(let trigger): "\(trigger):dry"
        }
    }
}
