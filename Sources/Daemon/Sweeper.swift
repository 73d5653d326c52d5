import ActionExecutor
import ActionJournal
import Foundation
import IMAPSession
import MailModel
import RuleRuntime

/// Runs the rules over mail that is already there.
public struct Sweeper: Sendable {
    public typealias Tell = @Sendable (ControlAnswer) async throws -> Void

    /// Plans that are in memory together.
    static let part = 2_000
    /// Plans that are carried out together, while further ones are decided: the more, the fewer commands. Half of a
    /// folder is, though there be fewer.
    static let together = 5_000

    /// Past so many plans a brief report only counts those that were simply done.
    static let mostListed = 200

    let engine: Engine
    let isBrief: Bool

    public init(engine: Engine, isBrief: Bool = false) {
        self.engine = engine
        self.isBrief = isBrief
    }

    private var surroundings: Surroundings { engine.surroundings }

    /// What the rules would do; the plans are stored as proposed, under the number that is given.
    ///
    /// - Returns: also whether every folder was looked through; what was not is told.
    public func plan(_ query: SweepQuery, tell: Tell) async throws -> (number: Int64, count: Int, isWhole: Bool) {
        let number = try await saveQuery(query)
        let isWhole = try await walk(query, number: number, proposing: true, tell)
        var count = 0
        try await page(number) { plans in
            count += plans.count
            for plan in plans { try await tell(ControlAnswer(result: try PlanReport(plan).json())) }
        }
        return (number, count, isWhole)
    }

    /// Decides and acts in one go, part by part.
    public func applyAtOnce(_ query: SweepQuery, tell: Tell) async throws -> Int32 {
        let number = try await saveQuery(query)
        let isWhole = try await walk(query, number: number, proposing: false, tell)
        let status = try await report(number, [:], tell)
        return isWhole ? status : max(status, 1)
    }

    /// Carries out a saved sweep: exactly its plans, each step under its precondition. What changed since it was shown
    /// is told with each plan.
    public func apply(number: Int64, tell: Tell) async throws -> Int32 {
        guard try await surroundings.journal.savedSweep(number) != nil else {
            try await tell(ControlAnswer(message: "there is no sweep \(number)"))
            return 1
        }
        var changes: [PlanID: [String]] = [:]
        try await page(number) { part in
            let plans = part.map(\.plan).filter { $0.state == .proposed }
            if plans.isEmpty { return }
            changes.merge(try await SweepChanges(engine: engine).look(plans)) { $1 }
            try await Releaser(engine: engine).carryOut(plans)
        }
        return try await report(number, changes, tell)
    }

    /// Goes over the plans of a sweep, part by part.
    ///
    /// - Parameter states: `nil`: any.
    private func page(
        _ number: Int64, in states: Set<PlanState>? = nil, _ body: ([PlanView]) async throws -> Void
    ) async throws {
        var last: PlanID?
        while true {
            let plans = try await surroundings.journal.plans(
                PlanQuery(after: last, trigger: .sweep(run: number), states: states, limit: Self.part))
            guard let end = plans.last?.plan.id else { return }
            try await body(plans)
            last = end
        }
    }

    private func saveQuery(_ query: SweepQuery) async throws -> Int64 {
        let text = String(decoding: try JSONEncoder().encode(query), as: UTF8.self)
        return try await surroundings.journal.saveSweep(time: surroundings.clock(), query: text, rows: [])
    }

    private func report(
        _ number: Int64, _ changes: [PlanID: [String]], _ tell: Tell
    ) async throws -> Int32 {
        let states = try await surroundings.journal.planCounts(of: .sweep(run: number))
        let isListed = !isBrief || !changes.isEmpty || states.values.reduce(0, +) <= Self.mostListed
        try await page(number, in: isListed ? nil : Set(PlanState.allCases).subtracting([.done])) { plans in
            for plan in plans {
                var report = PlanReport(plan)
                report.changed = changes[plan.plan.id]
                try await tell(ControlAnswer(result: try report.json()))
            }
        }
        var counts = states.map { "\($0.value) \($0.key.rawValue)" }.sorted()
        if !changes.isEmpty { counts.append("\(changes.count) changed since the plan was shown") }
        if !isListed, states[.done] != nil { counts.append("`postmoon log` lists what was done") }
        let sum = counts.isEmpty ? "nothing to do" : counts.joined(separator: ", ")
        try await tell(ControlAnswer(message: "sweep \(number): \(sum)"))
        return states[.failed] == nil && states[.held] == nil ? 0 : 1
    }

