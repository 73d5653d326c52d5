import ActionExecutor
import ActionJournal
import Foundation
import MailModel
import RuleRuntime

/// Runs the rules over mail that is already there.
public struct Sweeper: Sendable {
    public typealias Tell = @Sendable (ControlAnswer) async throws -> Void

    /// Plans that are in memory together.
    static let part = 2_000

    let engine: Engine

    public init(engine: Engine) { self.engine = engine }

    private var surroundings: Surroundings { engine.surroundings }

    /// What the rules would do; the plans are stored as proposed, under the number that is given.
    public func plan(_ query: SweepQuery, tell: Tell) async throws -> (number: Int64, count: Int) {
        let number = try await saveQuery(query)
        try await walk(query, number: number, proposing: true)
        var count = 0
        try await page(number) { plans in
            count += plans.count
            for plan in plans { try await tell(ControlAnswer(result: try PlanReport(plan).json())) }
        }
        return (number, count)
    }

    /// Decides and acts in one go, part by part.
    public func applyAtOnce(_ query: SweepQuery, tell: Tell) async throws -> Int32 {
        let number = try await saveQuery(query)
        try await walk(query, number: number, proposing: false)
        return try await report(number, [:], tell)
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
    private func page(_ number: Int64, _ body: ([PlanView]) async throws -> Void) async throws {
        var last: PlanID?
        while true {
            let plans = try await surroundings.journal.plans(
                PlanQuery(after: last, trigger: .sweep(run: number), limit: Self.part))
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
        var states: [PlanState: Int] = [:]
        try await page(number) { plans in
            for plan in plans {
                states[plan.plan.state, default: 0] += 1
                var report = PlanReport(plan)
                report.changed = changes[plan.plan.id]
                try await tell(ControlAnswer(result: try report.json()))
            }
        }
        var counts = states.map { "\($0.value) \($0.key.rawValue)" }.sorted()
        if !changes.isEmpty { counts.append("\(changes.count) changed since the plan was shown") }
        let sum = counts.isEmpty ? "nothing to do" : counts.joined(separator: ", ")
        try await tell(ControlAnswer(message: "sweep \(number): \(sum)"))
        return states[.failed] == nil && states[.held] == nil ? 0 : 1
    }

    private func walk(_ query: SweepQuery, number: Int64, proposing: Bool) async throws {
        // Of a look nothing is stored, but later messages see what rules would remember by then.
        var remembered: RuleStateSnapshot?
        for hub in engine.hubs where query.includes(hub.name) {
            for folder in query.folders(orElse: hub.account.watch) {
                let (visit, _) = try await MailboxVisit.open(hub, folder)
                defer {
                    visit.connection.close()
                    hub.wakeAll()
                }
                try await walk(visit, query, number: number, proposing: proposing, &remembered)
            }
        }
    }

    /// Goes over the messages of a folder, and carries out what was decided, part by part.
    private func walk(
        _ visit: MailboxVisit, _ query: SweepQuery, number: Int64, proposing: Bool,
        _ remembered: inout RuleStateSnapshot?
    ) async throws {
        let walk = MailboxWalk(visit: visit, since: query.oldest(at: surroundings.clock()))
        try await walk.run { messages in
            var recorded: [RecordedDecision]?
            while recorded == nil {
                let base = try await surroundings.memory.base()
                var state = remembered ?? base.state
                var records: [DecisionRecord] = []
                for message in messages {
                    records += try await visit.decider.decide(
                        message, event: .sweep, trigger: .sweep(run: number), state: &state, proposing: proposing,
                        only: query.only
                    ).filter { !$0.actions.isEmpty || $0.state == .failed || !$0.stateChanges.isEmpty }
                }
                recorded = try await surroundings.memory.store(records, progress: [], decidedFrom: base)
                if proposing { remembered = state }
            }
            if !proposing { try await visit.carryOut(askedFor: Set((recorded ?? []).compactMap(\.plan))) }
        }
    }
}
