import ActionJournal
import Logging
import MailModel
import Notifications

/// Delivers the `notify` steps of one account's plans through the configured channels: each by itself, or, when more are
/// due than the channel's ceiling leaves room for, all of them in one digest.
public struct NoticeRunner: Sendable {
    static let mostAttempts = 8
    /// Plans looked up together, and told in one where they are too many.
    static let part = 1_000

    let account: AccountName
    let journal: Journal
    let channels: [String: any NotificationChannel]
    let ceiling: NoticeCeiling
    let clock: @Sendable () -> Int64
    let logger: Logger
    /// Whether the program wants to end.
    let mayStop: @Sendable () -> Bool
    /// Called when steps on the mail server came to be due, after that is durable.
    let takesBack: @Sendable () -> Void

    public init(
        account: AccountName, journal: Journal, channels: [String: any NotificationChannel],
        ceiling: NoticeCeiling = NoticeCeiling(limits: [:]), clock: @escaping @Sendable () -> Int64, logger: Logger,
        mayStop: @escaping @Sendable () -> Bool = { false }, takesBack: @escaping @Sendable () -> Void = {}
    ) {
        self.account = account
        self.journal = journal
        self.channels = channels
        self.ceiling = ceiling
        self.clock = clock
        self.logger = logger
        self.mayStop = mayStop
        self.takesBack = takesBack
    }

    /// A `notify` step that is due, with what it says.
    struct Notice: Sendable {
        var step: StepRecord
        var plan: PlanID
        var notification: Notification
    }

    /// Steps that were begun when the program ended: channels that may hear a thing twice are told again, others are not.
    public func recover() async throws {
        for entry in try await journal.beganSteps(account: account) {
            for step in entry.steps where step.state == .begun && step.kind == .notify {
                if let channel = step.arguments.channel.flatMap({ channels[$0] }), !channel.mayRepeat {
                    try await settle(
                        [notice(entry, step)], .done,
                        "interrupted: “\(channel.name)” may or may not have told it; not repeated")
                } else {
                    try await journal.apply([.stepDeferred(step.id, notBefore: clock())])
                }
            }
        }
    }

    /// Delivers what is released and due.
    ///
    /// - Returns: when the next one is due, seconds since 1970; `nil` when none waits.
    public func deliverDue() async throws -> Int64? {
        let start = clock()
        while try await deliverPart() {
            if mayStop() { return nil }
        }
        return try await journal.nextStepDue(account: account, after: start)
    }

    /// - Returns: whether there was as much as is looked up together, and so perhaps more.
    private func deliverPart() async throws -> Bool {
        let now = clock()
        var due: [String: [Notice]] = [:]
        var order: [String] = []
        let work = try await journal.openWork(
            account: account, mailbox: nil, now: now, limit: Self.part, kinds: [.notify])
        for entry in work {
            for step in entry.steps where step.kind == .notify && step.released && step.state == .waiting {
                if let notBefore = step.notBefore, notBefore > now { continue }
                let channel = step.arguments.channel ?? ""
                if due[channel] == nil { order.append(channel) }
                due[channel, default: []].append(notice(entry, step))
            }
        }
        for channel in order {
            if mayStop() { return false }
            try await deliver(due[channel] ?? [], through: channel)
        }
        return work.count == Self.part
    }

    private func deliver(_ notices: [Notice], through name: String) async throws {
        guard let channel = channels[name] else {
            return try await settle(notices, .failed, "[notify.\(name)] is not in the configuration")
        }
        let room = ceiling.room(for: name, now: clock())
        if room > 0, notices.count > room { return try await deliver(together: notices, through: channel) }
        for (index, notice) in notices.enumerated() {
            if mayStop() { return }
            guard ceiling.room(for: name, now: clock()) > 0 else {
                return try await holdBack(Array(notices[index...]), of: channel)
            }
            try await attempt([notice], notice.notification, through: channel)
        }
    }

