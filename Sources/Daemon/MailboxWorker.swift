import Accounts
import ActionJournal
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
                let (visit, selected) = try await MailboxVisit.open(hub, mailbox)
                defer {
                    hub.note(nil, for: mailbox)
                    visit.connection.close()
                }
                hub.note(visit.connection, for: mailbox)
                begun = .now
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
            var wait = backoff.next(using: &generator)
            // A refused login is not repeated quickly: providers lock accounts for that.
            if let fault = outcome as? any Fault, [.authFailed, .oauthExpired].contains(fault.code) {
                wait = max(wait, Backoff.longest)
            }
            await report(outcome, wait: wait)
            await retry.wait(seconds: wait)
        }
    }

    private func report(_ error: any Error, wait: Double) async {
        let fault = error as? any Fault
        await hub.surroundings.board.note(
            hub.name, mailbox, state: "failing", error: "\(error)", code: fault?.code.rawValue
        )
        logger.error(
            "not watching; trying again later",
            metadata: [
                "error": "\(error)", "code": "\(fault?.code.rawValue ?? "-")", "seconds": "\(Int(wait.rounded(.up)))",
            ]
        )
    }
}
