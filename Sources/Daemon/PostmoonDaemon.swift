import Accounts
import Doctor
import Logging
import MailModel
import MailTransport
import ServiceLifecycle

/// The program that watches: one task group for each account, the control socket, signals and readiness.
public struct PostmoonDaemon: Sendable {
    let engine: Engine

    public init(engine: Engine) { self.engine = engine }

    /// Runs until SIGTERM or SIGINT; the step in hand is finished, the rest is the journal's.
    public func run() async throws {
        let logger = engine.surroundings.logger
        var services: [ServiceGroupConfiguration.ServiceConfiguration] = engine.hubs.map {
            .init(service: HubService(hub: $0))
        }
        services.append(.init(service: ControlService(engine: engine)))
        services.append(.init(service: ReloadService(engine: engine)))
        services.append(.init(service: RuleWatchService(engine: engine)))
        services.append(.init(service: PauseService(engine: engine)))
        services.append(.init(service: RetentionService(surroundings: engine.surroundings)))
        services.append(.init(service: ReadinessService(board: engine.surroundings.board, logger: logger)))
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        var configuration = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet
        )
        configuration.maximumGracefulShutdownDuration = .seconds(10)
        let rules = await engine.surroundings.board.rules
        logger.notice(
            "postmoon \(programVersion) started",
            metadata: [
                "accounts": "\(engine.hubs.count)", "rules": "\(rules.count)", "generation": "\(rules.generation)",
                "since": "\(Timestamp.text(rules.since))",
            ]
        )
        if engine.surroundings.proposing {
            logger.notice("a dry run: new mail is decided and nothing done; scheduled rules and delayed actions wait")
        }
        try await ServiceGroup(configuration: configuration).run()
        logger.notice("stopped")
    }

    /// Does what is new since last time, once, and ends.
    ///
    /// - Returns: the faults met, one for each folder that could not be done.
    public func runOnce() async -> [String] {
        var faults: [String] = []
        for hub in engine.hubs {
            guard !hub.isPaused else {
                engine.surroundings.logger.notice("paused: nothing is done", metadata: ["account": "\(hub.name)"])
                continue
            }
            for mailbox in hub.account.watch {
                do {
                    let (visit, selected) = try await MailboxVisit.open(hub, mailbox)
                    defer { visit.connection.close() }
                    try await MailboxAttendance(visit: visit, logger: engine.surroundings.logger).attendOnce(selected)
                    await visit.connection.logout()
                } catch {
                    let fault = FaultExplanation(error, of: hub.account)
                    faults.append("\(hub.name)/\(mailbox): \(fault.sentence(for: error))")
                }
            }
            if !engine.surroundings.proposing { faults += await AccountService(hub: hub).settleOnce() }
        }
        return faults
    }
}

/// One account as a service: it is asked to stop, finishes what it has in hand, and only then is cancelled.
private struct HubService: Service {
    let hub: AccountHub

    func run() async throws {
        await withGracefulShutdownHandler {
            await AccountService(hub: hub).run()
        } onGracefulShutdown: {
            hub.stop()
        }
    }
}

/// Takes what is older than `keep` out of the journal, once a day.
private struct RetentionService: Service {
    let surroundings: Surroundings

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    let now = surroundings.clock()
                    let oldest = now - surroundings.configuration.keep
                    while try await surroundings.journal.prune(before: oldest, limit: 1_000, now: now) > 0 {}
                } catch {
                    surroundings.logger.error("old plans could not be removed", metadata: ["error": "\(error)"])
                }
                ProcessMemory.giveBack()
                try? await Task.sleep(for: .seconds(86_400))
            }
        }
    }
}

/// Says READY=1 once every account is watching or was reported as failing, and feeds the watchdog.
private struct ReadinessService: Service {
    let board: StatusBoard
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for await _ in board.settled {}
            if Task.isCancelled { return }
            let notifier = ServiceNotifier.fromEnvironment()
            notifier?.tell("READY=1")
            logger.notice("ready")
            // To connect and to catch up takes more than to wait.
            ProcessMemory.giveBack()
            let interval = ServiceNotifier.watchdogSeconds().map { $0 / 2 } ?? 3_600
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(interval))
                if !Task.isCancelled { notifier?.tell("WATCHDOG=1") }
            }
            notifier?.tell("STOPPING=1")
        }
    }
}
