import ActionJournal
import Logging
import MailModel
import Notifications

/// Delivers the `notify` steps of one account's plans through the configured channels.
public struct NoticeRunner: Sendable {
    static let mostAttempts = 8
    /// Plans looked up together.
    static let part = 1_000

    let account: AccountName
    let journal: Journal
    let channels: [String: any NotificationChannel]
    let clock: @Sendable () -> Int64
    let logger: Logger
    /// Shared by everybody who tells the same channels something.
    let rate: NoticeRate
    /// Whether the program wants to end.
    let mayStop: @Sendable () -> Bool
    /// Called when steps on the mail server came to be due, after that is durable.
    let takesBack: @Sendable () -> Void

    public init(
        account: AccountName, journal: Journal, channels: [String: any NotificationChannel],
        clock: @escaping @Sendable () -> Int64, logger: Logger, rate: NoticeRate = NoticeRate(),
        mayStop: @escaping @Sendable () -> Bool = { false }, takesBack: @escaping @Sendable () -> Void = {}
    ) {
        self.account = account
        self.journal = journal
        self.channels = channels
        self.clock = clock
        self.logger = logger
        self.rate = rate
        self.mayStop = mayStop
        self.takesBack = takesBack
    }

    /// Steps that were begun when the program ended: channels that may hear a thing twice are told again, others are not.
    public func recover() async throws {
        for entry in try await journal.beganSteps(account: account) {
            for step in entry.steps where step.state == .begun && step.kind == .notify {
                let channel = step.arguments.channel.flatMap { channels[$0] }
                if let channel = channel as? CommandChannel {
                    try await finish(
                        entry, step, .done, "interrupted: “\(channel.name)” may or may not have run; not repeated")
                } else {
                    try await journal.apply([.stepDeferred(step.id, notBefore: clock())])
                }
            }
        }
    }

    /// Delivers what is released and due.
    ///
    /// - Returns: when the next retry is due, seconds since 1970; `nil` when none waits.
    public func deliverDue() async throws -> Int64? {
        let start = clock()
        var isMore = true
        while isMore {
            isMore = false
            var crowd: [String: [Item]] = [:]
            for entry in try await journal.openWork(
                account: account, mailbox: nil, now: clock(), limit: Self.part, kinds: [.notify])
            {
                if mayStop() { return nil }
                for step in entry.steps where step.kind == .notify && step.released && step.state == .waiting {
                    if let due = step.notBefore, due > clock() { continue }
                    isMore = true
                    let name = step.arguments.channel ?? ""
                    if channels[name] == nil || rate.takeSingle(name, at: clock()) {
                        try await deliver(entry, step)
                    } else {
                        crowd[name, default: []].append(Item(entry: entry, step: step))
                    }
                }
            }
            for (name, items) in crowd { try await tellTogether(items, through: name) }
        }
        return try await journal.nextStepDue(account: account, after: start)
    }

    private func deliver(_ entry: PlanWork, _ step: StepRecord) async throws {
        guard let name = step.arguments.channel, let channel = channels[name] else {
            try await finish(
                entry, step, .failed,
                "[notify.\(step.arguments.channel ?? "")] is not in the configuration, or of a type that is not carried out yet"
            )
            return
        }
        try await journal.apply([.stepBegun(step.id, StepPrecondition(), at: clock())])
        let notification = Notification(
            title: step.arguments.title ?? "", body: step.arguments.body ?? "",
            key: "\(entry.plan.id)-\(step.position)",
            account: account.rawValue, rule: entry.rule(of: step), messageID: entry.plan.headline.messageID,
            plan: "\(entry.plan.id)"
        )
        guard let error = await Self.attempt(notification, through: channel) else {
            try await finish(entry, step, .done, nil)
            logger.info("notified", metadata: ["plan": "\(entry.plan.id)", "channel": "\(name)"])
            return
        }
        let attempt = step.attempt + 1
        // Cut off by our own end: what came of it is found out at the next start.
        try Task.checkCancellation()
        guard error.isTransient, attempt < Self.mostAttempts else {
            try await finish(entry, step, .failed, "notify “\(name)”: \(error)")
            logger.error("notification failed", metadata: ["plan": "\(entry.plan.id)", "reason": "\(error)"])
            return
        }
        let retry = clock() + min(3_600, 5 << Int64(attempt - 1))
        try await journal.apply([.stepDeferred(step.id, notBefore: retry)])
        logger.warning("notification put off", metadata: ["plan": "\(entry.plan.id)", "reason": "\(error)"])
    }

    static func attempt(
        _ notification: Notification, through channel: any NotificationChannel
    ) async -> NotificationError? {
        do {
            try await channel.deliver(notification)
            return nil
        } catch {
            return error
        }
    }

    private func finish(_ entry: PlanWork, _ step: StepRecord, _ state: StepState, _ detail: String?) async throws {
        let now = clock()
        let following = try await journal.apply(
            [.stepFinished(step.id, state, StepOutcome(detail: detail), at: now)], settling: [entry.plan.id]
        ) { PlanConsequences.facts(for: $0, at: now) }
        if following.addSteps { takesBack() }
    }
}

extension PlanWork {
    /// The rule that asked for a step.
    func rule(of step: StepRecord) -> String {
        plan.actions.indices.contains(step.actionIndex) ? plan.actions[step.actionIndex].rule : ""
    }
}
