import ActionJournal
import MailModel
import Synchronization

/// How much may be sent (DESIGN §3, `ceiling`). Past it messages wait; none is dropped.
public struct SendingCeiling: Hashable, Sendable {
    static let hourSeconds: Int64 = 3_600
    static let daySeconds: Int64 = 86_400

    /// Messages to one target.
    public var hour: Int
    public var day: Int
    /// Messages of the account to anybody in a day; `nil`: the provider names no limit.
    public var accountDay: Int?

    public init(hour: Int, day: Int, accountDay: Int? = nil) {
        self.hour = hour
        self.day = day
        self.accountDay = accountDay
    }

    /// What stands in the way of one more message.
    struct Wait: Hashable {
        /// Seconds since 1970.
        var until: Int64
        var reason: String
    }

    func wait(account: AccountName, target: String, journal: Journal, now: Int64) async throws -> Wait? {
        var waits: [Wait] = []
        func note(_ time: Int64?, _ window: Int64, _ reason: String) {
            if let time, time + window > now { waits.append(Wait(until: time + window, reason: reason)) }
        }
        let (hour, day) = (max(1, hour), max(1, day))
        note(
            try await journal.sentTime(target: target, newest: hour), Self.hourSeconds,
            "\(hour) messages went to \(target) in the last hour (ceiling)")
        note(
            try await journal.sentTime(target: target, newest: day), Self.daySeconds,
            "\(day) messages went to \(target) in the last day (ceiling)")
        if let accountDay {
            note(
                try await journal.sentTime(account: account, newest: max(1, accountDay)), Self.daySeconds,
                "the account sent \(accountDay) messages in the last day, about what its provider allows")
        }
        return waits.max { $0.until < $1.until }
    }
}

/// For which targets it was said that messages wait; each waiting is told once.
final class ToldWaits: Sendable {
    private let ends = Mutex<[String: Int64]>([:])

    /// Whether nothing was said yet of the waiting that goes on now.
    func isNew(_ target: String, until: Int64, now: Int64) -> Bool {
        ends.withLock { ends in
            defer { ends[target] = until }
            return ends[target].map { $0 < now } ?? true
        }
    }
}
