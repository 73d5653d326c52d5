import ActionJournal
import Logging
import MailModel
import SMTPClient

/// Sends what the journal's outbox holds for one account: durable before, honest after (DESIGN §2.5).
public struct OutboxRunner: Sendable {
    /// First wait after a failure, and the longest, in seconds.
    public static let firstRetry: Int64 = 5
    public static let longestRetry: Int64 = 3_600
    /// A recipient that was refused for passing reasons so many times is given up.
    static let mostAttempts = 40

    let account: AccountName
    let journal: Journal
    let spool: Spool
    let submitting: any MailSubmitting
    let clock: @Sendable () -> Int64
    let logger: Logger

    public init(
        account: AccountName, journal: Journal, spool: Spool, submitting: any MailSubmitting,
        clock: @escaping @Sendable () -> Int64, logger: Logger
    ) {
        self.account = account
        self.journal = journal
        self.spool = spool
        self.submitting = submitting
        self.clock = clock
        self.logger = logger
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
        while let entry = try await journal.dueOutbox(account: account, now: clock(), limit: 1).first {
            try Task.checkCancellation()
            try await send(entry)
        }
        return try await journal.nextOutboxDue(account: account)
    }

    private func send(_ entry: OutboxEntry) async throws {
        guard let sender = EnvelopeAddress(entry.draft.sender), let recipient = EnvelopeAddress(entry.draft.recipient)
        else {
            return try await finish(entry, .refused, .refused, "the address cannot stand in an envelope", retryAt: nil)
        }
        let data: [UInt8]
        do {
            data = try await spool.read(entry.draft.spool)
        } catch {
            return try await finish(entry, .refused, .refused, "the spooled message is gone: \(error)", retryAt: nil)
        }
        try await journal.apply([.outboxBegun(entry.id, at: clock())])
        let journal = journal
        let clock = clock
        let result = await submitting.submit(Submission(sender: sender, recipients: [recipient], data: data)) {
            try await journal.apply([.outboxDotSent(entry.id, at: clock())])
        }
        guard let outcome = result.outcomes.first?.outcome else {
            return try await finish(entry, .ready, .deferred, "the server gave no answer", retryAt: retryTime(entry))
        }
        let why = outcome.error?.description ?? ""
        switch outcome.disposition {
        case .accepted:
            try await finish(entry, .accepted, .accepted, "handed over", retryAt: nil)
        case .refused:
            try await finish(entry, .refused, .refused, why, retryAt: nil)
        case .deferred where entry.begun + 1 >= Self.mostAttempts:
            try await finish(entry, .refused, .refused, "given up: \(why)", retryAt: nil)
        case .deferred:
            try await finish(entry, .ready, .deferred, why, retryAt: retryTime(entry))
        case .unknown:
            try await settleUnknown(entry, why)
        }
    }

    private func settleUnknown(_ entry: OutboxEntry, _ why: String, retryAt: Int64? = nil) async throws {
        switch entry.draft.policy {
        case .resend where entry.begun + 1 >= Self.mostAttempts:
            try await finish(entry, .held, .unknown, "\(why); given up after many attempts", retryAt: nil)
        case .resend:
            try await finish(
                entry, .ready, .unknown, "\(why); sent again with the same Message-ID",
                retryAt: retryAt ?? retryTime(entry))
        case .hold:
            try await finish(
                entry, .held, .unknown, "\(why); it may have arrived: release or undo the plan", retryAt: nil)
        }
    }

    /// 5 s after the first failure, then doubling to an hour.
    private func retryTime(_ entry: OutboxEntry) -> Int64 {
        clock() + min(Self.longestRetry, Self.firstRetry << Int64(min(entry.begun, 20)))
    }

    private func finish(
        _ entry: OutboxEntry, _ state: OutboxState, _ result: AttemptResult, _ text: String, retryAt: Int64?
    ) async throws {
        let text = String(text.prefix(500))
        var facts: [JournalFact] = [
            .outboxFinished(entry.id, state, result, text: text, notBefore: retryAt, at: clock())
        ]
        var finishedSpool = false
        if var work = try await journal.work(entry.plan) {
            (facts, finishedSpool) = consequences(of: state, text, entry, &work, facts)
        }
        try await journal.apply(facts)
        if finishedSpool { try? await spool.remove(entry.draft.spool) }
        log(entry, result, text)
    }

    /// The step is done when every row of it is; the plan when every step is.
    private func consequences(
        of state: OutboxState, _ text: String, _ entry: OutboxEntry, _ work: inout PlanWork, _ before: [JournalFact]
    ) -> ([JournalFact], spoolIsDone: Bool) {
        var facts = before
        guard let index = work.steps.firstIndex(where: { $0.id == entry.step }) else { return (facts, false) }
        let others = work.steps[index].outbox.filter { $0.id != entry.id }.map(\.state)
        let rows = others + [state]
        guard rows.allSatisfy(\.isFinished) else { return (facts, false) }
        let verdict: StepState = rows.contains(.refused) ? .failed : rows.contains(.held) ? .unknown : .done
        let outcome = StepOutcome(detail: verdict == .done ? nil : "forward to \(entry.draft.recipient): \(text)")
        facts.append(.stepFinished(entry.step, verdict, outcome, at: clock()))
        work.steps[index].state = verdict
        work.steps[index].outcome = outcome
        let judged = PlanOutcome(work.steps)
        if let plan = judged.state, plan != work.plan.state {
            facts.append(.planState(work.plan.id, plan, error: judged.error))
        }
        return (facts, !rows.contains(.held))
    }

    private func log(_ entry: OutboxEntry, _ result: AttemptResult, _ text: String) {
        let metadata: Logger.Metadata = ["plan": "\(entry.plan)", "result": "\(result.rawValue)", "reply": "\(text)"]
        switch result {
        case .accepted: logger.info("forward handed over", metadata: metadata)
        case .refused: logger.error("forward refused", metadata: metadata)
        case .deferred: logger.warning("forward put off", metadata: metadata)
        case .unknown: logger.warning("forward in doubt", metadata: metadata)
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
