import MailModel
import RuleRuntime
import Synchronization

/// Which rules are set aside because they failed too often (DESIGN §2.8): they are not asked until other rules are
/// loaded.
final class RuleHealth: Sendable {
    struct SetAside: Hashable, Sendable {
        var rule: String
        /// Seconds since 1970.
        var since: Int64
        /// Its last failure.
        var error: String
    }

    /// So many failures in a row, or budgets used up, and a rule is set aside.
    static let mostFailures = 20
    static let mostBudgets = 3

    private struct State {
        var generation: Int64 = 0
        var setAside: [String: SetAside] = [:]
    }

    private let state = Mutex(State())

    /// By name.
    var setAside: [SetAside] { state.withLock { $0.setAside.values.sorted { $0.rule < $1.rule } } }

    /// How many are set aside: while it stays, what rules said of other messages holds.
    var count: Int { state.withLock { $0.setAside.count } }

    /// The rules of that generation that are not asked.
    func aside(in generation: Int64) -> Set<String> {
        state.withLock { state in
            Self.enter(generation, &state)
            return state.generation == generation ? Set(state.setAside.keys) : []
        }
    }

    /// - Returns: what is to be told: the rule is set aside by this failure.
    func note(_ failure: RuleFailure, in generation: Int64, at now: Int64) -> SetAside? {
        let isTooMuch =
            failure.failures.inARow >= Self.mostFailures || failure.failures.spentBudget >= Self.mostBudgets
        guard isTooMuch else { return nil }
        return state.withLock { state in
            Self.enter(generation, &state)
            // A straggler of rules that are not in force any more.
            guard state.generation == generation, state.setAside[failure.rule] == nil else { return nil }
            let entry = SetAside(rule: failure.rule, since: now, error: failure.description)
            state.setAside[failure.rule] = entry
            return entry
        }
    }

    private static func enter(_ generation: Int64, _ state: inout State) {
        if generation > state.generation { state = State(generation: generation) }
    }
}
