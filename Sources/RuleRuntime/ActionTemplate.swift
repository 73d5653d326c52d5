import MailModel

/// An action as a rule asks for it, before it meets a message.
struct ActionTemplate {
    enum Effect {
        case mail(MailAction)
        case snooze(SnoozeTime)
        case stop
    }

    enum SnoozeTime: Hashable {
        /// Seconds from now.
        case duration(Int64)
        case secondOfDay(Int64)
        /// Seconds since 1970.
        case time(Int64)
    }

    var name: ActionName
    var effect: Effect
    var after: Int64?
    var recheck = false
    var position: SourcePosition?

    /// What it is for one message; `nil` for `stop`.
    func planned(for view: MessageView, rule: String, context: EvaluationContext) -> PlannedAction? {
        // A snooze with `after` begins only then.
        let begin = context.now + (after ?? 0)
        let action: MailAction
        switch effect {
        case .stop: return nil
        case .snooze(.duration(let seconds)): action = .snooze(until: begin + seconds)
        case .snooze(.time(let time)): action = .snooze(until: time)
        case .snooze(.secondOfDay(let second)):
            action = .snooze(until: context.clock.next(secondOfDay: second, after: begin))
        case .mail(.notify(var request)):
            if request.title.isEmpty { request.title = view.values("Subject")?.texts.first?.text ?? "" }
            action = .notify(request)
        case .mail(let mail): action = mail
        }
        return PlannedAction(action: action, rule: rule, position: position, after: after, recheck: recheck)
    }
}
