import ActionExecutor
import ActionJournal
import IMAPSession
import IMAPSyntax
import Logging
import MailModel
import MailboxWatch
import RuleRuntime

/// The time a worker spends in a selected mailbox: take up, look, act, wait; until the connection ends.
struct MailboxAttendance: Sendable {
    /// More new messages than this are listed first and fetched in parts, fields only.
    static let burst: UInt32 = 100
    /// Seconds of one wait.
    static let slice = 30.0
    /// Seconds without news after which a swarm of changes has settled, and the most that is waited for that.
    static let swarmPause = 0.25
    static let longestSwarm = 2.0
    /// Seconds until the message follows that the server has just announced, where it shows them of its own accord.
    static let arrivalPause = 0.05

    let visit: MailboxVisit
    let logger: Logger

    var surroundings: Surroundings { visit.hub.surroundings }

    /// Catches up and acts, once.
    func attendOnce(_ selected: SelectedMailbox) async throws {
        try checkWritable(selected)
        // What was interrupted is found out first: it must not look like another hand's change.
        try await carryOut()
        var changes = try await changeWatch()
        let memory = try await takeUp(selected, changes)
        try await changes.prepare(below: memory.nextUID)
        if try await changes.isDue(MailboxActivity(), polling: true) {
            _ = try await changes.look(below: memory.nextUID)
        }
        try await redecide()
        try await carryOut()
    }

    func attend(_ selected: SelectedMailbox) async throws {
        try checkWritable(selected)
        // What SELECT itself said is no news; what came since is, and is left for `wait` to find.
        let opening = try await visit.connection.takeActivity()
        var mustLook = opening.exists != selected.exists
        var exists = selected.exists
        var policy = WaitPolicy(
            usesIdle: visit.server.has("IDLE"), idleSeconds: Double(visit.hub.account.idleSeconds),
            pollSeconds: Double(visit.hub.account.pollSeconds)
        )
        // The beginning has to be durable first: mail that comes after “ready” is new mail, whatever happens next.
        let isKnown = try await surroundings.journal.progress(account: visit.hub.name, mailbox: visit.mailbox) != nil
        if !isKnown {
            let watch = ChangeWatch(visit: visit, logger: logger, lastCheck: nil)
            _ = try await apart { try await takeUp(selected, watch) }
        }
        // So has the first listing of what is there, where a rule wants to hear of changes.
        var changes = try await changeWatch()
        // Sent ahead: whatever comes next is answered together with it.
        let notice =
            policy.usesIdle && visit.server.has("NOTIFY")
            ? visit.connection.submit([.notify(visit.fetchItems(fields: nil))])[0] : nil
        // From here on nothing is missed: a long catch-up is no reason to be called not ready.
        logger.info("watching", metadata: ["mode": policy.usesIdle ? "idle" : "poll"])
        await surroundings.board.note(visit.hub.name, visit.mailbox, state: "watching")
        try await apart(carryOut)
        var memory = try await apart { [changes] in try await takeUp(selected, changes) }
        try await look(for: &changes, &memory, MailboxActivity(), polling: true)
        try await redecide()
        try await apart(carryOut)
        let showsArrivals = try await notice?.value().status == .ok
        var alarms = FalseAlarms()
        while true {
            try Task.checkCancellation()
            let before = (next: memory.nextUID, time: ContinuousClock.now)
            if visit.hub.isStopping { return }
            try visit.hub.checkPause()
            var news = mustLook ? opening : try await wait(&policy, changes.interest)
            mustLook = false
            if visit.hub.isStopping { return }
            try visit.hub.checkPause()
            // Without IDLE the server tells of new mail in answer to a command, and FETCH need not be one of those.
            if !policy.usesIdle {
                _ = try await visit.connection.run(.noop).checked()
                news.merge(try await visit.connection.takeActivity())
            }
            // Changes alone are asked for in one round trip, and that tells of new messages too.
            // Where changes are followed, what is seen and what is noted of it belong in one turn.
            if showsArrivals, changes.interest.isEmpty, let shown = try await shown(&news, memory) {
                memory = try await apart { [memory, changes] in
                    var next = memory
                    try await take(shown, &next, before: memory, isLast: true, changes)
                    return next
                }
            } else if news.exists != nil || !changes.interest.concerns(news) {
                let grown = news.exists.map { $0 > exists ? $0 - exists : 0 } ?? 0
                memory = try await apart { [memory, changes] in
                    var next = memory
                    try await look(&next, expecting: grown, changes)
                    return next
                }
            }
            try await look(for: &changes, &memory, news, polling: !policy.usesIdle)
            try await redecide()
            try await apart(carryOut)
            if let now = try await visit.connection.selectedMailbox() { exists = now.exists }
            for alert in try await visit.connection.takeAlerts() {
                logger.warning("the server says", metadata: ["alert": "\(alert)"])
            }
            if news.exists != nil {
                let quiet = (ContinuousClock.now - before.time) / .seconds(1)
                let pause = alarms.looked(foundNew: memory.nextUID > before.next, quiet: quiet)
                if pause > 0 {
                    logger.debug("the server tells of mail that is not there", metadata: ["pause": "\(pause)"])
                    await visit.hub.retry(of: visit.mailbox).wait(seconds: pause)
                }
            }
        }
    }

