import Accounts
import ActionExecutor
import IMAPSession
import MailModel
import MessageDigest
import Notifications
import Synchronization

/// What the workers of one account share.
final class AccountHub: Sendable {
    let account: AccountConfiguration
    let surroundings: Surroundings
    let connector: AccountConnector
    let submissionGuard: LoginGuard
    let targets = TargetBook()
    let turns = MailboxTurns()
    let readingTrouble = ReadingTrouble()
    let outbox = Wakeup()
    let notices = Wakeup()
    let elsewhere = Wakeup()
    let timers = Wakeup()
    let schedules = Wakeup()
    let pipes = Wakeup()
    let rivals = RivalWatch()
    let channels: [String: any NotificationChannel]
    /// Where the other accounts are.
    let directory: AccountDirectory
    private let stopping = Atomic(false)
    private let retries = Mutex<[MailboxName: Wakeup]>([:])
    private let redecided = Mutex<[MailboxName: Int64]>([:])
    private let connections = Mutex<[MailboxName: IMAPConnection]>([:])

    var name: AccountName { account.name }

    init(
        account: AccountConfiguration, surroundings: Surroundings, channels: [String: any NotificationChannel],
        directory: AccountDirectory
    ) {
        self.directory = directory
        self.account = account
        self.surroundings = surroundings
        self.channels = channels
        let credential = AccountCredential(
            account, http: surroundings.dialer, clock: surroundings.clock, logger: surroundings.logger
        )
        connector = AccountConnector(
            account: account, credential: credential, dialer: surroundings.dialer, logger: surroundings.logger,
            clock: surroundings.clock)
        submissionGuard = LoginGuard(clock: surroundings.clock)
    }

    /// Messages that had just come in were gone before they could be filed.
    func noteVanished(_ count: Int, in mailbox: MailboxName) {
        guard let sum = rivals.note(count, in: mailbox, at: surroundings.clock()) else { return }
        surroundings.logger.warning(
            "another program files here too",
            metadata: ["account": "\(name)", "folder": "\(mailbox)", "gone_first": "\(sum)"])
    }

    func note(_ connection: IMAPConnection?, for mailbox: MailboxName) {
        connections.withLock { $0[mailbox] = connection }
    }

    /// Whether workers are to end at the next good moment.
    var isStopping: Bool { stopping.load(ordering: .relaxed) }

    /// Whether a person has paused the account.
    var isPaused: Bool { surroundings.pauses.isPaused(name) }

    /// Whether work that goes on by itself may go on.
    var mayWork: Bool { !isStopping && !isPaused }

    /// Ends work that goes on by itself while the account is paused.
    func checkPause() throws {
        if isPaused { throw AccountPaused() }
    }

    func stop() {
        stopping.store(true, ordering: .relaxed)
        wakeAll()
    }

    /// What wakes the folder's worker while it has no connection.
    func retry(of mailbox: MailboxName) -> Wakeup {
        retries.withLock { retries in
            let wakeup = retries[mailbox] ?? Wakeup()
            retries[mailbox] = wakeup
            return wakeup
        }
    }

    /// Whether what failed in a rule is still to be decided again by this generation in this folder; asked once each.
    func beginsRedecision(of mailbox: MailboxName, _ generation: Int64) -> Bool {
        redecided.withLock { redecided in
            guard redecided[mailbox] != generation else { return false }
            redecided[mailbox] = generation
            return true
        }
    }

    /// A person wants what was refused to be tried again.
    func reopenLogins() {
        connector.reopen()
        submissionGuard.reopen()
    }

    /// Makes everybody look at the journal again.
    func wakeAll() {
        for connection in connections.withLock({ Array($0.values) }) { connection.wake() }
        for retry in retries.withLock({ Array($0.values) }) { retry.wake() }
        outbox.wake()
        notices.wake()
        pipes.wake()
        elsewhere.wake()
        timers.wake()
        schedules.wake()
    }

    /// Something came to be due in a folder of which nothing was heard.
    func wakeFilers() {
        for connection in connections.withLock({ Array($0.values) }) { connection.wake() }
        elsewhere.wake()
    }

    /// Something was released for sending.
    func wakeSenders() {
        outbox.wake()
        notices.wake()
        pipes.wake()
    }

    /// `nil` when the account cannot send.
    var forwards: ForwardWriter? {
        guard account.canSend, let address = account.address else { return nil }
        return ForwardWriter(
            sender: ForwardWriter.Sender(
                account: name, address: address, displayName: account.displayName ?? "", unknown: account.unknown,
                ownAddresses: account.addresses
            ),
            spool: surroundings.spool, loops: LoopGuard(account: name, journal: surroundings.journal),
            random: { MessageDigest.randomBytes($0) }
        )
    }
}
