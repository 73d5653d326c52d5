import ActionExecutor
import ActionJournal
import Foundation
import IMAPSession
import IMAPSyntax
import Logging
import MailModel
import RuleRuntime

/// Which messages a sweep looks at.
public struct SweepQuery: Codable, Sendable {
    public var account: String?
    public var folders: [String]
    /// Only messages received within so many seconds.
    public var since: Int64?
    public var rules: [String]

    /// `nil`: the rules for mail that arrives.
    var only: Set<String>? { rules.isEmpty ? nil : Set(rules) }

    public init(account: String? = nil, folders: [String] = [], since: Int64? = nil, rules: [String] = []) {
        self.account = account
        self.folders = folders
        self.since = since
        self.rules = rules
    }
}

/// Runs the rules over mail that is already there.
public struct Sweeper: Sendable {
    public typealias Tell = @Sendable (ControlAnswer) async throws -> Void

    let engine: Engine

    public init(engine: Engine) { self.engine = engine }

    private var surroundings: Surroundings { engine.surroundings }

    /// What the rules would do; the plans are stored as proposed, under the number that is given.
    public func plan(_ query: SweepQuery) async throws -> (number: Int64, plans: [PlanView]) {
        let number = try await saveQuery(query)
        try await walk(query, number: number, proposing: true)
        let plans = try await surroundings.journal.plans(PlanQuery(trigger: .sweep(run: number)))
        return (number, plans)
    }

    /// Decides and acts in one go, part by part.
    public func applyAtOnce(_ query: SweepQuery, tell: Tell) async throws -> Int32 {
        let number = try await saveQuery(query)
        try await walk(query, number: number, proposing: false)
        return try await report(PlanQuery(trigger: .sweep(run: number)), "sweep \(number)", tell)
    }

    /// Carries out a saved sweep: exactly its plans, each step under its precondition.
    public func apply(number: Int64, tell: Tell) async throws -> Int32 {
        guard try await surroundings.journal.savedSweep(number) != nil else {
            try await tell(ControlAnswer(message: "there is no sweep \(number)"))
            return 1
        }
        let query = PlanQuery(trigger: .sweep(run: number))
        let plans = try await surroundings.journal.plans(query).filter { $0.plan.state == .proposed }
        try await Releaser(engine: engine).carryOut(plans.map(\.plan))
        return try await report(query, "sweep \(number)", tell)
    }

    private func saveQuery(_ query: SweepQuery) async throws -> Int64 {
        let text = String(decoding: try JSONEncoder().encode(query), as: UTF8.self)
        return try await surroundings.journal.saveSweep(time: surroundings.clock(), query: text, rows: [])
    }

    private func report(_ query: PlanQuery, _ name: String, _ tell: Tell) async throws -> Int32 {
        let plans = try await surroundings.journal.plans(query)
        for plan in plans { try await tell(ControlAnswer(result: try PlanReport(plan).json())) }
        let failed = plans.filter { [.failed, .held].contains($0.plan.state) }.count
        let counts = Dictionary(grouping: plans, by: \.plan.state).map { "\($0.value.count) \($0.key.rawValue)" }
            .sorted()
        try await tell(
            ControlAnswer(message: "\(name): \(plans.isEmpty ? "nothing to do" : counts.joined(separator: ", "))")
        )
        return failed > 0 ? 1 : 0
    }

    private func walk(_ query: SweepQuery, number: Int64, proposing: Bool) async throws {
        for hub in engine.hubs where query.account == nil || query.account == hub.name.rawValue {
            let folders = query.folders.isEmpty ? hub.account.watch : query.folders.compactMap(MailboxName.init)
            for folder in folders {
                let (visit, _) = try await MailboxVisit.open(hub, folder)
                defer {
                    visit.connection.close()
                    hub.wakeAll()
                }
                try await walk(visit, query, number: number, proposing: proposing)
            }
        }
    }

    /// Goes over the messages of a folder, and carries out what was decided, part by part.
    private func walk(_ visit: MailboxVisit, _ query: SweepQuery, number: Int64, proposing: Bool) async throws {
        let oldest = query.since.map { surroundings.clock() - $0 }
        try await MailboxWalk(visit: visit, since: oldest).run { messages in
            var isStored = false
            while !isStored {
                let base = try await surroundings.memory.base()
                var state = base.state
                var records: [DecisionRecord] = []
                for message in messages {
                    records += try await visit.decider.decide(
                        message, event: .sweep, trigger: .sweep(run: number), state: &state, proposing: proposing,
                        only: query.only
                    ).filter { !$0.actions.isEmpty || $0.state == .failed || !$0.stateChanges.isEmpty }
                }
                isStored = try await surroundings.memory.store(records, progress: [], decidedFrom: base) != nil
            }
            if !proposing { try await visit.executor.carryOutDueSteps() }
        }
    }
}
