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

    /// Ends when the task is cancelled or the account is stopped.
    func run() async {
        let (starts, starter) = AsyncStream.makeStream(of: Int.self)
        // `--dry-run` only decides.
        let runners = surroundings.proposing ? [] : runners
        await withDiscardingTaskGroup { group in
            for mailbox in hub.account.watch {
                group.addTask { await MailboxWorker(hub: hub, mailbox: mailbox).run() }
            }
            for index in runners.indices { starter.yield(index) }
            if runners.isEmpty { starter.finish() }
            var begun: Set<Int> = []
            for await index in starts {
                if hub.isStopping { break }
                let isFirst = begun.insert(index).inserted
                group.addTask {
                    let rests = await keepRunning(runners[index], isFirst: isFirst) { starter.yield(index) }
                    if !rests { starter.finish() }
                }
            }
        }
    }

    private var runners: [Runner] {
        var runners = [
            Runner(what: "working in other folders", wakeup: hub.elsewhere) { try await workElsewhere() },
            Runner(what: "acting on time", wakeup: hub.timers) { try await TimerRunner(hub: hub).carryOutDue() },
            Runner(what: "running scheduled rules", wakeup: hub.schedules) {
                try await ScheduleRunner(hub: hub).runDue()
            },
        ]
        if let runner = outboxRunner() {
            runners.append(
                Runner(what: "sending", wakeup: hub.outbox, recover: { try await runner.recover() }) {
                    try await runner.sendDue()
                })
        }
        let pipes = pipeRunner
        runners.append(
            Runner(what: "running programs", wakeup: hub.pipes, recover: { try await pipes.recover() }) {
                let due = try await pipes.runDue()
                try await surroundings.spool.tidy(surroundings.journal)
                return due
            })
        let notices = noticeRunner
        runners.append(
            Runner(what: "notifying", wakeup: hub.notices, recover: { try await notices.recover() }) {
                try await notices.deliverDue()
            })
        return runners
    }

    /// Does the work, waits until it is due again or somebody asks, and comes back after faults.
    ///
    /// When nothing is due at any time it ends, and `start` is called at the next wish: of a thousand accounts most have
    /// nothing to do, and each task of theirs would keep a stack.
    ///
    /// - Returns: whether it ended for that; otherwise the account ends.
    private func keepRunning(
        _ runner: Runner, isFirst: Bool, start: @escaping @Sendable () -> Void
    ) async -> Bool {
        var backoff = Backoff()
        var generator = SystemRandomNumberGenerator()
        var isFirst = isFirst
        while !Task.isCancelled, !hub.isStopping {
            if hub.isPaused {
                await runner.wakeup.wait(seconds: nil)
                continue
            }
            do {
                if isFirst { try await apart(runner.recover) }
                isFirst = false
                let due = try await apart(runner.work)
                backoff.reset()
                if let due {
                    await runner.wakeup.wait(seconds: max(0.05, Double(due - surroundings.clock())))
                } else if runner.wakeup.rest(start) {
                    return true
                }
            } catch is AccountPaused {
                isFirst = true
            } catch {
                if Task.isCancelled { return false }
                // Nothing is in hand now: what this turn left half done is found out before the next.
                isFirst = true
                let fault = FaultExplanation(error, of: hub.account)
                logger.error(
                    "\(runner.what) failed; trying again later",
                    metadata: ["error": "\(error)", "code": "\(fault.code)", "advice": "\(fault.advice)"])
                await runner.wakeup.wait(
                    seconds: RetryPause.seconds(after: fault, backoff: backoff.next(using: &generator)))
            }
        }
        return false
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

/// Something that works when it is due or wished for.
private struct Runner: Sendable {
    let what: String
    let wakeup: Wakeup
    /// Finds out what an interrupted turn left half done.
    var recover: @Sendable () async throws -> Void = {}
    /// Does what is due, and tells when the next is (in seconds since 1970; `nil`: not before somebody wishes it).
    let work: @Sendable () async throws -> Int64?
}

extension AccountConfiguration {
    /// Nine tenths of what the provider allows in a day: the person sends by hand as well.
    fileprivate var sendingCeiling: SendingCeiling {
        SendingCeiling(
            hour: ceilingHour, day: ceilingDay, accountDay: profile.limits.perDay.map { $0 * 9 / 10 })
    }
}
