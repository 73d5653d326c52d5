import MailModel

/// Which rules are for messages of one folder at one event: the same for each of them, so it is found out once.
struct RuleRoute {
    struct Place: Hashable {
        var account: AccountName
        var mailbox: MailboxName
        var event: EventKind
    }

    /// An event as far as rules are chosen by it.
    enum EventKind: Hashable {
        case new, movedIn, removed, flags, sweep
        case schedule(rule: String)

        init(_ event: RuleEvent) {
            self =
                switch event {
                case .new: .new
                case .movedIn: .movedIn
                case .removed: .removed
                case .flags: .flags
                case .sweep: .sweep
                case .schedule(let rule): .schedule(rule: rule)
                }
        }
    }

    /// For each rule, in order, whether it is asked; a rule that is switched off never is.
    var isAsked: [Bool]
    /// Whether each message goes to its body: the first rule that may decide cannot do without.
    var readsBody: Bool
}

extension RuleEngine {
    /// More places than an account has folders mean that the table is for the past.
    private static let routeLimit = 4_096

    func route(_ message: RuleMessage) -> RuleRoute {
        let place = RuleRoute.Place(
            account: message.account, mailbox: message.mailbox, event: RuleRoute.EventKind(message.event))
        if let known = routes[place] { return known }
        if routes.count >= Self.routeLimit { routes.removeAll() }
        let isAsked = host.rules.map { rule in
            rule.summary.enabled
                && rule.exclusion(message, watched: watched(message), isNamed: false, noting: false) == nil
        }
        let route = RuleRoute(isAsked: isAsked, readsBody: readsBody(isAsked))
        routes[place] = route
        return route
    }

    /// Whether the body is needed whatever the message: by a rule before which none can end the run.
    private func readsBody(_ isAsked: [Bool]) -> Bool {
        for (rule, isAsked) in zip(host.rules, isAsked) where isAsked {
            if rule.certainlyReadsBody { return true }
            if rule.mayEndRun { return false }
        }
        return false
    }
}

extension CompiledRule {
    /// Whether no message can be decided by it without the body.
    var certainlyReadsBody: Bool {
        switch when {
        case .condition(let condition): condition.certainlyReadsBody
        case .always:
            if case .actions(let actions) = run { actions.contains { $0.sendsMessage } } else { false }
        case .function: false
        }
    }

    /// Whether a message that it is asked about may go to no later rule, as far as can be told without one.
    var mayEndRun: Bool {
        switch run {
        case .function: true
        case .actions(let actions): actions.contains { $0.mayEndRun(continuing: summary.continues) }
        }
    }
}

extension Condition {
    /// Parts are asked in any order until one decides: all of them have to read it.
    fileprivate var certainlyReadsBody: Bool {
        if case .test(let test) = kind { return test.readsBody }
        return operands.allSatisfy(\.certainlyReadsBody)
    }
}

extension ActionTemplate {
    fileprivate var sendsMessage: Bool {
        if case .mail(.forward) = effect { true } else { false }
    }

    fileprivate func mayEndRun(continuing: Bool) -> Bool {
        guard after == nil else { return false }
        return switch effect {
        case .stop: true
        case .snooze: !continuing
        case .mail(let action): action.removesFromSource && !continuing
        }
    }
}
