import Accounts
import ActionExecutor
import ActionJournal
import Foundation
import Logging
import MailModel
import MailTransport
import RuleRuntime

/// The parts that act, put together for one state folder: the journal and its lock, the rules, the dialer, and one hub
/// for each account. There is never more than one for a state folder.
public struct Engine: Sendable {
    let surroundings: Surroundings
    let hubs: [AccountHub]
    /// Tells whoever ends pauses that there are other ones now.
    let pausesChanged = Wakeup()
    private let directory: AccountDirectory
    private let lock: StateLock?

    /// Takes the state folder, opens the journal, loads the rules. Contacts no server.
    ///
    /// - Parameter acting: without it the lock is not taken: only plans may be made and saved, beside a daemon or not.
    /// - Parameter proposing: decisions are stored as `proposed` and nothing is carried out (`--dry-run`).
    public static func assemble(
        _ configuration: Configuration, proposing: Bool, acting: Bool = true, logger: Logger
    ) async throws -> Engine {
        try await assemble(
            configuration, proposing: proposing, acting: acting,
            dialer: Dialer(threads: min(2, max(1, ProcessInfo.processInfo.activeProcessorCount))),
            clock: { Int64(Date().timeIntervalSince1970) }, logger: logger)
    }

    /// - Parameters:
    ///   - clock: seconds since 1970.
    ///   - opening: opens the journal of the state folder.
    static func assemble(
        _ configuration: Configuration, proposing: Bool, acting: Bool, dialer: Dialer,
        clock: @escaping @Sendable () -> Int64, logger: Logger,
        opening: (String) throws -> Journal = { try Journal.open(folder: $0, access: .readWrite) }
    ) async throws -> Engine {
        let lock = acting ? try StateLock(folder: configuration.stateFolder) : nil
        let journal = try opening(configuration.stateFolder)
        // Who acts on it has looked at all of it before.
        if acting { try await journal.check() }
        let spool = try Spool(stateFolder: configuration.stateFolder)
        let leftover = acting ? try await spool.removeAll(but: journal.neededSpoolFiles()) : 0
        if leftover > 0 { logger.info("removed spooled files that no plan needs", metadata: ["count": "\(leftover)"]) }
        if acting {
            let now = clock()
            try await journal.apply([], settling: journal.unsettledPlans()) { PlanConsequences.facts(for: $0, at: now) }
        }
        let rules = RuleKeeper(
            configuration: configuration, runtimes: min(2, ProcessInfo.processInfo.activeProcessorCount),
            journal: journal, clock: clock
        )
        let generation = try await rules.load().generation
        for finding in Unsupported.findings(await generation.runtimes.first?.outlines() ?? [], configuration) {
            logger.warning("\(finding.position): \(finding.message)")
        }
        let board = StatusBoard(accounts: configuration.accounts.map(\.name), clock: clock)
        await board.note(rules: StatusBoard.Rules(generation))
        let ceiling = NoticeCeiling(
            limits: Dictionary(uniqueKeysWithValues: configuration.channels.map { ($0.name, $0.ceilingHour) }))
        try await ceiling.restore(from: journal)
        let surroundings = Surroundings(
            configuration: configuration, journal: journal, spool: spool, dialer: dialer, rules: rules,
            health: RuleHealth(), pauses: PauseBook(try await journal.pauses(now: clock()), clock: clock),
            memory: RuleMemory(journal: journal, spool: spool, clock: clock) { tell($0, logger) },
            noticeCeiling: ceiling,
            board: board,
            proposing: proposing, clock: clock, logger: logger
        )
        let directory = AccountDirectory()
        let channels = NoticeChannels(
            configuration: configuration, http: dialer, markerKey: journal.markerKey,
            submitter: directory.submitter(of:), clock: clock
        ).all
        let hubs = configuration.accounts.map {
            AccountHub(account: $0, surroundings: surroundings, channels: channels, directory: directory)
        }
        directory.note(hubs)
        return Engine(surroundings: surroundings, hubs: hubs, directory: directory, lock: lock)
    }

    private init(
        surroundings: Surroundings, hubs: [AccountHub], directory: AccountDirectory, lock: StateLock?
    ) {
        self.surroundings = surroundings
        self.hubs = hubs
        self.directory = directory
        self.lock = lock
    }

    /// The first plan of a flood is told to the person, the others are only counted.
    private static func tell(_ hold: RuleHold, _ logger: Logger) {
        guard hold.isFirst else { return logger.debug("held", metadata: ["plan": "\(hold.plan)"]) }
        logger.warning(
            "a rule is past its limit; its further plans are held until they are released",
            metadata: ["rule": "\(hold.rule)", "limit": "\(hold.limit)", "plan": "\(hold.plan)"]
        )
    }

    public func close() async {
        await surroundings.dialer.shutDown()
        surroundings.journal.close()
        directory.forget()
        lock?.release()
    }

    func hub(_ name: AccountName) -> AccountHub? { hubs.first { $0.name == name } }
}