    /// One folder that cannot be looked through is no other's trouble.
    ///
    /// - Returns: whether all of them were looked through.
    private func walk(_ query: SweepQuery, number: Int64, proposing: Bool, _ tell: Tell) async throws -> Bool {
        // Of a look nothing is stored, but later messages see what rules would remember by then.
        var remembered: RuleStateSnapshot?
        var faults: [any Fault] = []
        var walked = 0
        for hub in engine.hubs where query.includes(hub.name) {
            for folder in query.folders(orElse: hub.account.watch) {
                do {
                    try await walk(folder, of: hub, query, number: number, proposing: proposing, &remembered)
                    walked += 1
                } catch let fault as any Fault where fault.scope < .process {
                    faults.append(fault)
                    let place = fault.scope < .account ? "“\(folder)” of the account “\(hub.name)”" : "“\(hub.name)”"
                    surroundings.logger.error(
                        "a folder could not be swept",
                        metadata: ["account": "\(hub.name)", "folder": "\(folder)", "error": "\(fault)"])
                    try await tell(ControlAnswer(message: "\(place) could not be looked through: \(fault)"))
                    // What keeps the account's person out keeps them out of its other folders.
                    if fault.scope >= .account { break }
                }
            }
        }
        if walked == 0, let fault = faults.first { throw fault }
        return faults.isEmpty
    }

    /// Goes over the messages of a folder. After a fault over one of them it comes back and goes on where it was, until
    /// that one is known to be unreadable.
    private func walk(
        _ folder: MailboxName, of hub: AccountHub, _ query: SweepQuery, number: Int64, proposing: Bool,
        _ remembered: inout RuleStateSnapshot?
    ) async throws {
        // Of plans those that are not carried out yet.
        var progress = StoringAhead.Progress()
        // One fault of many messages read together, and then of each that cannot be read.
        var left = 1 + 3 * ReadingTrouble.patience
        var isCareful = false
        while true {
            let (visit, _) = try await MailboxVisit.open(
                hub, folder, listing: query.oldest(at: surroundings.clock()) == nil)
            let fault: SessionError
            do {
                try await walk(
                    visit, query, number: number, proposing: proposing, isCareful: isCareful, &progress, &remembered)
                visit.connection.close()
                hub.wakeAll()
                return
            } catch let error as SessionError {
                visit.connection.close()
                hub.wakeAll()
                fault = error
            }
            left -= 1
            isCareful = true
            guard fault.scope == .connection || fault.isTransient, left > 0, !Task.isCancelled, !hub.isStopping else {
                throw fault
            }
        }
    }

    /// Goes over the messages of a folder, and carries out what was decided, many at a time.
    private func walk(
        _ visit: MailboxVisit, _ query: SweepQuery, number: Int64, proposing: Bool, isCareful: Bool,
        _ progress: inout StoringAhead.Progress, _ remembered: inout RuleStateSnapshot?
    ) async throws {
        var storing = StoringAhead(memory: surroundings.memory)
        var carrying = CarryingOut(visit: visit)
        do {
            try await decide(
                visit, query, number: number, proposing: proposing, isCareful: isCareful, &progress, &remembered,
                &storing, &carrying)
            try await storing.finish(&progress)
            try await carryOut(&progress, proposing: proposing, &carrying)
            try await carrying.finish()
        } catch {
            // Nothing of ours is at work on the connection when it is given up.
            visit.connection.close()
            _ = try? await storing.finish(&progress)
            try? await carrying.finish()
            progress.plans.formUnion(carrying.plans)
            throw error
        }
    }

    private func decide(
        _ visit: MailboxVisit, _ query: SweepQuery, number: Int64, proposing: Bool, isCareful: Bool,
        _ progress: inout StoringAhead.Progress, _ remembered: inout RuleStateSnapshot?,
        _ storing: inout StoringAhead, _ carrying: inout CarryingOut
    ) async throws {
        let after = progress.reached?.uidValidity == visit.uidValidity ? progress.reached?.uid : nil
        let walk = MailboxWalk(visit: visit, since: query.oldest(at: surroundings.clock()), after: after)
        try await walk.run { part in
            while true {
                let base = try await surroundings.memory.base()
                var state = remembered ?? base.state
                var records = part.unreadable.map {
                    Arrivals(visit: visit, logger: surroundings.logger).unreadable(
                        $0.uid, .sweep(run: number), event: "sweep", because: $0.reason)
                }
                let ahead = BodiesAhead(visit: visit, event: .sweep, only: query.only, isCareful: isCareful)
                records += try await ahead.decide(
                    part.messages, trigger: .sweep(run: number), state: &state, proposing: proposing
                ).filter { !$0.actions.isEmpty || $0.state == .failed || !$0.stateChanges.isEmpty }
                if try await storing.store(records, upTo: visit.key(part.last), decidedFrom: base, &progress) {
                    if proposing { remembered = state }
                    break
                }
            }
            if progress.plans.count >= Self.together || part.isHalf {
                try await storing.finish(&progress)
                try await carryOut(&progress, proposing: proposing, &carrying)
            }
        }
    }

    private func carryOut(
        _ progress: inout StoringAhead.Progress, proposing: Bool, _ carrying: inout CarryingOut
    ) async throws {
        // Of a look nothing is carried out, and so nothing of it is remembered for that.
        if !proposing { try await carrying.begin(progress.plans) }
        progress.plans = []
    }
}
