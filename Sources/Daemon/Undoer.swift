import ActionExecutor
import ActionJournal
import IMAPSession
import IMAPSyntax
import Logging
import MailModel

/// Takes plans back: looks where each left its message, journals a plan that brings it back, and carries those out,
/// many with few commands. What was changed or moved on since is left, and said.
///
/// Of two plans for one message the newer goes first: the older left it where the newer found it.
struct Undoer: Sendable {
    /// Messages looked at, and plans stored, together.
    static let part = 500
    /// Plans that are in memory together.
    static let stretch = 2_000
    /// How long what is just being sent or told is waited for, in seconds, look by look.
    static let pauses = [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4]

    let engine: Engine

    private var surroundings: Surroundings { engine.surroundings }
    private var journal: Journal { surroundings.journal }

    /// A plan that can be taken back, and where its message should be.
    private struct Errand {
        var work: UndoWork
        var timers: [TimerID]
        var place: MessageKey
    }

    func undo(_ query: UndoQuery, tell: Sweeper.Tell) async throws -> Int32 {
        let (plans, unknown) = try await query.resolve(journal, now: surroundings.clock())
        for text in unknown { try await tell(ControlAnswer(message: text)) }
        var refusals = unknown.count
        var count = 0
        var rest = plans.sorted(by: >)
        while !rest.isEmpty {
            var taken: Set<MessageIdentity> = []
            var later: [PlanID] = []
            for stretch in rest.chunks(of: Self.stretch) {
                let outcome = try await undo(Set(stretch), &taken, &later, dryRun: query.dryRun, tell)
                count += outcome.undone
                refusals += outcome.refused
            }
            rest = later
        }
        if !query.dryRun {
            try await tell(
                ControlAnswer(
                    message: plans.isEmpty ? "nothing to take back" : "\(count) of \(plans.count) taken back"))
        }
        return refusals > 0 ? 1 : 0
    }

    /// - Parameters:
    ///   - taken: messages of which a newer plan is taken back in this round.
    ///   - later: plans that have to wait for that.
    private func undo(
        _ plans: Set<PlanID>, _ taken: inout Set<MessageIdentity>, _ later: inout [PlanID], dryRun: Bool,
        _ tell: Sweeper.Tell
    ) async throws -> (undone: Int, refused: Int) {
        var refusals = 0
        var undone: [PlanID: PlanID] = [:]
        var errands: [MessagePlace: [Errand]] = [:]
        for part in plans.sorted(by: >).chunks(of: Self.part) {
            for candidate in try await restingCandidates(part).reversed() {
                guard taken.insert(candidate.work.plan.identity).inserted else {
                    if dryRun {
                        try await tell(
                            ControlAnswer(
                                message: "plan \(candidate.work.plan.id) would be taken back after a newer one for the "
                                    + "same message"))
                    } else {
                        later.append(candidate.work.plan.id)
                    }
                    continue
                }
                switch try await judge(candidate, dryRun: dryRun) {
                case .errand(let errand):
                    let place = MessagePlace(account: errand.place.account, mailbox: errand.place.mailbox)
                    errands[place, default: []].append(errand)
                case .settled(let text): try await tell(ControlAnswer(message: text))
                case .refused(let why):
                    refusals += 1
                    try await tell(ControlAnswer(message: "plan \(candidate.work.plan.id): not taken back: \(why)"))
                }
            }
        }
        for (place, own) in errands.sorted(by: { $0.key < $1.key }) {
            let (made, missed) = try await carryOut(own, at: place, dryRun: dryRun, tell)
            undone.merge(made) { $1 }
            refusals += missed
        }
        let failures = try await report(undone, tell)
        return (undone.count - failures, refusals + failures)
    }

