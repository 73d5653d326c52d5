import MailModel
import Synchronization

/// Notices that messages are again and again gone before they can be filed: then another program files here too (DESIGN
/// §6). One that is gone is somebody's hand; so many in an hour are no accident.
final class RivalWatch: Sendable {
    static let most = 5
    static let window: Int64 = 3_600

    private struct Seen {
        var times: [Int64] = []
        var told: Int64?
    }

    private let seen = Mutex<[MailboxName: Seen]>([:])

    /// - Returns: how many there were in the last hour, when that is to be told now; once in an hour is enough.
    func note(_ count: Int, in mailbox: MailboxName, at now: Int64) -> Int? {
        seen.withLock { seen in
            var entry = seen[mailbox] ?? Seen()
            entry.times.removeAll { abs(now - $0) >= Self.window }
            // More than enough need not be remembered.
            entry.times += Array(repeating: now, count: min(count, 1_000))
            let isTold = entry.told.map { abs(now - $0) < Self.window } ?? false
            let isNews = entry.times.count >= Self.most && !isTold
            if isNews { entry.told = now }
            seen[mailbox] = entry
            return isNews ? entry.times.count : nil
        }
    }

    /// What `status` says of the folder.
    func remark(on mailbox: MailboxName, at now: Int64) -> String? {
        let count = seen.withLock { seen in
            seen[mailbox]?.times.count { abs(now - $0) < Self.window } ?? 0
        }
        return count >= Self.most ? Self.text(count) : nil
    }

    static func text(_ count: Int) -> String {
        "another program files here too: \(count) messages were gone before they could be filed, within an hour"
    }
}
