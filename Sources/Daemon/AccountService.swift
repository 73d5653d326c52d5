import Accounts
import ActionExecutor
import ActionJournal
import Doctor
import IMAPSession
import Logging
import MailModel
import MailboxWatch

/// Everything that runs for one account: a worker for each watched folder, one for other folders, the outbox, and the
/// notices. A fault of one is no other's.
struct AccountService: Sendable {
    let hub: AccountHub

    private var surroundings: Surroundings { hub.surroundings }

    private var logger: Logger {
        var logger = surroundings.logger
        logger[metadataKey: "account"] = "\(hub.name)"
        return logger
    }

    /// Ends only when the task is cancelled.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            for mailbox in hub.account.watch {
                group.addTask { await MailboxWorker(hub: hub, mailbox: mailbox).run() }
            }
            // `--dry-run` only decides.
            guard !surroundings.proposing else { return }
            group.addTask { await repeatedly("working in other folders", hub.elsewhere) { try await workElsewhere() } }
            group.addTask {
                await repeatedly("acting on time", hub.timers) { try await TimerRunner(hub: hub).carryOutDue() }
            }
            group.addTask {
                await repeatedly("running scheduled rules", hub.schedules) {
                    try await ScheduleRunner(hub: hub).runDue()
                }
            }
            if let runner = outboxRunner() {
                group.addTask {
                    await repeatedly("sending", hub.outbox, first: { try await runner.recover() }) {
                        try await runner.sendDue()
                    }
                }
            }
            let pipes = pipeRunner
            group.addTask {
                await repeatedly("running programs", hub.pipes, first: { try await pipes.recover() }) {
                    let due = try await pipes.runDue()
                    try await surroundings.spool.tidy(surroundings.journal)
                    return due
                }
            }
            let notices = noticeRunner
            group.addTask {
                await repeatedly("notifying", hub.notices, first: { try await notices.recover() }) {
                    try await notices.deliverDue()
                }
            }
        }
    }

    /// Does the work, waits until it is due again or somebody asks, and comes back after faults.
    private func repeatedly(
        _ what: String, _ wakeup: Wakeup, first: @escaping @Sendable () async throws -> Void = {},
        _ work: @escaping @Sendable () async throws -> Int64?
    ) async {
        var backoff = Backoff()
        var generator = SystemRandomNumberGenerator()
        var isFirst = true
        while !Task.isCancelled, !hub.isStopping {
            if hub.isPaused {
                await wakeup.wait(seconds: nil)
                continue
            }
            do {
                if isFirst { try await apart(first) }
                isFirst = false
                let due = try await apart(work)
                backoff.reset()
                await wakeup.wait(seconds: due.map { max(0.05, Double($0 - surroundings.clock())) })
            } catch is AccountPaused {
                isFirst = true
            } catch {
                if Task.isCancelled { return }
                // Nothing is in hand now: what this turn left half done is found out before the next.
                isFirst = true
                let fault = FaultExplanation(error, of: hub.account)
                logger.error(
                    "\(what) failed; trying again later",
                    metadata: ["error": "\(error)", "code": "\(fault.code)", "advice": "\(fault.advice)"])
                await wakeup.wait(
                    seconds: RetryPause.seconds(after: fault, backoff: backoff.next(using: &generator)))
            }
        }
    }

    /// Sends and notifies what is due now; for `run --once` and the commands that act by themselves.
    ///
    /// - Returns: the faults met.
    func settleOnce() async -> [String] {
        if hub.isPaused { return [] }
        var faults: [String] = []
        do {
            _ = try await TimerRunner(hub: hub).carryOutDue()
            _ = try await ScheduleRunner(hub: hub).runDue()
            _ = try await workElsewhere()
        } catch {
            faults.append("\(hub.name): \(error)")
        }
        do {
            if let runner = outboxRunner() {
                try await runner.recover()
                _ = try await runner.sendDue()
            }
            try await pipeRunner.recover()
            _ = try await pipeRunner.runDue()
            try await noticeRunner.recover()
            _ = try await noticeRunner.deliverDue()
            // What failed to be sent takes back what its plan did in a folder, watched or not.
            try await carryOut(in: Set(hub.openFiling().map(\.plan.key.mailbox)), redeciding: [])
            try await surroundings.spool.tidy(surroundings.journal)
        } catch {
            faults.append("\(hub.name): \(error)")
        }
        return faults
    }

    private func outboxRunner() -> OutboxRunner? {
        hub.connector.submitter(hub.submissionGuard).map {
            OutboxRunner(
                account: hub.name, journal: surroundings.journal, spool: surroundings.spool,
                submitting: GuardedSubmitter(account: hub.account, loginGuard: hub.submissionGuard, inner: $0),
                clock: surroundings.clock, logger: logger, ceiling: hub.account.sendingCeiling,
                mayStop: { [hub] in !hub.mayWork },
                takesBack: { [hub] in hub.wakeFilers() }
            )
        }
    }

    private var pipeRunner: PipeRunner {
        PipeRunner(
            account: hub.name, journal: surroundings.journal, spool: surroundings.spool,
            programs: surroundings.configuration.programs.map {
                PipeProgram(name: $0.name, command: $0.command, mayRepeat: $0.repeat)
            },
            clock: surroundings.clock, logger: logger, mayStop: { [hub] in !hub.mayWork },
            takesBack: { [hub] in hub.wakeFilers() }
        )
    }

    private var noticeRunner: NoticeRunner {
        NoticeRunner(
            account: hub.name, journal: surroundings.journal, channels: hub.channels,
            ceiling: surroundings.noticeCeiling, clock: surroundings.clock, logger: logger,
            mayStop: { [hub] in !hub.mayWork }, takesBack: { [hub] in hub.wakeFilers() }
        )
    }

    /// Plans for messages in folders that nobody watches: what `sweep --apply` and `release` left to do.
    private func workElsewhere() async throws -> Int64? {
        let now = surroundings.clock()
        let failed = try await failedElsewhere()
        let mailboxes = Set(try await hub.openFiling().map(\.plan.key.mailbox)).union(failed)
        try await carryOut(in: mailboxes.subtracting(hub.account.watch), redeciding: failed)
        return try await surroundings.journal.nextStepDue(account: hub.name, after: now)
    }

    /// - Parameter failed: those of the folders in which something failed in a rule and is decided again.
    private func carryOut(in mailboxes: Set<MailboxName>, redeciding failed: Set<MailboxName>) async throws {
        var fault: (any Error)?
        for mailbox in mailboxes.sorted() {
            do {
                let (visit, _) = try await MailboxVisit.open(hub, mailbox)
                defer { visit.connection.close() }
                if failed.contains(mailbox) {
                    try await Redecision(visit: visit, logger: logger).decideFailedAgain()
                }
                try await visit.executor.carryOutDueSteps()
            } catch let error as SessionError where error.code == .folderMissing {
                if try await !MissingFolder(hub: hub, mailbox: mailbox).endPlans() { fault = error }
            } catch {
                // One folder that cannot be opened is no other's trouble.
                fault = error
            }
        }
        if let fault { throw fault }
    }

    /// Folders nobody watches in which a delayed action failed in a rule, once for each generation of the rules.
    private func failedElsewhere() async throws -> Set<MailboxName> {
        guard let generation = await surroundings.rules.current?.number else { return [] }
        let failed = try await surroundings.journal.plans(
            PlanQuery(account: hub.name, triggerKind: "after", state: .failed, limit: 1_000)
        ).filter(\.failedInRule)
        return Set(failed.map(\.plan.key.mailbox)).subtracting(hub.account.watch).filter {
            hub.beginsRedecision(of: $0, generation)
        }
    }
}

extension AccountConfiguration {
    /// Nine tenths of what the provider allows in a day: the person sends by hand as well.
    fileprivate var sendingCeiling: SendingCeiling {
        SendingCeiling(
            hour: ceilingHour, day: ceilingDay, accountDay: profile.limits.perDay.map { $0 * 9 / 10 })
    }
}
