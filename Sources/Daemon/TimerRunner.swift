import ActionExecutor
import ActionJournal
import IMAPSession
import IMAPSyntax
import Logging
import MailModel
import RuleRuntime

/// Carries out delayed actions when their time has come, where their plan left the message, on connections of its own.
///
/// Each becomes a plan under the trigger `after:<plan>`; the transaction that stores it ends its timers. From then on it
/// is carried out like any other, after a crash too.
struct TimerRunner: Sendable {
    /// Plans looked up, and messages fetched, together.
    static let part = 500
    /// Seconds until a plan is looked at again that is not done yet though its delayed action is due.
    static let patience: Int64 = 2
    /// The longest wait, in seconds: the clock may be set meanwhile, or the machine sleep.
    static let slice: Int64 = 30

    let hub: AccountHub

    private var surroundings: Surroundings { hub.surroundings }
    private var journal: Journal { surroundings.journal }

    private var logger: Logger {
        var logger = surroundings.logger
        logger[metadataKey: "account"] = "\(hub.name)"
        return logger
    }

    /// - Returns: when to look again, in seconds since 1970; `nil` when no timer is set.
    func carryOutDue() async throws -> Int64? {
        var fault: (any Error)?
        var passedBy: Set<PlanID> = []
        while hub.mayWork {
            let due = try await journal.dueParts(
                account: hub.name, now: surroundings.clock(), limit: Self.part + passedBy.count
            ).filter { !passedBy.contains($0.plan.plan.id) }
            if due.isEmpty { break }
            let (resting, ready) = due.separated { $0.waits(forRules: surroundings.pauses.rules) }
            passedBy.formUnion(resting.map(\.plan.plan.id))
            let (live, dropped) = ready.separated(by: \.plan.mayBeFollowed)
            try await drop(dropped)
            for (mailbox, work) in try await places(of: live).sorted(by: { $0.key < $1.key }) {
                do {
                    try await carryOut(work, in: mailbox)
                } catch {
                    try Task.checkCancellation()
                    // One folder that cannot be opened now is no other's trouble.
                    fault = error
                    passedBy.formUnion(work.map(\.work.plan.id))
                }
            }
        }
        if let fault { throw fault }
        try hub.checkPause()
        let now = surroundings.clock()
        guard let next = try await journal.nextTimerDue(account: hub.name) else { return nil }
        return min(max(next, now + Self.patience), now + Self.slice)
    }

    /// What was to follow from a plan that came to nothing.
    private func drop(_ parts: [DuePart]) async throws {
        if parts.isEmpty { return }
        try await journal.apply(parts.flatMap(\.timers).map { .timerFinished($0) })
        for part in parts {
            logger.notice(
                "a delayed action is dropped with its plan",
                metadata: ["plan": "\(part.plan.plan.id)", "status": "\(part.plan.plan.state.rawValue)"]
            )
        }
    }

    private struct Errand {
        var work: DelayedWork
        var place: MessageKey
    }

    /// Where the messages are, by folder; what cannot be known is superseded.
    private func places(of parts: [DuePart]) async throws -> [MailboxName: [Errand]] {
        var places: [MailboxName: [Errand]] = [:]
        var lost: [DecisionRecord] = []
        for due in parts {
            let work = DelayedWork(due)
            switch MessageWhereabouts([due.plan] + due.earlier) {
            case .at(let key) where key.account != hub.name:
                let why = "the message was given to the account “\(key.account)”"
                lost.append(work.superseded(at: work.plan.key, time: surroundings.clock(), why))
            case .at(let key): places[key.mailbox, default: []].append(Errand(work: work, place: key))
            case .unknown(let why):
                lost.append(work.superseded(at: work.plan.key, time: surroundings.clock(), why))
            }
        }
        try await store(lost)
        return places
    }

    private func carryOut(_ errands: [Errand], in mailbox: MailboxName) async throws {
        let visit: MailboxVisit
        do {
            visit = try await MailboxVisit.open(hub, mailbox).visit
        } catch let error as SessionError where error.code == .folderMissing {
            return try await store(errands.map { superseded($0, "the folder “\(mailbox)” is not there any more") })
        }
        defer { visit.connection.close() }
        for part in try await follow(errands, visit).chunks(of: Self.part) {
            let found = try await look(at: Set(part.map(\.place.uid)), visit)
            var isStored = false
            while !isStored {
                try hub.checkPause()
                let base = try await surroundings.memory.base()
                var state = base.state
                var records: [DecisionRecord] = []
                for errand in part {
                    records.append(try await decide(errand, found[errand.place.uid], visit, &state))
                }
                isStored = try await store(records, decidedFrom: base)
            }
            try await visit.executor.carryOutDueSteps()
        }
        hub.wakeSenders()
        hub.timers.wake()
    }