    private func checkWritable(_ selected: SelectedMailbox) throws {
        guard selected.isReadOnly else { return }
        throw SessionError(
            code: .folderReadOnly, scope: .mailbox, command: "SELECT", mailbox: visit.mailbox.rawValue,
            text: "the server opened the folder read-only: nothing could be filed from it"
        )
    }

    private func carryOut() async throws {
        // `--dry-run` only decides.
        if !surroundings.proposing { try await visit.executor.carryOutDueSteps() }
    }

    /// What failed in a rule is decided again once, for each generation of the rules.
    private func redecide() async throws {
        guard let generation = await surroundings.rules.current?.number,
            visit.hub.beginsRedecision(of: visit.mailbox, generation)
        else { return }
        try await apart { try await Redecision(visit: visit, logger: logger).decideFailedAgain() }
    }

    // MARK: Looking

    /// Looks for changes of messages that are there, when something may have changed.
    private func look(
        for changes: inout ChangeWatch, _ memory: inout MailboxMemory, _ news: MailboxActivity, polling: Bool
    ) async throws {
        try await changes.prepare(below: memory.nextUID)
        guard try await changes.isDue(news, polling: polling) else { return }
        if try await changes.look(below: memory.nextUID) { try await look(&memory, expecting: 0, changes) }
    }

    /// What finds changes, with its mirror as far as the mailbox was decided before; the mirror of one that the server
    /// renumbered waits until that is sorted out.
    private func changeWatch() async throws -> ChangeWatch {
        let stored = try await surroundings.journal.progress(account: visit.hub.name, mailbox: visit.mailbox)
        var changes = ChangeWatch(visit: visit, logger: logger, lastCheck: stored?.lastCompleteCheck)
        if let stored, stored.uidValidity == visit.uidValidity { try await changes.prepare(below: stored.nextUID) }
        return changes
    }

    private func takeUp(_ selected: SelectedMailbox, _ changes: ChangeWatch) async throws -> MailboxMemory {
        let stored = try await surroundings.journal.progress(account: visit.hub.name, mailbox: visit.mailbox)
        let remembered = stored.map(MailboxMemory.init)
        switch TakeUp(selected: selected, memory: remembered) {
        case .begin(let next):
            return try await begin(next, selected)
        case .resume(let next, let mayHaveMore):
            var memory =
                remembered
                ?? MailboxMemory(
                    uidValidity: visit.uidValidity, nextUID: next, newestInternalDate: nil,
                    lastCompleteCheck: surroundings.clock()
                )
            if mayHaveMore { try await look(&memory, expecting: .max, changes) }
            return memory
        case .relist(let uidValidity):
            logger.warning("the server renumbered the folder; telling new mail from old")
            return try await relist(uidValidity, remembered)
        case .impossible:
            throw SessionError(
                code: .protocolError, scope: .mailbox, mailbox: visit.mailbox.rawValue,
                text: "the server gave no UIDVALIDITY"
            )
        }
    }

