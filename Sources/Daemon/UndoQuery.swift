import ActionJournal
import MailModel

/// Which plans a person wants to have taken back.
public struct UndoQuery: Codable, Sendable {
    public var plans: [Int64]
    public var sweeps: [Int64]
    /// So many decisions, the newest; a whole sweep is one.
    public var last: Int?
    /// Only decisions of so many seconds.
    public var since: Int64?
    public var rule: String?
    /// Shows what would be done, and does nothing.
    public var dryRun: Bool

    public init(
        plans: [Int64] = [], sweeps: [Int64] = [], last: Int? = nil, since: Int64? = nil, rule: String? = nil,
        dryRun: Bool = false
    ) {
        self.plans = plans
        self.sweeps = sweeps
        self.last = last
        self.since = since
        self.rule = rule
        self.dryRun = dryRun
    }

    /// The plans meant, and the numbers that name nothing.
    public func resolve(_ journal: Journal, now: Int64) async throws -> (plans: Set<PlanID>, unknown: [String]) {
        var unknown: [String] = []
        let named = Set(plans.map(PlanID.init))
        let known = Set(try await journal.plans(PlanQuery(ids: named)).map(\.plan.id))
        unknown += named.subtracting(known).sorted().map { "there is no plan \($0)" }
        var found = known
        for sweep in sweeps {
            let own = try await journal.decisions(sweep: sweep)
            if own.isEmpty { unknown.append("sweep \(sweep) did nothing, or is not there") }
            found.formUnion(own)
        }
        if since != nil || rule != nil {
            found.formUnion(try await journal.decisions(since: since.map { now - $0 }, rule: rule))
        }
        if let last { found.formUnion(try await journal.latestDecisions(last)) }
        return (found, unknown)
    }
}
