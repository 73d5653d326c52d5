import ActionJournal
import Logging
import MailModel
import SMTPClient

/// Sends what the journal's outbox holds for one account: durable before, honest after (DESIGN §2.5).
public struct OutboxRunner: Sendable {
    /// First wait after a failure, and the longest, in seconds.
    public static let firstRetry: Int64 = 5
    public static let longestRetry: Int64 = 3_600
    /// After a refused login, so that the provider does not lock the account.
    static let accountPause: Int64 = 300
    /// A message that could not be handed over for so long is given up: five days, as mail servers do (RFC 5321 §4.5.4.1).
    static let longestTrying: Int64 = 5 * 86_400
    /// A server that never says what came of a message may have delivered it each time: after so many it is held.
    static let mostInDoubt = 5

    let account: AccountName
    let journal: Journal
    let spool: Spool
    let submitting: any MailSubmitting
    let clock: @Sendable () -> Int64
    let logger: Logger
    let ceiling: SendingCeiling
    /// Whether the program wants to end.
    let mayStop: @Sendable () -> Bool
    /// Called when steps on the mail server came to be due, after that is durable.
    let takesBack: @Sendable () -> Void
    private let pause = SendingPause()
    private let told = ToldWaits()

    public init(
        account: AccountName, journal: Journal, spool: Spool, submitting: any MailSubmitting,
        clock: @escaping @Sendable () -> Int64, logger: Logger, ceiling: SendingCeiling,
        mayStop: @escaping @Sendable () -> Bool = { false }, takesBack: @escaping @Sendable () -> Void = {}
    ) {
        self.account = account
        self.journal = journal
        self.spool = spool
        self.submitting = submitting
        self.clock = clock
        self.logger = logger
        self.ceiling = ceiling
        self.mayStop = mayStop
        self.takesBack = takesBack
    }

    /// What the program's last end left between two facts: before the final dot nothing was sent, after it nobody knows.
    public func recover() async throws {
        for entry in try await journal.begunOutbox(account: account) {
            switch entry.state {
            case .begun:
                try await finish(
                    entry, .ready, .deferred, "interrupted before the message was handed over", retryAt: clock())
            case .dotSent:
                // What a restart finds in doubt is tried at once (DESIGN §2.5).
                try await settleUnknown(entry, "interrupted before the server's reply came", retryAt: clock())
            case .waiting, .ready, .accepted, .refused, .unknown, .held, .superseded:
                break
            }
        }
    }

    /// Sends everything that is due now, one after the other.
    ///
    /// - Returns: when the next row is due, seconds since 1970; `nil` when none waits.
    public func sendDue() async throws -> Int64? {
        // A new forward, or a reload, is no reason to knock again at a door that was just shut.
        if let until = pause.until, clock() < until { return until }
        while let entry = try await journal.dueOutbox(account: account, now: clock(), limit: 1).first {
            try Task.checkCancellation()
            if mayStop() { return nil }
            if try await mustWait(entry) { continue }
            if let error = try await send(entry), error.scope >= .connection {
                // The server or the login is at fault: every other row would only knock at the same door.
                let until = clock() + (error.scope >= .account ? Self.accountPause : Self.firstRetry)
                pause.set(until)
                return max(until, try await journal.nextOutboxDue(account: account) ?? until)
            }
        }
        return try await journal.nextOutboxDue(account: account)
    }

