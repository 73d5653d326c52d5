import ActionJournal
import MailModel
import Notifications

extension NoticeRunner {
    /// A notice that is due.
    struct Item {
        var entry: PlanWork
        var step: StepRecord
    }

    /// Titles that one notice lists.
    static let mostTitles = 20

    /// Tells many at once, or puts them off until that may be done.
    func tellTogether(_ items: [Item], through name: String) async throws {
        let now = clock()
        let when = rate.together(name, at: now)
        guard when <= now, let channel = channels[name] else {
            return try await journal.apply(items.map { .stepDeferred($0.step.id, notBefore: when) })
        }
        rate.noteTogether(name, at: now)
        try await journal.apply(items.map { .stepBegun($0.step.id, StepPrecondition(), at: now) })
        guard let error = await Self.attempt(notification(items), through: channel) else {
            try await finish(items, .done, "told together with \(items.count - 1) others: they were too many")
            return logger.notice(
                "notified of many at once", metadata: ["channel": "\(name)", "count": "\(items.count)"])
        }
        try Task.checkCancellation()
        let (last, rest) = items.reduce(into: ([Item](), [Item]())) { parts, item in
            if error.isTransient, item.step.attempt + 1 < Self.mostAttempts {
                parts.1.append(item)
            } else {
                parts.0.append(item)
            }
        }
        if !last.isEmpty { try await finish(last, .failed, "notify “\(name)”: \(error)") }
        try await journal.apply(rest.map { .stepDeferred($0.step.id, notBefore: now + NoticeRate.pause) })
        logger.warning(
            "notification put off",
            metadata: ["channel": "\(name)", "count": "\(rest.count)", "reason": "\(error)"])
    }

    private func notification(_ items: [Item]) -> Notification {
        let rules = Set(items.map { $0.entry.rule(of: $0.step) })
        var lines = items.prefix(Self.mostTitles).map { $0.step.arguments.title ?? "" }
        if items.count > lines.count { lines.append("and \(items.count - lines.count) more") }
        let first = items.first?.entry.plan.id.description ?? ""
        let last = items.last?.entry.plan.id.description ?? ""
        return Notification(
            title: "\(items.count) notifications", body: lines.joined(separator: "\n"),
            key: "\(first)-\(last)-\(items.count)", account: account.rawValue,
            rule: rules.count == 1 ? rules.first ?? "" : "", messageID: "", plan: first)
    }

    private func finish(_ items: [Item], _ state: StepState, _ detail: String) async throws {
        let now = clock()
        try await journal.apply(
            items.map { .stepFinished($0.step.id, state, StepOutcome(detail: detail), at: now) },
            settling: Set(items.map(\.entry.plan.id))
        ) { PlanConsequences.facts(for: $0, at: now) }
    }
}
