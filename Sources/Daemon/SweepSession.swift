import Accounts
import ActionJournal
import Logging
import MailModel
import RuleRuntime

/// What commands do on their own when no daemon runs; planning needs no lock and works beside one.
public struct SweepSession: Sendable {
    public typealias Show = @Sendable (ControlAnswer) -> Void

    let engine: Engine

    public static func open(
        _ configuration: Configuration, acting: Bool, logger: Logger
    ) async throws -> SweepSession {
        SweepSession(
            engine: try await Engine.assemble(configuration, proposing: false, acting: acting, logger: logger)
        )
    }

    public func close() async { await engine.close() }

    public func plan(_ query: SweepQuery, _ show: @escaping Show) async throws -> (
        number: Int64, count: Int, isWhole: Bool
    ) {
        try await Sweeper(engine: engine).plan(query) { show($0) }
    }

    /// What in the query is not there: a rule, or a folder's name that cannot be one.
    public func complaint(_ query: SweepQuery) async -> String? {
        if let folder = query.folders.first(where: { MailboxName($0) == nil }) {
            return "“\(folder)” cannot be a folder's name"
        }
        let known = await engine.surroundings.rules.current?.runtimes.first?.rules.map(\.name) ?? []
        return query.rules.first { !known.contains($0) }.map { "there is no rule “\($0)”" }
    }

    /// What would change under other rules. Changes and stores nothing.
    public func compare(
        _ query: SweepQuery, with folder: String, _ show: @escaping @Sendable (ComparisonReport) -> Void
    ) async throws -> ComparisonCounts {
        let other = try await RuleRuntime(
            folder: try RuleFolder.read(folder), environment: RuleEnvironment(engine.surroundings.configuration),
            executor: RuleExecutor(label: "compare")
        )
        return try await RuleComparison(engine: engine, other: other).run(query) { show($0) }
    }

    /// Whether the rules file mail as it was filed. Changes and stores nothing.
    public func agree(_ query: SweepQuery) async throws -> (rules: [AgreementReport], counts: AgreementCounts) {
        try await RuleAgreement(engine: engine).run(query)
    }

    public func apply(_ number: Int64, isBrief: Bool, _ show: @escaping Show) async throws -> Int32 {
        let status = try await Sweeper(engine: engine, isBrief: isBrief).apply(number: number) { show($0) }
        return try await finish(status)
    }

    public func applyAtOnce(_ query: SweepQuery, isBrief: Bool, _ show: @escaping Show) async throws -> Int32 {
        let status = try await Sweeper(engine: engine, isBrief: isBrief).applyAtOnce(query) { show($0) }
        return try await finish(status)
    }

    public func release(_ plans: [Int64], _ show: @escaping Show) async throws -> Int32 {
        let status = try await Releaser(engine: engine).release(plans.map(PlanID.init)) { show($0) }
        return try await finish(status)
    }

    public func undo(_ query: UndoQuery, _ show: @escaping Show) async throws -> Int32 {
        let status = try await Undoer(engine: engine).undo(query) { show($0) }
        return query.dryRun ? status : try await finish(status)
    }

    /// Sends what was released; what cannot be sent now stays in the outbox for the daemon.
    private func finish(_ status: Int32) async throws -> Int32 {
        var faults: [String] = []
        for hub in engine.hubs { faults += await AccountService(hub: hub).settleOnce() }
        for fault in faults { engine.surroundings.logger.error("\(fault)") }
        return faults.isEmpty ? status : max(status, 1)
    }
}