    /// Those whose messages are found: where the server gave new UIDs since, by identity (FAULTS V1).
    private func follow(_ errands: [Errand], _ visit: MailboxVisit) async throws -> [Errand] {
        let (valid, stale) = errands.separated { $0.place.uidValidity == visit.uidValidity }
        guard !stale.isEmpty else { return valid }
        let places = try await visit.executor.places(of: Set(stale.map(\.work.plan.identity)))
        var found: [Errand] = []
        var lost: [DecisionRecord] = []
        let renumbered = "“\(visit.mailbox)” was renumbered by the server since"
        for var errand in stale {
            switch places[errand.work.plan.identity] ?? .untold {
            case .at(let uid):
                errand.place = visit.key(uid)
                found.append(errand)
            case .gone:
                lost.append(superseded(errand, "\(renumbered), and the message is not there any more"))
            case .amongTwins(let count):
                lost.append(superseded(errand, "\(renumbered), and \(count) messages there are like this one"))
            case .untold:
                lost.append(superseded(errand, "\(renumbered), and not every message there let itself be recognised"))
            }
        }
        try await store(lost)
        return valid + found
    }

    private enum Found {
        case message(ArrivedMessage)
        /// It is there, but the server did not show it; with why, where that is known.
        case unreadable(String?)
    }

    private func look(at uids: Set<UID>, _ visit: MailboxVisit) async throws -> [UID: Found] {
        var found: [UID: Found] = [:]
        let part = try await visit.fetch(uids.sorted(), fields: [])
        for uid in part.unreadable { found[uid] = .unreadable(part.reasons[uid]) }
        for message in part.messages {
            guard let uid = message.uid else { continue }
            found[uid] = visit.arrived(message, fields: []).map(Found.message) ?? .unreadable(nil)
        }
        return found
    }

    private func decide(
        _ errand: Errand, _ found: Found?, _ visit: MailboxVisit, _ state: inout RuleStateSnapshot
    ) async throws -> DecisionRecord {
        switch found {
        case .message(let message) where message.facts.flags.contains(.deleted):
            return superseded(errand, "somebody marked the message deleted")
        case .message(let message):
            if let record = try await visit.decider.comeToPass(errand.work, message, state: &state) { return record }
        case .unreadable(let reason):
            var record = errand.work.record(at: errand.place, time: surroundings.clock())
            record.state = .failed
            record.error =
                "the server did not give the message's header; it stays as it is" + (reason.map { ": \($0)" } ?? "")
            return record
        case nil: break
        }
        return superseded(errand, "the message is not in “\(visit.mailbox)” any more: somebody moved or removed it")
    }

    private func superseded(_ errand: Errand, _ why: String) -> DecisionRecord {
        errand.work.superseded(at: errand.place, time: surroundings.clock(), why)
    }

    /// Records that rest on nothing that rules remember.
    private func store(_ records: [DecisionRecord]) async throws {
        if !records.isEmpty { _ = try await store(records, decidedFrom: surroundings.memory.base()) }
    }

    /// - Returns: `false` when they are to be decided again.
    private func store(_ records: [DecisionRecord], decidedFrom base: RuleMemory.Base) async throws -> Bool {
        guard let recorded = try await surroundings.memory.store(records, progress: [], decidedFrom: base) else {
            return false
        }
        for (record, outcome) in zip(records, recorded) {
            guard case .planned(let plan) = outcome else { continue }
            logger.info(
                record.state == .superseded ? "its time has come, but not for this message" : "its time has come",
                metadata: [
                    "plan": "\(plan)", "trigger": "\(record.trigger)",
                    "rules": "\(record.rules.joined(separator: ", "))",
                    "status": "\(record.state.rawValue)", "error": "\(record.error ?? "-")",
                ]
            )
        }
        return true
    }
}

extension DuePart {
    /// Whether a rule that asked for it is paused. Its snoozed messages come back all the same: that takes nothing from
    /// anybody's sight.
    fileprivate func waits(forRules paused: Set<String>) -> Bool {
        let actions = plan.plan.actions
        return part.indices.contains { actions[$0].after != nil && paused.contains(actions[$0].rule) }
    }
}

extension MailboxVisit {
    /// The commands that fetch something of these messages, none longer than a line may be.
    func fetches(of uids: Set<UID>, _ items: [FetchItem]) -> [IMAPCommand] {
        guard let set = NonEmptyUIDSet(UIDSet(uids)) else { return [] }
        return CommandEncoder.chunks(of: set, lineLimit: hub.account.profile.quirks.lineLength).map {
            .uidFetch(.set($0.set), items, changedSince: nil)
        }
    }
}

extension Array {
    /// What fulfils the condition, and what does not, each in order.
    func separated(by condition: (Element) -> Bool) -> (matching: [Element], rest: [Element]) {
        (filter(condition), filter { !condition($0) })
    }
}
