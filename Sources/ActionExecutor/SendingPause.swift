import Synchronization

/// Until when an account's submission server is left alone, in seconds since 1970.
final class SendingPause: Sendable {
    private let time = Mutex<Int64?>(nil)

    var until: Int64? { time.withLock { $0 } }

    func set(_ until: Int64) { time.withLock { $0 = until } }
}
