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

        public init(
            account: AccountName, mailbox: MailboxName, layout: MailboxLayout, identities: IdentityReader,
            hasUIDPlus: Bool, condstore: Bool, journal: Journal, targets: TargetBook, lineLimit: Int,
            clock: @escaping @Sendable () -> Int64, logger: Logger, released: @escaping @Sendable () -> Void,
            turns: MailboxTurns
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
        }
    }

    /// Seconds after which a decision's facts are looked at again before a step acts on them.
    static let freshness: Int64 = 60
    /// A step that could not be done for a passing reason is failed after so many attempts.
    static let mostAttempts = 8
    /// Messages in one command.
    static let batchSize = 1_000

    let setting: Setting
    let connection: IMAPConnection
    let uidValidity: UIDValidity
    /// The copies whose place this connection's server told.
    let confirmed = ConfirmedCopies()

    public init(setting: Setting, connection: IMAPConnection, uidValidity: UIDValidity) {
        self.setting = setting
        self.connection = connection
        self.uidValidity = uidValidity
    }

    /// Finds out what was interrupted, then carries out everything that is due. Ends when nothing is left that may be
    /// done now.
    public func carryOutDueSteps() async throws {
        await setting.turns.enter(setting.mailbox)
        do {
            try await recover()
            try await carryOut()
        } catch {
            await setting.turns.leave(setting.mailbox)
            throw error
        }
        await setting.turns.leave(setting.mailbox)
    }

    private func carryOut() async throws {
        while true {
            let now = setting.clock()
            let work = try await setting.journal.openWork(
                account: setting.account, mailbox: setting.mailbox, now: now, limit: Self.batchSize,
                kinds: Set(StepKind.allCases.filter(\.isFiling))
            )
            let (current, stale) = work.partitioned { $0.plan.key.uidValidity == uidValidity }
            if !stale.isEmpty { try await holdStale(stale) }
            var ledger = StepLedger(work: current, now: now)
            let batches = StepBatch.next(in: current, at: now)
            guard !batches.isEmpty else {
                return try await settle(&ledger)
            }
            do {
                for batch in batches { try await carryOut(batch, &ledger) }
            } catch {
                // What was learned before the connection ended must not have to be guessed afterwards.
                try await settle(&ledger)
                throw error
            }
            try await settle(&ledger)
        }
    }

    private func carryOut(_ batch: StepBatch, _ ledger: inout StepLedger) async throws {
        let batch = try await dropChanged(batch, &ledger)
        guard !batch.items.isEmpty else { return }
        switch batch.kind {
        case .storeFlags: try await storeFlags(batch, &ledger)
        case .uidCopy: try await file(batch, &ledger, moving: false)
        case .uidMove: try await file(batch, &ledger, moving: true)
        case .markDeleted: try await removeSources(batch, &ledger)
        case .uidExpunge where batch.arguments.copy != nil: try await removeCopies(batch, &ledger)
        case .uidExpunge: try await expunge(batch, &ledger)
        case .createFolder: try await createFolder(batch, &ledger)
        case .append, .submit, .notify, .pipe:
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

    /// The flags of those of the messages that are still in the selected mailbox.
    func flags(of uids: [UID]) async throws -> [UID: Set<Flag>] {
        guard let set = NonEmptyUIDSet(UIDSet(uids)) else { return [:] }
        return try await flags(of: set)
    }

    func flags(of uids: NonEmptyUIDSet) async throws -> [UID: Set<Flag>] {
        var found: [UID: Set<Flag>] = [:]
        for chunk in CommandEncoder.chunks(of: uids, lineLimit: setting.lineLimit) {
            let reply = try await connection.run(.uidFetch(.set(chunk.set), [.uid, .flags], changedSince: nil))
            found.merge(try reply.checked().flags) { $1 }
        }
        return found
    }

    private func holdStale(_ work: [PlanWork]) async throws {
        let why = "“\(setting.mailbox)” was renumbered by the server (UIDVALIDITY changed) before this could be done"
        var facts: [JournalFact] = []
        for entry in work {
            for step in entry.steps where !step.state.isSettled && step.kind.isFiling {
                // What was begun may have happened: nobody can tell by UIDs any more.
                let state: StepState = step.state == .begun ? .unknown : .superseded
                facts.append(.stepFinished(step.id, state, StepOutcome(detail: why), at: setting.clock()))
            }
            facts.append(.planState(entry.plan.id, .held, error: why))
        }
        try await setting.journal.apply(facts)
    }
}

extension CommandResult {
    /// The flags that the reply showed.
    var flags: [UID: Set<Flag>] {
        var found: [UID: Set<Flag>] = [:]
        for message in fetched {
            if let uid = message.uid, let flags = message.flags { found[uid] = flags }
        }
        return found
    }
}

extension Array {
    /// What fulfils the condition, and what does not, each in order.
    func partitioned(by condition: (Element) -> Bool) -> (matching: [Element], rest: [Element]) {
        var matching: [Element] = []
        var rest: [Element] = []
        for element in self {
            if condition(element) { matching.append(element) } else { rest.append(element) }
        }
        return (matching, rest)
    }
}