    /// Puts a row off that would go past a ceiling, and drops one whose message the target got already.
    ///
    /// - Returns: whether the row is not to be sent now.
    private func mustWait(_ entry: OutboxEntry) async throws -> Bool {
        // What may have arrived was counted; it is the same message again.
        guard try await !journal.mayHaveArrived(entry.id) else { return false }
        let now = clock()
        let target = entry.draft.recipient
        let before = try await journal.lastSent(identity: entry.identity, target: target, excluding: entry.id)
        if let before, before > now - LoopGuard.memory {
            try await settle(
                entry, .superseded, "not sent: the same message went to \(target) less than 30 days ago",
                [.outboxState(entry.id, .superseded, notBefore: nil)])
            logger.notice("not sent twice", metadata: ["plan": "\(entry.plan)"])
            return true
        }
        guard let wait = try await ceiling.wait(account: account, target: target, journal: journal, now: now) else {
            return false
        }
        try await journal.apply([.outboxState(entry.id, .ready, notBefore: wait.until)])
        if told.isNew(target, until: wait.until, now: now) {
            logger.warning(
                "sending waits",
                metadata: ["plan": "\(entry.plan)", "because": "\(wait.reason)", "seconds": "\(wait.until - now)"])
        }
        return true
    }

    /// - Returns: why it has to be tried again, where it has.
    private func send(_ entry: OutboxEntry) async throws -> SMTPError? {
        let isNull = entry.draft.sender == EnvelopeAddress.null.rawValue
        guard let sender = isNull ? .null : EnvelopeAddress(entry.draft.sender),
            let recipient = EnvelopeAddress(entry.draft.recipient)
        else {
            try await finish(entry, .refused, .refused, "the address cannot stand in an envelope", retryAt: nil)
            return nil
        }
        let data: [UInt8]
        do {
            data = try await spool.read(entry.draft.spool)
        } catch {
            let isGone = error.reason == .missing
            try await finish(
                entry, isGone ? .refused : .ready, isGone ? .refused : .deferred,
                "the spooled message cannot be read: \(error)", retryAt: isGone ? nil : retryTime(entry)
            )
            return nil
        }
        try await journal.apply([.outboxBegun(entry.id, at: clock())])
        let journal = journal
        let clock = clock
        let result = await submitting.submit(Submission(sender: sender, recipients: [recipient], data: data)) {
            try await journal.apply([.outboxDotSent(entry.id, at: clock())])
        }
        guard let outcome = result.outcomes.first?.outcome else {
            try await finish(entry, .ready, .deferred, "the server gave no answer", retryAt: retryTime(entry))
            return nil
        }
        let why = outcome.error.map { "\($0)" } ?? ""
        let code = outcome.error?.code
        switch outcome.disposition {
        case .accepted:
            try await finish(entry, .accepted, .accepted, "handed over", retryAt: nil)
        case .refused:
            try await finish(entry, .refused, .refused, why, retryAt: nil, code: code)
        case .deferred where try await isTooOld(entry):
            try await finish(entry, .refused, .refused, "given up: \(why)", retryAt: nil, code: code)
        case .deferred:
            try await finish(entry, .ready, .deferred, why, retryAt: retryTime(entry), code: code)
        case .unknown:
            try await settleUnknown(entry, why)
        }
        return outcome.disposition == .deferred ? outcome.error : nil
    }

    private func settleUnknown(_ entry: OutboxEntry, _ why: String, retryAt: Int64? = nil) async throws {
        let before = try await journal.attemptsInDoubt(entry.id)
        switch entry.draft.policy {
        case .resend where before + 1 >= Self.mostInDoubt:
            try await finish(
                entry, .held, .unknown,
                "\(why); sent \(before + 1) times, and it may have arrived as often: release or undo the plan",
                retryAt: nil)
        case .resend where try await isTooOld(entry):
            try await finish(
                entry, .held, .unknown, "\(why); given up, and it may have arrived: release or undo the plan",
                retryAt: nil)
        case .resend:
            try await finish(
                entry, .ready, .unknown, "\(why); sent again with the same Message-ID",
                retryAt: retryAt ?? retryTime(entry))
        case .hold:
            try await finish(
                entry, .held, .unknown, "\(why); it may have arrived: release or undo the plan", retryAt: nil)
        }
    }

    private func isTooOld(_ entry: OutboxEntry) async throws -> Bool {
        guard let work = try await journal.work(entry.plan) else { return false }
        return clock() - work.plan.time > Self.longestTrying
    }

