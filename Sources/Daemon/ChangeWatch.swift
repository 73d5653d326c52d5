import ActionJournal
import IMAPSession
import IMAPSyntax
import Logging
import MailModel
import MailboxWatch

/// Keeps the mirror of a visited mailbox in step while a rule wants to hear of changes there; without such a rule there
/// is no mirror, and none of this costs anything.
struct ChangeWatch: Sendable {
    /// Where changes can only be found by comparing everything, and the server tells of them by itself: seconds between
    /// two comparisons without a reason.
    static let comparisonSeconds: Int64 = 900
    /// Lines of one answer that are held against the mirror together.
    static let part = 1_000

    let visit: MailboxVisit
    let logger: Logger
    private(set) var interest = ChangeInterest()
    private var state: MirrorState?
    /// When everything was last looked at on this connection.
    private var lastListing: Int64?
    private var strategy = ChangeStrategy.comparison
    /// Whether the server did not understand how it was asked on this connection.
    private var isMisunderstood = false
    /// For how long nobody had looked when the visit began, in seconds.
    private let absence: Int64

    init(visit: MailboxVisit, logger: Logger, lastCheck: Int64?) {
        self.visit = visit
        self.logger = logger
        absence = lastCheck.map { max(0, visit.hub.surroundings.clock() - $0) } ?? 0
    }

    private var journal: Journal { visit.journal }
    private var rules: RuleKeeper { visit.hub.surroundings.rules }

    /// What is stored with a part of new mail, so that its changes can be told from now on.
    ///
    /// - Parameter messages: as they were decided.
    func facts(for messages: [ArrivedMessage]) -> [JournalFact] {
        guard let state, state.isComplete, !messages.isEmpty else { return [] }
        return [
            .mirrored(
                messages.map {
                    MirrorEntry(
                        key: $0.key, flags: $0.facts.flags.subtracting([.recent]), modSeq: $0.facts.modSeq,
                        facts: KeptHeader.facts(of: $0, keeping: state.fields))
                })
        ]
    }

    /// Carries out a look at new mail: no step of ours comes between what is seen and what the mirror is told of it.
    func guarding<Value>(_ body: () async throws -> Value) async rethrows -> Value {
        interest.isEmpty ? try await body() : try await visit.inTurn(body)
    }

    // MARK: Before a look

    /// Follows the rules in force: builds the mirror that they need, drops the one that nobody needs any more.
    ///
    /// - Parameter next: the first UID that is not decided yet.
    mutating func prepare(below next: UID) async throws {
        interest = await rules.changeInterest(
            in: visit.mailbox, of: visit.hub.name, watched: visit.hub.account.watch)
        state = try await journal.mirrorState(account: visit.hub.name, mailbox: visit.mailbox)
        if let known = state, interest.isEmpty || known.uidValidity != visit.uidValidity {
            try await journal.apply([.unmirrored(visit.hub.name, visit.mailbox, nil)])
            state = nil
        }
        guard !interest.isEmpty else { return }
        let wanted = interest.removals ? await rules.keptFields(for: visit.hub.name) : .none
        let builder = MirrorBuilder(visit: visit, logger: logger, fields: wanted)
        var current =
            state
            ?? MirrorState(account: visit.hub.name, mailbox: visit.mailbox, uidValidity: visit.uidValidity)
        if !current.isComplete {
            try await visit.inTurn { try await builder.build(&current, below: next) }
            // As good as a look: it has just been listed.
            lastListing = visit.hub.surroundings.clock()
        } else if lastListing != nil, !current.fields.suffice(for: wanted) {
            // Only once what changed while nobody looked was told by what was kept.
            try await visit.inTurn { try await builder.addFacts(&current) }
        }
        state = current
    }

    /// Whether something may have changed.
    ///
    /// - Parameter polling: nobody tells us of changes.
    func isDue(_ news: MailboxActivity, polling: Bool) async throws -> Bool {
        guard let lastListing, !interest.isEmpty else { return !interest.isEmpty }
        if polling || news.isReselected || interest.flags && (!news.flags.isEmpty || news.needsFlagListing) {
            return true
        }
        if news.expunged > 0, try await countDiffers() { return true }
        if !news.vanished.isEmpty {
            return try await !journal.mirrored(
                news.vanished, account: visit.hub.name, mailbox: visit.mailbox, limit: 1
            ).isEmpty
        }
        guard news.isEmpty else { return false }
        return strategy != .comparison
            || visit.hub.surroundings.clock() - lastListing >= Self.comparisonSeconds
    }

    /// Whether messages are missing, or are there, that the mirror does not know of. Our own removals leave it in step.
    private func countDiffers(orFirst isFirst: Bool = false) async throws -> Bool {
        if isFirst { return true }
        let count = try await journal.mirrorCount(account: visit.hub.name, mailbox: visit.mailbox)
        return try await visit.connection.selectedMailbox().map { Int($0.exists) } != count
    }

    // MARK: The look

