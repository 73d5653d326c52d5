import MailModel

/// One executor at a time in a mailbox: the watcher, a sweep and a release would otherwise begin the same steps, or take
/// each other's begun ones for orphans.
public actor MailboxTurns {
    private var busy: Set<MailboxName> = []
    private var queues: [MailboxName: [CheckedContinuation<Void, Never>]] = [:]

    public init() {}

    /// Waits for the mailbox's turn; `leave` has to follow.
    public func enter(_ mailbox: MailboxName) async {
        if busy.insert(mailbox).inserted { return }
        await withCheckedContinuation { queues[mailbox, default: []].append($0) }
    }

    public func leave(_ mailbox: MailboxName) {
        if var queue = queues[mailbox], !queue.isEmpty {
            let next = queue.removeFirst()
            queues[mailbox] = queue
            next.resume()
        } else {
            busy.remove(mailbox)
        }
    }
}
