import ActionJournal
import Synchronization

/// How many notifications each channel may still deliver in this hour, whichever account they come from. Survives
/// restarts: what was delivered is noted in the journal, with the step that it settled.
public final class NoticeCeiling: Sendable {
    /// Seconds.
    static let span: Int64 = 3_600

    private let limits: [String: Int]
    /// When each delivery of the last hour was, the oldest first.
    private let delivered = Mutex<[String: [Int64]]>([:])

    /// - Parameter limits: in an hour, by the channel's name; a channel that is not here has none.
    public init(limits: [String: Int]) { self.limits = limits }

    /// Takes up what an earlier run noted.
    public func restore(from journal: Journal) async throws {
        for channel in limits.keys {
            let times = try await journal.note(Self.key(channel))?.split(separator: ",").compactMap { Int64($0) } ?? []
            delivered.withLock { $0[channel] = times.sorted() }
        }
    }

    /// Deliveries that are left; `Int.max` without a limit.
    func room(for channel: String, now: Int64) -> Int {
        guard let limit = limits[channel] else { return .max }
        return delivered.withLock { max(0, limit - Self.recent($0[channel] ?? [], now).count) }
    }

    /// When the next one is allowed, if none is now.
    func reopens(_ channel: String, now: Int64) -> Int64 {
        guard let limit = limits[channel] else { return now }
        return delivered.withLock { delivered in
            let times = Self.recent(delivered[channel] ?? [], now)
            return times.count < limit ? now : times[times.count - limit] + Self.span
        }
    }

    /// Counts a delivery.
    ///
    /// - Returns: what the journal has to note for that.
    func count(_ channel: String, at now: Int64) -> [JournalFact] {
        guard limits[channel] != nil else { return [] }
        let times = delivered.withLock { delivered in
            let times = Self.recent(delivered[channel] ?? [], now) + [now]
            delivered[channel] = times
            return times
        }
        return [.noted(key: Self.key(channel), value: times.map(String.init).joined(separator: ","))]
    }

    /// What lies in the future was noted by a clock that was wrong.
    private static func recent(_ times: [Int64], _ now: Int64) -> [Int64] {
        times.filter { $0 > now - span && $0 <= now }
    }

    private static func key(_ channel: String) -> String { "notices:\(channel)" }
}