    /// Nothing of a plan is taken back while a letter or a notice of it is on its way, which is over in a moment: so what
    /// was only just decided can be taken back at once.
    private func restingCandidates(_ plans: ArraySlice<PlanID>) async throws -> [UndoCandidate] {
        var candidates = try await journal.undoCandidates(Set(plans))
        for pause in Self.pauses {
            let count = candidates.count { UndoWork.isJustSending($0.work.steps) }
            if count == 0 { break }
            surroundings.logger.info(
                "an undo waits for what is just being sent or told", metadata: ["plans": "\(count)"])
            try await Task.sleep(for: .seconds(pause))
            candidates = try await journal.undoCandidates(Set(plans))
        }
        return candidates
    }

    private struct MessagePlace: Hashable, Comparable {
        var account: AccountName
        var mailbox: MailboxName

        static func < (left: Self, right: Self) -> Bool {
            (left.account.rawValue, left.mailbox.rawValue) < (right.account.rawValue, right.mailbox.rawValue)
        }
    }

    private enum Judgement {
        case errand(Errand)
        case settled(String)
        case refused(String)
    }

    private func judge(_ candidate: UndoCandidate, dryRun: Bool) async throws -> Judgement {
        let plan = candidate.work.plan
        if case .undo = plan.trigger { return .refused("it is itself an undo") }
        switch plan.state {
        case .undone: return .settled("plan \(plan.id) is taken back already")
        case .rolledBack: return .settled("plan \(plan.id) took itself back when it failed")
        case .proposed: return .settled("plan \(plan.id) is only a proposal: nothing was done")
        case .planned where !UndoWork.onlyWaitsToSend(candidate.work.steps),
            .running where !UndoWork.onlyWaitsToSend(candidate.work.steps):
            return .refused("it is still being carried out; try again when it is done")
        case .planned, .running, .done, .failed, .held, .superseded: break
        }
        if let undo = candidate.undo, [.planned, .running, .held].contains(undo.state) {
            return .refused("plan \(undo.id) is taking it back already (\(undo.state.rawValue))")
        }
        let work = UndoWork(candidate.work, followers: candidate.followers)
        if work.isNothing {
            guard !candidate.timers.isEmpty || !work.waiting.isEmpty else {
                let what = work.irrevocable.joined(separator: ", ")
                return what.isEmpty
                    ? .settled("plan \(plan.id) changed nothing that could be taken back")
                    : .refused("\(what) cannot be taken back")
            }
            if !dryRun {
                let now = surroundings.clock()
                try await journal.apply(
                    cancellation(work, candidate.timers, andUndone: true), settling: [plan.id]
                ) { PlanConsequences.facts(for: $0, at: now) }
            }
            let beyond = work.irrevocable.map { "; \($0) cannot be taken back" }.joined()
            return .settled("plan \(plan.id): what was still to come is cancelled\(beyond)")
        }
        switch work.whereabouts {
        case .at(let key): return .errand(Errand(work: work, timers: candidate.timers, place: key))
        case .unknown(let why):
            // Where the watcher last saw it, if it did.
            guard let place = try await journal.lastPlace(of: plan.identity, account: plan.key.account),
                place != plan.key
            else { return .refused(why) }
            return .errand(Errand(work: work, timers: candidate.timers, place: place))
        }
    }

    /// What is still to come of a plan does not come any more.
    private func cancellation(_ work: UndoWork, _ timers: [TimerID], andUndone: Bool) -> [JournalFact] {
        let now = surroundings.clock()
        var facts: [JournalFact] = timers.map { .timerFinished($0) }
        for step in work.waiting {
            facts.append(.stepWithdrawn(step.id, StepOutcome(detail: "taken back first"), at: now))
        }
        if andUndone { facts.append(.planState(work.plan.id, .undone, error: nil)) }
        return facts
    }

    // MARK: In a folder

