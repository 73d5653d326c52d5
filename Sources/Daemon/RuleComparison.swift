import ActionJournal
import MailModel
import RuleRuntime

/// What one message would meet under two rule sets, where that differs: a line of `sweep --compare --json`.
public struct ComparisonReport: Codable, Sendable {
    public enum Change: String, Codable, Sendable {
        /// Only the rules in force do something.
        case onlyHere = "only_here"
        case onlyThere = "only_there"
        case different
    }

    public struct Side: Codable, Sendable {
        public var rules: [String]
        public var actions: [PlanReport.Action]
        @Nullable public var error: String?
    }

    public var account: String
    public var folder: String
    public var uid: UInt32
    public var messageID: String
    public var subject: String
    public var from: String
    public var change: Change
    /// Under the rules in force.
    public var here: Side
    /// Under the others.
    public var there: Side

    private enum CodingKeys: String, CodingKey {
        case account, folder, uid
        case messageID = "message_id"
        case subject, from, change, here, there
    }

    public func json() throws -> String { try JSONLine.encode(self) }
}

/// How many messages two rule sets treat in which way.
public struct ComparisonCounts: Sendable {
    public var messages = 0
    public var changes: [ComparisonReport.Change: Int] = [:]

    public var same: Int { messages - changes.values.reduce(0, +) }
    func count(_ change: ComparisonReport.Change) -> Int { changes[change] ?? 0 }

    public var sentence: String {
        "\(messages) messages: \(same) the same, \(count(.different)) different, \(count(.onlyHere)) only under the rules"
            + " in force, \(count(.onlyThere)) only under the others"
    }
}

/// Runs two rule sets over the same mail. Changes and stores nothing.
struct RuleComparison: Sendable {
    let engine: Engine
    /// The other rules.
    let other: RuleRuntime

    private var surroundings: Surroundings { engine.surroundings }

    func run(
        _ query: SweepQuery, tell: (ComparisonReport) async throws -> Void
    ) async throws -> ComparisonCounts {
        var counts = ComparisonCounts()
        let state = try await surroundings.memory.base().state
        for hub in engine.hubs where query.includes(hub.name) {
            guard let own = await surroundings.rules.runtime(for: hub.name)?.runtime else { continue }
            let fields = own.needs.headerFields.flatMap { own in other.needs.headerFields.map { own.union($0) } }
            // As in a sweep, later messages see what earlier ones changed; each rule set sees its own.
            var states = (here: state, there: state)
            for folder in query.folders(orElse: hub.account.watch) {
                let (visit, _) = try await MailboxVisit.open(hub, folder)
                defer { visit.connection.close() }
                let now = surroundings.clock()
                try await MailboxWalk(visit: visit, since: query.oldest(at: now)).run(fetching: fields) { part in
                    for message in part.messages {
                        var look = RuleLook(message, visit)
                        guard
                            let here = try await look.ask(own, state: states.here, now: now, only: query.only),
                            let there = try await look.ask(other, state: states.there, now: now, only: query.only)
                        else { continue }
                        for change in (try? here.get())?.stateChanges ?? [] { states.here.apply(change) }
                        for change in (try? there.get())?.stateChanges ?? [] { states.there.apply(change) }
                        counts.messages += 1
                        guard let change = Self.change(here, there) else { continue }
                        counts.changes[change, default: 0] += 1
                        try await tell(report(message, change, here, there, at: now))
                    }
                }
            }
        }
        return counts
    }

    /// `nil`: the same happens. Which rule asked for it does not matter, and neither does the order.
    static func change(
        _ here: Result<Decision, RuleFailure>, _ there: Result<Decision, RuleFailure>
    ) -> ComparisonReport.Change? {
        switch (here, there) {
        case (.failure(let one), .failure(let two)): return one.message == two.message ? nil : .different
        case (.failure, .success), (.success, .failure): return .different
        case (.success(let one), .success(let two)):
            let (wanted, other) = (essence(one), essence(two))
            if wanted == other { return nil }
            return wanted.isEmpty ? .onlyThere : other.isEmpty ? .onlyHere : .different
        }
    }

    private static func essence(_ decision: Decision) -> [PlannedAction: Int] {
        decision.actions.reduce(into: [:]) { counts, planned in
            var bare = planned
            bare.rule = ""
            bare.position = nil
            counts[bare, default: 0] += 1
        }
    }

    private func report(
        _ message: ArrivedMessage, _ change: ComparisonReport.Change, _ here: Result<Decision, RuleFailure>,
        _ there: Result<Decision, RuleFailure>, at now: Int64
    ) -> ComparisonReport {
        let headline = MessageHeadline(message.header)
        return ComparisonReport(
            account: message.key.account.rawValue, folder: message.key.mailbox.rawValue, uid: message.key.uid.rawValue,
            messageID: headline.messageID, subject: headline.subject, from: headline.from, change: change,
            here: side(here, at: now), there: side(there, at: now)
        )
    }

    private func side(_ result: Result<Decision, RuleFailure>, at now: Int64) -> ComparisonReport.Side {
        switch result {
        case .success(let decision):
            ComparisonReport.Side(
                rules: decision.matchedRules,
                actions: decision.actions.map { PlanReport.Action($0, state: "proposed", decided: now) }, error: nil
            )
        case .failure(let failure):
            ComparisonReport.Side(rules: [failure.rule], actions: [], error: failure.description)
        }
    }
}
