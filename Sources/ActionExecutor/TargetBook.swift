import MailModel
import Synchronization

/// What is known of the mailboxes that an account files into: their UIDVALIDITY and a lower bound of their UIDNEXT.
///
/// Any UIDNEXT once seen under the same UIDVALIDITY stays a valid lower bound, since it only grows (DESIGN §2).
public final class TargetBook: Sendable {
    public struct Entry: Hashable, Sendable {
        public var uidValidity: UIDValidity
        public var uidNext: UID
    }

    private let entries = Mutex<[MailboxName: Entry]>([:])

    public init() {}

    public subscript(_ mailbox: MailboxName) -> Entry? { entries.withLock { $0[mailbox] } }

    /// Notes a UIDNEXT; a smaller one under the same UIDVALIDITY changes nothing.
    public func note(_ mailbox: MailboxName, _ uidValidity: UIDValidity, next: UID) {
        entries.withLock { entries in
            if let known = entries[mailbox], known.uidValidity == uidValidity, known.uidNext >= next { return }
            entries[mailbox] = Entry(uidValidity: uidValidity, uidNext: next)
        }
    }

    public func forget(_ mailbox: MailboxName) { entries.withLock { $0[mailbox] = nil } }
}
