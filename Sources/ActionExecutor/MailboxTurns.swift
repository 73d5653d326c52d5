import MailModel

/// One executor at a time in a mailbox: the watcher, a sweep and a release would otherwise begin the same steps, or take
/// each other's begun ones for orphans.
public actor MailboxTurns {
    /// What a turn is for. Who acts in a mailbox may ask for the other kind of turn as well, in any mailbox; who has that
    /// one asks for no more.
    public enum Kind: Hashable, Sendable {
        /// Carrying out the steps of its plans.
        case acting
        /// Comparing it with its mirror, or changing what the mirror knows of from another mailbox.
        case comparing
    }

    private struct Turn: Hashable {
        var mailbox: MailboxName
        var kind: Kind
    }

    private var busy: Set<Turn> = []
    private var queues: [Turn: [CheckedContinuation<Void, Never>]] = [:]

    public init() {}

    /// Waits for the mailbox's turn; `leave` has to follow.
    public func enter(_ mailbox: MailboxName, _ kind: Kind = .acting) async {
        let turn = Turn(mailbox: mailbox, kind: kind)
        if busy.insert(turn).inserted { return }
        await withCheckedContinuation { queues[turn, default: []].append($0) }
    }

    public func leave(_ mailbox: MailboxName, _ kind: Kind = .acting) {
        let turn = Turn(mailbox: mailbox, kind: kind)
        if var queue = queues[turn], !queue.isEmpty {
            let next = queue.removeFirst()
            queues[turn] = queue
            next.resume()
        } else {
            busy.remove(turn)
        }
    }
}
