import Accounts
import ActionJournal
import Doctor
import IMAPSession
import Logging
import MailModel
import MailTransport
import MailboxWatch

/// Watches one mailbox for as long as the program runs: connects, catches up, waits for news, and comes back after
/// every fault.
struct MailboxWorker: Sendable {
    let hub: AccountHub
    let mailbox: MailboxName

    private var logger: Logger {
        var logger = hub.surroundings.logger
        logger[metadataKey: "account"] = "\(hub.name)"
        logger[metadataKey: "folder"] = "\(mailbox)"
        return logger
    }

    /// Ends only when the task is cancelled.
    func run() async {
        var backoff = Backoff()
        let retry = hub.retry(of: mailbox)
        var generator = SystemRandomNumberGenerator()
        var absence = MailboxAbsence()
        while !Task.isCancelled, !hub.isStopping {
            if hub.isPaused {
                await hub.surroundings.board.note(hub.name, mailbox, state: "paused")
                logger.info("paused")
                await retry.wait(seconds: nil)
                continue
            }
            await hub.surroundings.board.note(hub.name, mailbox, state: "connecting")
            let outcome: any Error
            var begun: ContinuousClock.Instant?
            do {
                let (visit, selected) = try await apart { try await MailboxVisit.open(hub, mailbox) }
                defer {
                    hub.note(nil, for: mailbox)
                    visit.connection.close()
                }
                hub.note(visit.connection, for: mailbox)
                begun = .now
                absence.end()
                try await MailboxAttendance(visit: visit, logger: logger).attend(selected)
                await visit.connection.logout()
                return
            } catch is AccountPaused {
                // Resumed, it takes up where it is now, as it does after downtime.
                backoff.reset()
                continue
            } catch {
                outcome = error
            }
            // Only a connection that was good for something starts the waiting anew: a fault right after SELECT must not
            // become a login every second.
            if let begun, ContinuousClock.now - begun > .seconds(20) { backoff.reset() }
            if Task.isCancelled || hub.isStopping { return }
            if begun == nil, (outcome as? SessionError)?.code == .folderMissing {
                await endPlans(&absence)
            }
            let fault = FaultExplanation(outcome, of: hub.account)
            // What one connection was told concerns the others too.
            if fault.code == .throttled { hub.connector.note(outcome, fault) }
            let wait = RetryPause.seconds(after: fault, backoff: backoff.next(using: &generator))
            await report(outcome, fault, wait: wait)
            await retry.wait(seconds: wait)
        }
    }

    /// Whoever deleted a folder that is watched wants nothing done with what was in it either.
    private func endPlans(_ absence: inout MailboxAbsence) async {
        guard !hub.surroundings.proposing, absence.isLong(at: hub.surroundings.clock()) else { return }
        do {
            _ = try await MissingFolder(hub: hub, mailbox: mailbox).endPlans()
        } catch {
            logger.error("plans of a missing folder could not be ended", metadata: ["error": "\(error)"])
        }
    }

    private func report(_ error: any Error, _ fault: FaultExplanation, wait: Double) async {
        let text = fault.sentence(for: error)
        await hub.surroundings.board.note(
            hub.name, mailbox, state: "failing",
            error: text, code: fault.code.rawValue
        )
        logger.error(
            "not watching; trying again later",
            metadata: [
                "error": "\(error)", "code": "\(fault.code)", "advice": "\(fault.advice)",
                "seconds": "\(Int(wait.rounded(.up)))",
            ]
        )
    }
}