    /// - Returns: the plans that take plans back, by those, and how many could not be.
    private func carryOut(
        _ errands: [Errand], at place: MessagePlace, dryRun: Bool, _ tell: Sweeper.Tell
    ) async throws -> (made: [PlanID: PlanID], missed: Int) {
        func refuse(_ errands: [Errand], _ why: String) async throws -> (made: [PlanID: PlanID], missed: Int) {
            for errand in errands {
                try await tell(ControlAnswer(message: "plan \(errand.work.plan.id): not taken back: \(why)"))
            }
            return ([:], errands.count)
        }
        guard let hub = engine.hub(place.account) else {
            return try await refuse(errands, "the account “\(place.account)” is not in the configuration any more")
        }
        let visit: MailboxVisit
        do {
            visit = try await MailboxVisit.open(hub, place.mailbox).visit
        } catch let error as SessionError where error.code == .folderMissing {
            return try await refuse(errands, "the folder “\(place.mailbox)” is not there any more")
        } catch let fault as any Fault {
            // One folder that cannot be opened is no other's trouble.
            return try await refuse(errands, fault.description)
        }
        defer {
            visit.connection.close()
            hub.wakeAll()
        }
        var made: [PlanID: PlanID] = [:]
        var missed = 0
        let (errands, found) = try await follow(errands, visit)
        for part in errands.chunks(of: Self.part) {
            var records: [(errand: Errand, record: DecisionRecord)] = []
            for errand in part {
                let plan = errand.work.plan.id
                guard let message = found[plan] else {
                    missed += try await refuse(
                        [errand],
                        "the message is not in “\(place.mailbox)” any more: somebody moved it on or removed it"
                    ).missed
                    continue
                }
                guard !message.facts.flags.contains(.deleted) else {
                    missed += try await refuse([errand], "somebody marked the message deleted since").missed
                    continue
                }
                var record = errand.work.decision(
                    at: message.key, identity: message.identity, flags: message.facts.flags,
                    abilities: ServerAbilities(capabilities: visit.server.capabilities), time: surroundings.clock())
                for what in errand.work.irrevocable {
                    try await tell(ControlAnswer(message: "plan \(plan): \(what) cannot be taken back"))
                }
                if dryRun {
                    try await tell(
                        ControlAnswer(
                            result: try PlanReport(proposed: record).json(), message: "plan \(plan) would be taken back"
                        ))
                } else {
                    record.finishedTimers = errand.timers
                    records.append((errand, record))
                }
            }
            made.merge(try await store(records)) { $1 }
        }
        guard !made.isEmpty else { return (made, missed) }
        do {
            try await visit.carryOut(askedFor: Set(made.values))
        } catch let fault as any Fault {
            // It is journalled, and so goes on when Postmoon next works in the folder.
            try await tell(
                ControlAnswer(message: "\(place.account)/\(place.mailbox): interrupted: \(fault.description)"))
        }
        return (made, missed)
    }

    /// Journals decisions, and what does not come any more because of them.
    private func store(_ records: [(errand: Errand, record: DecisionRecord)]) async throws -> [PlanID: PlanID] {
        if records.isEmpty { return [:] }
        let now = surroundings.clock()
        let cancelled = records.flatMap { entry in
            // Timers end with the decision, in its transaction.
            let isSettled = entry.record.steps.isEmpty
            return cancellation(entry.errand.work, isSettled ? entry.errand.timers : [], andUndone: isSettled)
        }
        // A plan that only waited to send has come to its end with that.
        try await journal.apply(cancelled, settling: Set(records.map(\.errand.work.plan.id))) {
            PlanConsequences.facts(for: $0, at: now)
        }
        let pending = records.filter { !$0.record.steps.isEmpty }
        let recorded = try await journal.recordDecisions(pending.map(\.record), progress: [])
        var made: [PlanID: PlanID] = [:]
        for (entry, outcome) in zip(pending, recorded) {
            if let plan = outcome.plan { made[entry.errand.work.plan.id] = plan }
        }
        return made
    }