    /// Asks what changed, and decides it.
    ///
    /// - Returns: whether there are messages that are not decided yet.
    mutating func look(below next: UID) async throws -> Bool {
        guard var current = state, current.isComplete, let selected = try await visit.connection.selectedMailbox()
        else { return false }
        let isFirst = lastListing == nil
        strategy = ChangeStrategy(
            resync: visit.usesResync, condstore: visit.trustsModSeq && !isMisunderstood, since: current.modSeq,
            selected: selected, isFirst: isFirst)
        var report = LookReport()
        let strategy = strategy
        logger.debug("looking for changes", metadata: ["by": "\(strategy)"])
        try await visit.inTurn {
            switch strategy {
            case .resync(let since):
                let reply = try await ask(.uidResync(.from(.first), since: since), &report)
                try await take(reply.fetched, below: next, &report)
                try await take(vanished: reply.vanished, below: next, &report)
                if try await countDiffers() { try await list([.uid], below: next, &report) }
            case .changedSince(let since):
                let reply = try await ask(.uidFetch(.from(.first), [.uid, .flags], changedSince: since), &report)
                try await take(reply.fetched, below: next, &report)
                if try await countDiffers(orFirst: isFirst) { try await list([.uid], below: next, &report) }
            case .comparison:
                try await list([.uid, .flags], below: next, &report)
            }
            if report.isMisunderstood { try await list([.uid, .flags], below: next, &report) }
        }
        isMisunderstood = isMisunderstood || report.isMisunderstood
        lastListing = visit.hub.surroundings.clock()
        // What SELECT said holds for all that was there then; later ones are known from what we were told.
        let reached = [current.modSeq, report.highest, isFirst || current.modSeq == nil ? selected.highestModSeq : nil]
            .compactMap { $0 }.max()
        let isFallen = strategy == .comparison && isFirst
        let modSeq = visit.trustsModSeq ? (isFallen ? selected.highestModSeq : reached) : nil
        if modSeq != current.modSeq {
            current.modSeq = modSeq
            try await journal.apply([.mirrorState(current)])
            state = current
        }
        return report.hasNew
    }

    private struct LookReport {
        var highest: ModSeq?
        var hasNew = false
        var isMisunderstood = false
    }

    /// Asks by mod-sequence. A server that offers that and does not understand it (BAD) is asked for everything instead.
    private func ask(_ command: IMAPCommand, _ report: inout LookReport) async throws -> CommandResult {
        let reply = try await visit.connection.run(command)
        guard reply.status == .bad else { return try reply.checked() }
        logger.warning(
            "the server does not understand CHANGEDSINCE; comparing instead", metadata: ["text": "\(reply.text)"])
        report.isMisunderstood = true
        return reply
    }

    /// Lines that tell of changes.
    private func take(_ lines: [FetchedMessage], below next: UID, _ report: inout LookReport) async throws {
        for part in lines.chunks(of: Self.part) {
            let entries = try await journal.mirror(
                account: visit.hub.name, mailbox: visit.mailbox, of: part.compactMap(\.uid))
            var look = MirrorLook(entries.map(MirroredMessage.init), below: next)
            for line in part { look.told(line) }
            try await settle(&look, &report)
        }
    }

    /// UIDs that are said to have vanished: only what the mirror has counts, part by part.
    private func take(vanished: UIDSet, below next: UID, _ report: inout LookReport) async throws {
        var rest = vanished
        while !rest.isEmpty {
            let entries = try await journal.mirrored(
                rest, account: visit.hub.name, mailbox: visit.mailbox, limit: Self.part)
            guard let last = entries.last?.key.uid else { return }
            var look = MirrorLook(entries.map(MirroredMessage.init), below: next)
            look.vanished(rest)
            try await settle(&look, &report)
            rest = last.next.map { rest.intersection(UIDSet($0...UID.last)) } ?? []
        }
    }

    /// Lists the mailbox in ranges and holds each against the mirror.
    private func list(_ items: [FetchItem], below next: UID, _ report: inout LookReport) async throws {
        var windows = ListingWindows(to: next)
        var held: Int?
        while let range = windows.next(after: held) {
            let reply = try await visit.connection.run(.uidFetch(.set(UIDSet(range)), items, changedSince: nil))
                .checked()
            held = reply.fetched.count
            let entries = try await journal.mirror(account: visit.hub.name, mailbox: visit.mailbox, in: range)
            var look = MirrorLook(entries.map(MirroredMessage.init), below: next)
            for line in reply.fetched { look.told(line) }
            look.listed(range)
            try await settle(&look, &report)
        }
    }

    /// Looks again for what seems to be gone, and decides what is left.
    private func settle(_ look: inout MirrorLook, _ report: inout LookReport) async throws {
        if let doubtful = NonEmptyUIDSet(look.doubtful) {
            let lineLimit = visit.hub.account.profile.quirks.lineLength
            for chunk in CommandEncoder.chunks(of: doubtful, lineLimit: lineLimit) {
                let reply = try await visit.connection.run(
                    .uidFetch(.set(chunk.set), [.uid, .flags], changedSince: nil)
                ).checked()
                for line in reply.fetched { look.told(line) }
                look.lookedAgain(for: chunk.set)
            }
        }
        report.highest = [report.highest, look.highest].compactMap { $0 }.max()
        report.hasNew = report.hasNew || look.hasNew
        try await ChangeDecisions(
            visit: visit, logger: logger, interest: interest, fields: state?.fields ?? .none,
            absence: lastListing == nil ? absence : 0
        ).decide(&look)
    }
}
