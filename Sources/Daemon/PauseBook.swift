import ActionJournal
import MailModel
import Synchronization

/// What a person has paused, as the journal has it; asked before every decision and every deed.
final class PauseBook: Sendable {
    private let stored: Mutex<[Pause]>
    private let clock: @Sendable () -> Int64

    init(_ pauses: [Pause], clock: @escaping @Sendable () -> Int64) {
        stored = Mutex(pauses)
        self.clock = clock
    }

    /// Those in force now.
    var pauses: [Pause] {
        let now = clock()
        return stored.withLock { $0.filter { $0.isInForce(at: now) } }
    }

    /// The rules that are left out of decisions now.
    var rules: Set<String> {
        Set(pauses.compactMap { if case .rule(let name) = $0.scope { name } else { nil } })
    }

    /// Whether nothing is decided and done for the account now.
    func isPaused(_ account: AccountName) -> Bool {
        pauses.contains { $0.scope == .everything || $0.scope == .account(account) }
    }

    func note(_ pause: Pause) {
        stored.withLock { stored in
            stored.removeAll { $0.scope == pause.scope }
            stored.append(pause)
        }
    }

    func forget(_ scope: PauseScope) { stored.withLock { $0.removeAll { $0.scope == scope } } }

    /// When the next pause ends by itself, in seconds since 1970.
    var nextEnd: Int64? { pauses.compactMap(\.until).min() }

    /// Pauses whose time is over; each is given once.
    func takeEnded() -> [Pause] {
        let now = clock()
        return stored.withLock { stored in
            let ended = stored.filter { !$0.isInForce(at: now) }
            stored.removeAll { !$0.isInForce(at: now) }
            return ended
        }
    }
}

extension Pause {
    fileprivate func isInForce(at now: Int64) -> Bool { until.map { $0 > now } ?? true }
}

/// The account was paused: what is in hand is left where it is, and goes on when it is resumed.
struct AccountPaused: Error {}
