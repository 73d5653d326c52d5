import ActionJournal
import IMAPSession
import IMAPSyntax
import Logging
import MailModel

/// Carries out the filing steps of one mailbox's plans on a connection that has the mailbox selected.
///
/// It reads its work from the journal and nowhere else, so that after a crash the same path goes on. Every step is
/// durable as `begun` before its command is sent, and its outcome is read from what the server shows, never from the
/// tagged OK alone.
public struct MailboxExecutor: Sendable {
    public struct Setting: Sendable {
        public var account: AccountName
        public var mailbox: MailboxName
        public var layout: MailboxLayout
        public var identities: IdentityReader
        public var hasUIDPlus: Bool
        public var condstore: Bool
        public var journal: Journal
        public var targets: TargetBook
        /// Longest command line, in bytes.
        public var lineLimit: Int
        /// Seconds since 1970.
        public var clock: @Sendable () -> Int64
        public var logger: Logger
        /// Called when something was released for sending, after that is durable.
        public var released: @Sendable () -> Void
        /// Shared by everything that acts for the account.
        public var turns: MailboxTurns
        /// Where messages go that are moved to other accounts; `nil`: they stay, and that is said.
        public var accounts: (any AccountLinking)?
        /// Holds such messages on their way.
        public var spool: Spool?
        /// Asked between commands when no plans are named; what it throws ends the work there.
        public var goingOn: @Sendable () throws -> Void
        /// Told how many messages that had just come in were gone before they could be filed.
        public var vanished: @Sendable (Int) -> Void

        public init(
            account: AccountName, mailbox: MailboxName, layout: MailboxLayout, identities: IdentityReader,
            hasUIDPlus: Bool, condstore: Bool, journal: Journal, targets: TargetBook, lineLimit: Int,
            clock: @escaping @Sendable () -> Int64, logger: Logger, released: @escaping @Sendable () -> Void,
            turns: MailboxTurns, accounts: (any AccountLinking)? = nil, spool: Spool? = nil,
            goingOn: @escaping @Sendable () throws -> Void = {}, vanished: @escaping @Sendable (Int) -> Void = { _ in }
        ) {
            self.account = account
            self.mailbox = mailbox
            self.layout = layout
            self.identities = identities
            self.hasUIDPlus = hasUIDPlus
            self.condstore = condstore
            self.journal = journal
            self.targets = targets
            self.lineLimit = lineLimit
            self.clock = clock
            self.logger = logger
            self.released = released
            self.turns = turns
            self.accounts = accounts
            self.spool = spool
            self.goingOn = goingOn
            self.vanished = vanished
        }
    }

    /// Seconds after which a decision's facts are looked at again before a step acts on them.
    static let freshness: Int64 = 60
    /// A step that could not be done for a passing reason is failed after so many attempts.
    static let mostAttempts = 8
    /// Seconds until another account that could not be reached is tried again.
    static let accountPause: Int64 = 60
    /// Seconds in which a server may still carry out a command that a lost connection left with it.
    static let lateness: Int64 = 10
    /// Messages that are worked on together, and those in one command.
    static let (workSize, batchSize) = (10_000, 1_000)

    let setting: Setting
    let connection: IMAPConnection
    let uidValidity: UIDValidity
    /// The copies whose place this connection's server told.
    let confirmed = ConfirmedCopies()
    let links: OpenLinks

    public init(setting: Setting, connection: IMAPConnection, uidValidity: UIDValidity) {
        self.setting = setting
        self.connection = connection
        self.uidValidity = uidValidity
        links = OpenLinks(setting.accounts)
    }