    /// The messages that are where they should be, by the plans to take back; where the folder was renumbered, by identity.
    private func find(_ errands: [Errand], _ visit: MailboxVisit) async throws -> [PlanID: ArrivedMessage] {
        var found: [PlanID: ArrivedMessage] = [:]
        let here = errands.filter { $0.place.uidValidity == visit.uidValidity }
        let items = visit.fetchItems(fields: [])
        var messages: [UID: (FetchedMessage, ArrivedMessage)] = [:]
        for command in visit.fetches(of: Set(here.map(\.place.uid)), items) {
            for message in try await visit.connection.run(command).checked().fetched {
                if let arrived = visit.arrived(message, fields: []) { messages[arrived.key.uid] = (message, arrived) }
            }
        }
        for errand in here {
            guard let (message, arrived) = messages[errand.place.uid], isMeant(errand, message, arrived) else {
                continue
            }
            found[errand.work.plan.id] = arrived
        }
        let renumbered = errands.filter { $0.place.uidValidity != visit.uidValidity }
        guard !renumbered.isEmpty else { return found }
        let listed = try await visit.connection.run(.uidFetch(.from(.first), [.uid, .flags], changedSince: nil))
            .checked()
        var alike: [PlanID: Int] = [:]
        for command in visit.fetches(of: Set(listed.fetched.compactMap(\.uid)), items) {
            for message in try await visit.connection.run(command).checked().fetched {
                guard let arrived = visit.arrived(message, fields: []) else { continue }
                for errand in renumbered where isMeant(errand, message, arrived) {
                    found[errand.work.plan.id] = arrived
                    alike[errand.work.plan.id, default: 0] += 1
                }
            }
        }
        // Among several a person has to say.
        for (plan, count) in alike where count > 1 { found[plan] = nil }
        return found
    }

    /// What is not where its plan left it, though a newer plan for it was taken back: that one brought it there anew.
    private func follow(
        _ errands: [Errand], _ visit: MailboxVisit
    ) async throws -> (errands: [Errand], found: [PlanID: ArrivedMessage]) {
        let found = try await find(errands, visit)
        var followed: [Errand] = []
        for errand in errands where found[errand.work.plan.id] == nil && errand.place.account == visit.hub.name {
            let plans = try await journal.plans(
                PlanQuery(
                    after: errand.work.plan.id, account: errand.place.account, identity: errand.work.plan.identity))
            let works = plans.map { PlanWork(plan: $0.plan, steps: $0.steps) }
            guard case .at(let place) = MessageWhereabouts(from: errand.place, works), place != errand.place,
                place.mailbox == errand.place.mailbox, place.account == errand.place.account
            else { continue }
            var moved = errand
            moved.place = place
            followed.append(moved)
        }
        guard !followed.isEmpty else { return (errands, found) }
        let moved = Dictionary(followed.map { ($0.work.plan.id, $0) }, uniquingKeysWith: { first, _ in first })
        return (
            errands.map { moved[$0.work.plan.id] ?? $0 },
            found.merging(try await find(followed, visit)) { first, _ in first }
        )
    }

    private func isMeant(_ errand: Errand, _ message: FetchedMessage, _ arrived: ArrivedMessage) -> Bool {
        guard errand.place.account != errand.work.plan.key.account else {
            return arrived.identity == errand.work.plan.identity
        }
        return IdentityReader.content.identity(of: message) == errand.work.contentIdentity
    }

    // MARK: Telling

    /// - Returns: how many could not be taken back after all.
    private func report(_ undone: [PlanID: PlanID], _ tell: Sweeper.Tell) async throws -> Int {
        var failures = 0
        for part in undone.values.sorted().chunks(of: Self.part) {
            for plan in try await journal.plans(PlanQuery(ids: Set(part))) {
                if plan.plan.state != .done { failures += 1 }
                try await tell(ControlAnswer(result: try PlanReport(plan).json()))
            }
        }
        return failures
    }
}

extension PlanReport {
    /// What would be done, and was not stored.
    fileprivate init(proposed record: DecisionRecord) {
        self.init(
            time: record.time, account: record.key.account.rawValue, folder: record.key.mailbox.rawValue,
            messageID: record.headline.messageID, subject: record.headline.subject, from: record.headline.from,
            event: record.event, rules: record.rules, actions: record.actions,
            status: PlanState.proposed.rawValue, error: nil, evidence: [])
        uid = record.key.uid.rawValue
        trigger = record.trigger.description
    }
}
