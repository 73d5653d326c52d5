import MIMEParsing
import MailModel

/// One generation of rules, loaded: decides messages, one after another, on an executor of its own.
///
/// A decision is a function of the message, the state snapshot and `now`: deciding again gives the same answer.
public actor RuleRuntime {
    public nonisolated let rules: [RuleSummary]
    /// What to fetch before `decide` is asked.
    public nonisolated let needs: RuleNeeds
    /// Of the files it was loaded from, lists that rules read included.
    public nonisolated let digest: String
    /// What the files printed while they loaded.
    public nonisolated let loadLog: [String]
    private nonisolated let executor: RuleExecutor
    let engine: RuleEngine

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Loads the rules; fails with every problem that could be found.
    public init(
        folder: RuleFolder, environment: RuleEnvironment, limits: RuleLimits = .standard, executor: RuleExecutor
    ) async throws(RuleLoadError) {
        let engine = try RuleLoading.load(folder, environment, limits)
        rules = engine.host.rules.map(\.summary)
        needs = engine.needs
        digest = engine.host.digest
        loadLog = engine.host.loadingLog
        self.executor = executor
        self.engine = engine
    }

    /// What the rules want for this message. `only`: the names of the rules that are asked, `nil` for all; a sweep asks
    /// named rules whatever they are `on`, `removed` alone excepted. A delayed action's `recheck` is such a sweep.
    ///
    /// Rules set `aside` are passed by.
    ///
    /// `.needs`: fetch it and ask again; state and plan of this try are dropped.
    public func decide(
        _ message: RuleMessage, state: RuleStateSnapshot, now: Int64, only: Set<String>? = nil,
        aside: Set<String> = [], evidence: EvidenceDetail = .always
    ) async -> DecisionOutcome {
        engine.decide(message, state: state, now: now, only: only, aside: aside, detail: evidence)
    }

    /// Messages one after the other, as far as they can be decided from the same state: through the first that changes it,
    /// needs something or fails.
    public func decide(
        inTurn messages: [RuleMessage], state: RuleStateSnapshot, now: Int64, only: Set<String>? = nil,
        aside: Set<String> = [], evidence: EvidenceDetail = .always
    ) async -> [DecisionOutcome] {
        var outcomes: [DecisionOutcome] = []
        for message in messages {
            let outcome = engine.decide(message, state: state, now: now, only: only, aside: aside, detail: evidence)
            outcomes.append(outcome)
            guard case .decided(let decision) = outcome, decision.stateChanges.isEmpty else { break }
        }
        return outcomes
    }

    /// As the first `decide`, for those who are on the executor already.
    func decideNow(_ message: RuleMessage, state: RuleStateSnapshot, now: Int64) -> DecisionOutcome {
        engine.decide(message, state: state, now: now, only: nil, detail: .always)
    }

    /// Whether every message of that folder is read to its body at that event: then it is fetched at once, and not asked
    /// for later. Where only some messages need it, `decide` says so.
    public func certainlyReadsBody(account: AccountName, mailbox: MailboxName, event: RuleEvent) -> Bool {
        let message = RuleMessage(
            account: account, mailbox: mailbox, uid: 0, event: event, flags: [], size: 0, received: 0,
            header: HeaderBlock(), headerIsWhole: true)
        return engine.route(message).readsBody
    }

    /// Bytes that Lua holds.
    public var memory: Int { engine.memory }

    /// Bytes that Lua holds when all garbage is gone.
    func memoryInUse() -> Int { engine.memoryInUse() }
}