    /// Finds out what was interrupted, then carries out everything that is due. Ends when nothing is left that may be
    /// done now.
    ///
    /// - Parameter plans: only what these want; `nil`: everything.
    public func carryOutDueSteps(of plans: Set<PlanID>? = nil) async throws {
        await setting.turns.enter(setting.mailbox)
        do {
            let quiet = try await openWorkIfQuiet()
            if quiet == nil {
                try await followRenumbering()
                try await recover()
            }
            try await carryOut(plans, quiet)
        } catch {
            links.closeAll()
            await setting.turns.leave(setting.mailbox)
            throw error
        }
        links.closeAll()
        await setting.turns.leave(setting.mailbox)
    }

    /// What is due, when nothing was interrupted and nothing renumbered: mail that has just come is filed after one look
    /// into the journal.
    private func openWorkIfQuiet() async throws -> [PlanWork]? {
        let (open, begun) = try await setting.journal.openAndBegunWork(
            account: setting.account, mailbox: setting.mailbox, now: setting.clock(), limit: Self.workSize,
            kinds: Self.filingKinds)
        let wasInterrupted = begun.contains { entry in
            entry.plan.key.mailbox == setting.mailbox && entry.steps.contains { $0.state == .begun && $0.kind.isFiling }
        }
        guard !wasInterrupted, open.count < Self.workSize,
            open.allSatisfy({ $0.plan.key.uidValidity == uidValidity })
        else { return nil }
        return open
    }

    static let filingKinds = Set(StepKind.allCases.filter(\.isFiling))

    /// - Parameter known: what is due now, as far as that is known.
    private func carryOut(_ plans: Set<PlanID>?, _ known: [PlanWork]?) async throws {
        var known = plans.map { plans in known?.filter { plans.contains($0.plan.id) } } ?? known
        while true {
            if plans == nil { try setting.goingOn() }
            let now = setting.clock()
            let work: [PlanWork]
            if let first = known {
                work = first
            } else {
                work = try await setting.journal.openWork(
                    account: setting.account, mailbox: setting.mailbox, now: now, limit: Self.workSize,
                    kinds: Self.filingKinds, plans: plans)
            }
            known = nil
            // Those of before a renumbering were sent on by `followRenumbering`, or wait for a connection of now.
            let current = work.filter { $0.plan.key.uidValidity == uidValidity }
            var ledger = StepLedger(work: current, now: now)
            let batches = StepBatch.next(in: current, at: now)
            guard !batches.isEmpty else {
                return try await settle(&ledger)
            }
            do {
                // What goes to several folders by itself goes there in one write, and marks others on the way.
                let filings = batches.filter { $0.kind == .uidMove || $0.kind == .uidCopy }
                let filed = Set(filings.lazy.flatMap(\.items).map(\.uid))
                var marks: [StepBatch] = []
                for batch in batches where batch.kind != .uidMove && batch.kind != .uidCopy {
                    // Two plans may be of one message: it is marked before it is gone.
                    if batch.kind == .storeFlags, !batch.items.contains(where: { filed.contains($0.uid) }) {
                        marks.append(batch)
                    } else {
                        try await carryOut(batch, &ledger)
                    }
                }
                try await carryOut(filing: filings, marking: marks, &ledger)
            } catch {
                // What was learned before the connection ended must not have to be guessed afterwards.
                try await settle(&ledger)
                throw error
            }
            try await settle(&ledger)
        }
    }

    /// - Parameters:
    ///   - batches: of different messages, all of them.
    ///   - marks: of others, sent behind the filings without waiting for them.
    private func carryOut(
        filing batches: [StepBatch], marking marks: [StepBatch], _ ledger: inout StepLedger
    ) async throws {
        var filings: [StepBatch] = []
        for batch in batches { filings.append(try await dropChanged(batch, &ledger)) }
        filings.removeAll { $0.items.isEmpty }
        var sent = try await send(filings, &ledger)
        do {
            for batch in marks { try await carryOut(batch, &ledger) }
        } catch {
            try? await receive(&sent, &ledger)
            throw error
        }
        try await receive(&sent, &ledger)
    }