    private func deliver(together notices: [Notice], through channel: any NotificationChannel) async throws {
        logger.warning(
            "more notifications than the ceiling allows; they are told in one",
            metadata: ["channel": "\(channel.name)", "count": "\(notices.count)"])
        try await attempt(notices, .digest(of: notices.map(\.notification)), through: channel)
    }

    private func holdBack(_ notices: [Notice], of channel: any NotificationChannel) async throws {
        let until = max(ceiling.reopens(channel.name, now: clock()), clock() + 1)
        try await journal.apply(notices.map { .stepDeferred($0.step.id, notBefore: until) })
        logger.warning(
            "notifications wait: the channel's ceiling is reached",
            metadata: [
                "channel": "\(channel.name)", "count": "\(notices.count)", "seconds": "\(until - clock())",
            ])
    }

    /// One delivery for all of these.
    private func attempt(
        _ notices: [Notice], _ notification: Notification, through channel: any NotificationChannel
    ) async throws {
        let now = clock()
        try await journal.apply(notices.map { .stepBegun($0.step.id, StepPrecondition(), at: now) })
        guard let error = await Self.failure(of: notification, through: channel) else {
            let detail = notices.count > 1 ? "told with \(notices.count - 1) others in one" : nil
            try await settle(notices, .done, detail, and: ceiling.count(channel.name, at: clock()))
            for notice in notices { log(.info, "notified", notice, ["channel": "\(channel.name)"]) }
            return
        }
        // Cut off by our own end: what came of it is found out at the next start.
        try Task.checkCancellation()
        let isLast: (Notice) -> Bool = { !error.isTransient || $0.step.attempt + 1 >= Self.mostAttempts }
        let failed = notices.filter(isLast)
        if !failed.isEmpty {
            try await settle(failed, .failed, "notify “\(channel.name)”: \(error)")
            for notice in failed { log(.error, "notification failed", notice, ["reason": "\(error)"]) }
        }
        let later = notices.filter { !isLast($0) }
        let attempt = (later.map(\.step.attempt).max() ?? 0) + 1
        let retry = clock() + max(min(3_600, 5 << Int64(attempt - 1)), error.retryAfter ?? 0)
        try await journal.apply(later.map { .stepDeferred($0.step.id, notBefore: retry) })
        for notice in later { log(.warning, "notification put off", notice, ["reason": "\(error)"]) }
    }

    private static func failure(
        of notification: Notification, through channel: any NotificationChannel
    ) async -> NotificationError? {
        do {
            try await channel.deliver(notification)
            return nil
        } catch {
            return error
        }
    }

    private func settle(
        _ notices: [Notice], _ state: StepState, _ detail: String?, and facts: [JournalFact] = []
    ) async throws {
        let now = clock()
        let following = try await journal.apply(
            notices.map { .stepFinished($0.step.id, state, StepOutcome(detail: detail), at: now) } + facts,
            settling: Set(notices.map(\.plan))
        ) { PlanConsequences.facts(for: $0, at: now) }
        if following.addSteps { takesBack() }
    }

    private func notice(_ entry: PlanWork, _ step: StepRecord) -> Notice {
        Notice(
            step: step, plan: entry.plan.id,
            notification: Notification(
                title: step.arguments.title ?? "", body: step.arguments.body ?? "",
                key: "\(entry.plan.id)-\(step.position)", account: account.rawValue, rule: entry.rule(of: step),
                messageID: entry.plan.headline.messageID, plan: "\(entry.plan.id)"))
    }

    private func log(_ level: Logger.Level, _ message: Logger.Message, _ notice: Notice, _ more: Logger.Metadata) {
        logger.log(level: level, message, metadata: more.merging(["plan": "\(notice.plan)"]) { $1 })
    }
}

extension PlanWork {
    /// The rule that asked for a step.
    func rule(of step: StepRecord) -> String {
        plan.actions.indices.contains(step.actionIndex) ? plan.actions[step.actionIndex].rule : ""
    }
}