    /// The first time: what is there now is the past.
    private func begin(_ next: UID, _ selected: SelectedMailbox) async throws -> MailboxMemory {
        var memory = MailboxMemory(
            uidValidity: visit.uidValidity, nextUID: next, newestInternalDate: nil,
            lastCompleteCheck: surroundings.clock()
        )
        var records: [DecisionRecord] = []
        if selected.exists > 0 {
            // The youngest are remembered by identity: should the folder be renumbered soon, they are old mail all the same.
            let recent = selected.uidNext.flatMap { UID($0.rawValue > 100 ? $0.rawValue - 100 : 1) }
            let fetched: [FetchedMessage]
            if let recent {
                fetched = try await visit.fetch(from: recent, fields: []).messages
            } else {
                fetched = try await visit.connection.run(
                    .uidFetch(.last, visit.fetchItems(fields: []), changedSince: nil)
                ).checked().fetched
            }
            for message in fetched {
                if selected.uidNext == nil, let after = message.uid?.next { memory.nextUID = max(next, after) }
                memory.newestInternalDate = [memory.newestInternalDate, message.internalDate].compactMap { $0 }.max()
            }
            let before = fetched.filter { message in message.uid.map { $0 < memory.nextUID } ?? false }
            records = Arrivals(visit: visit, logger: logger).remember(before)
        }
        _ = try await surroundings.journal.recordDecisions(records, progress: [progress(memory)])
        logger.info(
            "first look: mail from now on is filed, what is there stays", metadata: ["next_uid": "\(memory.nextUID)"])
        return memory
    }

    /// The new messages that the server showed without being asked; `nil` when they may not be all, and are fetched.
    private func shown(_ news: inout MailboxActivity, _ memory: MailboxMemory) async throws -> FetchedPart? {
        guard news.exists != nil, !visit.hub.readingTrouble.isCareful(in: visit.mailbox, visit.uidValidity) else {
            return nil
        }
        while news.awaitsArrivals, try await visit.connection.waitForActivity(seconds: Self.arrivalPause) {
            news.merge(try await visit.connection.takeActivity())
        }
        guard let messages = news.arrivals(from: memory.nextUID),
            messages.allSatisfy({ visit.arrived($0, fields: nil) != nil })
        else { return nil }
        return FetchedPart(messages: messages)
    }

    /// Fetches what is new, asks the rules, and stores what they decided together with how far we are.
    private func look(
        _ memory: inout MailboxMemory, expecting: UInt32, _ changes: ChangeWatch
    ) async throws {
        let before = memory
        guard expecting > Self.burst else {
            return try await changes.guarding {
                let fetched = try await visit.fetch(from: memory.nextUID, fields: nil, expecting: expecting)
                try await take(fetched, &memory, before: before, isLast: true, changes)
            }
        }
        let listed = try await visit.connection.run(.uidFetch(.from(memory.nextUID), [.uid], changedSince: nil))
            .checked()
        // `n:*` names the last message even when its UID is below n (RFC 3501 §6.4.8).
        let uids = listed.fetched.compactMap(\.uid).filter { $0 >= before.nextUID }.sorted()
        let fields = await surroundings.rules.headerFields(for: visit.hub.name)
        let parts = uids.chunks(of: 500)
        for (index, part) in parts.enumerated() {
            try visit.hub.checkPause()
            try await changes.guarding {
                let fetched = try await visit.fetch(Array(part), fields: fields)
                try await take(fetched, &memory, before: before, isLast: index == parts.count - 1, changes)
            }
            try await carryOut()
        }
        if parts.isEmpty { try await take(FetchedPart(), &memory, before: before, isLast: true, changes) }
    }