    /// 5 s after the first failure, then doubling to an hour.
    private func retryTime(_ entry: OutboxEntry) -> Int64 {
        clock() + min(Self.longestRetry, Self.firstRetry << Int64(min(entry.begun, 20)))
    }

    private func finish(
        _ entry: OutboxEntry, _ state: OutboxState, _ result: AttemptResult, _ text: String, retryAt: Int64?,
        code: FaultCode? = nil
    ) async throws {
        let text = String(text.prefix(500))
        let action = try await settle(
            entry, state, text,
            [.outboxFinished(entry.id, state, result, text: text, notBefore: retryAt, at: clock())])
        log(entry, action, result, text, code)
    }

    /// Stores what became of a row, and what that makes of its step and plan.
    ///
    /// - Returns: the name of the action that sends.
    @discardableResult
    private func settle(
        _ entry: OutboxEntry, _ state: OutboxState, _ text: String, _ facts: [JournalFact]
    ) async throws -> String {
        var facts = facts
        var isSettled = false
        var action = "forward"
        // Only this runner changes the rows of this step, so what is read here stays true.
        if let work = try await journal.work(entry.plan), let step = work.steps.first(where: { $0.id == entry.step }) {
            if work.plan.actions.indices.contains(step.actionIndex) {
                action = work.plan.actions[step.actionIndex].action.name
            }
            let rows = step.outbox.filter { $0.id != entry.id }.map(\.state) + [state]
            isSettled = rows.allSatisfy(\.isFinished)
            if isSettled {
                let verdict = Self.verdict(rows)
                let detail = verdict == .done ? nil : "\(action)\(Self.reason(step.outbox, entry, state, text))"
                facts.append(.stepFinished(entry.step, verdict, StepOutcome(detail: detail), at: clock()))
            }
            if isSettled, rows.contains(.held) { isSettled = false }
        }
        let now = clock()
        let following = try await journal.apply(facts, settling: [entry.plan]) {
            PlanConsequences.facts(for: $0, at: now)
        }
        if following.addSteps { takesBack() }
        if isSettled { try? await spool.remove(entry.draft.spool) }
        return action
    }

    private static func verdict(_ rows: [OutboxState]) -> StepState {
        if rows.contains(.refused) { return .failed }
        if rows.contains(.held) { return .unknown }
        return rows.allSatisfy { $0 == .superseded } ? .superseded : .done
    }

    /// Which recipient it was, when the last one to be settled is not the one that was refused.
    private static func reason(_ rows: [OutboxEntry], _ last: OutboxEntry, _ state: OutboxState, _ text: String)
        -> String
    {
        if state == .superseded { return ": \(text)" }
        if state == .refused || state == .held { return " to \(last.draft.recipient): \(text)" }
        guard let row = rows.first(where: { $0.id != last.id && ($0.state == .refused || $0.state == .held) }) else {
            return ": \(text)"
        }
        return " to \(row.draft.recipient): \(row.attempts.last?.text ?? row.state.rawValue)"
    }

    private func log(
        _ entry: OutboxEntry, _ action: String, _ result: AttemptResult, _ text: String, _ code: FaultCode?
    ) {
        var metadata: Logger.Metadata = ["plan": "\(entry.plan)", "result": "\(result.rawValue)", "reply": "\(text)"]
        if let code { metadata["code"] = "\(code)" }
        switch result {
        case .accepted: logger.info("\(action) handed over", metadata: metadata)
        case .refused: logger.error("\(action) refused", metadata: metadata)
        case .deferred: logger.warning("\(action) put off", metadata: metadata)
        case .unknown: logger.warning("\(action) in doubt", metadata: metadata)
        }
    }
}

extension OutboxState {
    var isFinished: Bool {
        switch self {
        case .accepted, .refused, .held, .superseded: true
        case .waiting, .ready, .begun, .dotSent, .unknown: false
        }
    }
}
