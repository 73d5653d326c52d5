import Synchronization

/// How much one channel is told in a time: the first notices of a flood one by one, the rest of it together, so that a
/// catch-up after a week is no storm on a telephone and yet nothing is kept back.
public final class NoticeRate: Sendable {
    /// Single notices in a sliding window of so many seconds.
    static let most = 50
    static let window: Int64 = 600
    /// Seconds between two notices that tell of many.
    static let pause: Int64 = 60

    private struct Told {
        var singles: [Int64] = []
        var together: Int64?
    }

    private let told = Mutex<[String: Told]>([:])

    public init() {}

    /// Whether one more may be told by itself now; then it counts.
    func takeSingle(_ channel: String, at now: Int64) -> Bool {
        told.withLock { told in
            var entry = told[channel] ?? Told()
            // What lies ahead is from a clock that was set back since.
            entry.singles.removeAll { abs(now - $0) >= Self.window }
            let isFree = entry.singles.count < Self.most
            if isFree { entry.singles.append(now) }
            told[channel] = entry
            return isFree
        }
    }

    /// When what is too much for single notices may be told together.
    func together(_ channel: String, at now: Int64) -> Int64 {
        told.withLock { told in
            guard let last = told[channel]?.together, last <= now else { return now }
            return max(now, last + Self.pause)
        }
    }

    func noteTogether(_ channel: String, at now: Int64) {
        told.withLock { $0[channel, default: Told()].together = now }
    }
}