    /// - Parameter before: what was remembered before this look: its parts do not judge each other.
    /// - Parameter isLast: whether the look is complete with this part.
    private func take(
        _ part: FetchedPart, _ memory: inout MailboxMemory, before: MailboxMemory, isLast: Bool,
        _ changes: ChangeWatch
    ) async throws {
        let now = surroundings.clock()
        guard !part.isEmpty else {
            // Not a write at each turn: only so often that a restart knows about when we last looked.
            guard now - memory.lastCompleteCheck >= 60 else { return }
            memory.lastCompleteCheck = now
            _ = try await surroundings.journal.record([], progress: [progress(memory)])
            return
        }
        var next = memory
        for uid in part.uids {
            if let after = uid.next { next.nextUID = max(next.nextUID, after) }
        }
        if isLast {
            for message in part.messages {
                next.newestInternalDate = [next.newestInternalDate, message.internalDate].compactMap { $0 }.max()
            }
            next.lastCompleteCheck = now
        }
        let seen = part.messages.compactMap { visit.arrived($0, fields: part.fields) }
        try await DecisionStore(visit: visit, logger: logger).store(
            progress: [progress(next)], facts: changes.facts(for: seen)
        ) { state in
            try await Arrivals(visit: visit, logger: logger).decide(
                part, memory: before, state: &state, afterReset: false
            )
        }
        memory = next
    }

    /// New UIDs for old messages: only what is younger than the last complete look, and unknown, is new mail.
    private func relist(_ uidValidity: UIDValidity, _ remembered: MailboxMemory?) async throws -> MailboxMemory {
        let before =
            remembered
            ?? MailboxMemory(
                uidValidity: uidValidity, nextUID: .first, newestInternalDate: nil,
                lastCompleteCheck: surroundings.clock()
            )
        var memory = before
        memory.uidValidity = uidValidity
        memory.nextUID = .first
        let listed = try await visit.connection.run(
            .uidFetch(.from(.first), [.uid, .internalDate], changedSince: nil)
        ).checked()
        let young = listed.fetched.filter { ($0.internalDate ?? .max) >= before.lastCompleteCheck - ArrivalJudge.slack }
        let fields = await surroundings.rules.headerFields(for: visit.hub.name)
        var parts: [FetchedPart] = []
        for part in young.compactMap(\.uid).sorted().chunks(of: 500) {
            parts.append(try await visit.fetch(Array(part), fields: fields))
        }
        for message in listed.fetched {
            if let after = message.uid?.next { memory.nextUID = max(memory.nextUID, after) }
        }
        memory.lastCompleteCheck = surroundings.clock()
        let forgotten = JournalFact.unmirrored(visit.hub.name, visit.mailbox, nil)
        try await DecisionStore(visit: visit, logger: logger).store(progress: [progress(memory)], facts: [forgotten]) {
            [parts] state in
            var records: [DecisionRecord] = []
            for part in parts {
                records += try await Arrivals(visit: visit, logger: logger).decide(
                    part, memory: before, state: &state, afterReset: true
                )
            }
            return records
        }
        return memory
    }

    private func progress(_ memory: MailboxMemory) -> MailboxProgress {
        MailboxProgress(
            account: visit.hub.name, mailbox: visit.mailbox, uidValidity: memory.uidValidity, nextUID: memory.nextUID,
            highestModSeq: nil, newestInternalDate: memory.newestInternalDate,
            lastCompleteCheck: memory.lastCompleteCheck
        )
    }
}

extension MailboxMemory {
    init(_ progress: MailboxProgress) {
        self.init(
            uidValidity: progress.uidValidity, nextUID: progress.nextUID,
            newestInternalDate: progress.newestInternalDate, lastCompleteCheck: progress.lastCompleteCheck
        )
    }
}

extension Array {
    /// Consecutive parts of at most so many elements.
    func chunks(of size: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
    }
}