    private func carryOut(_ batch: StepBatch, _ ledger: inout StepLedger) async throws {
        let batch = try await dropChanged(batch, &ledger)
        guard !batch.items.isEmpty else { return }
        switch batch.kind {
        case .storeFlags: try await storeFlags(batch, &ledger)
        case .uidCopy, .uidMove: try await file([batch], &ledger)
        case .markDeleted: try await removeSources(batch, &ledger)
        case .uidExpunge where batch.arguments.copy != nil: try await removeCopies(batch, &ledger)
        case .uidExpunge: try await expunge(batch, &ledger)
        case .createFolder: try await createFolder(batch, &ledger)
        case .append: try await append(batch, &ledger)
        case .submit, .notify, .pipe:
            for item in batch.items {
                ledger.finish(item.step, .failed, detail: "\(batch.kind.rawValue) is not carried out here")
            }
        }
    }

    /// Writes what the ledger collected and what the plans come to, in one transaction.
    func settle(_ ledger: inout StepLedger) async throws {
        let (facts, settling) = ledger.takeFacts(account: setting.account, mailbox: setting.mailbox)
        let now = setting.clock()
        let following = try await setting.journal.apply(facts, settling: settling) {
            PlanConsequences.facts(for: $0, at: now)
        }
        log(ledger.takeTroubles())
        let vanished = ledger.takeVanished()
        if vanished > 0 { setting.vanished(vanished) }
        if following.contains(where: { if case .released = $0 { true } else { false } }) { setting.released() }
    }

    private func log(_ troubles: [StepTrouble]) {
        for trouble in troubles {
            var metadata: Logger.Metadata = [
                "plan": "\(trouble.plan)", "uid": "\(trouble.uid)", "code": "\(trouble.code ?? "-")",
                "folder": "\(setting.mailbox)", "account": "\(setting.account)", "error": "\(trouble.reason)",
            ]
            if let seconds = trouble.seconds {
                metadata["seconds"] = "\(seconds)"
                setting.logger.warning("put off", metadata: metadata)
            } else {
                setting.logger.error("could not be carried out", metadata: metadata)
            }
        }
    }

    /// Makes `begun` durable, together with whatever is not written yet.
    func begin(
        _ items: [StepBatch.Item], _ ledger: inout StepLedger, _ precondition: (StepBatch.Item) -> StepPrecondition
    ) async throws {
        for item in items { ledger.begin(item.step, precondition(item)) }
        try await settle(&ledger)
    }

    /// For decisions that are not fresh: messages that are gone, or marked deleted by somebody, are left to whoever did it.
    private func dropChanged(_ batch: StepBatch, _ ledger: inout StepLedger) async throws -> StepBatch {
        let now = setting.clock()
        let old = batch.items.filter { abs(now - (ledger.plan($0.plan)?.time ?? 0)) > Self.freshness }
        guard !old.isEmpty, batch.kind != .uidExpunge, batch.kind != .markDeleted, !batch.takesBack else {
            return batch
        }
        let flags = try await flags(of: old.map(\.uid))
        var kept = batch
        for item in old {
            if let present = flags[item.uid] {
                guard present.contains(.deleted) else { continue }
                ledger.finishGone(item.step, "somebody marked the message deleted first")
            } else {
                ledger.finishGone(item.step, "the message was no longer in “\(setting.mailbox)”")
            }
            kept.items.removeAll { $0 == item }
        }
        return kept
    }

    /// The selected mailbox.
    var look: MailboxLook {
        MailboxLook(
            connection: connection, reader: setting.identities, comparing: setting.identities,
            lineLimit: setting.lineLimit)
    }

    /// The flags of those of the messages that are still in the selected mailbox.
    func flags(of uids: [UID]) async throws -> [UID: Set<Flag>] { try await look.flags(of: uids) }

    func flags(of uids: NonEmptyUIDSet) async throws -> [UID: Set<Flag>] { try await look.flags(of: uids) }
}
