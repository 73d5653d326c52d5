import IMAPSession
import IMAPSyntax
import MailModel
import Synchronization

/// Remembers which messages of an account could not be read, so that one of them keeps us from no other.
///
/// A server may die, hang, talk nonsense or put us off over one message, and would do so again each time. Once reading
/// failed, the folder's messages are read one by one, and one over which it failed again and again is left as it is.
final class ReadingTrouble: Sendable {
    /// So often may reading a message fail.
    static let patience = 3

    private struct Place: Hashable {
        var mailbox: MailboxName
        var uidValidity: UIDValidity
    }

    /// A section of a message: its header may be readable when the whole of it is not.
    struct Subject: Hashable {
        var uid: UID
        var section: BodySection
    }

    private struct Trouble {
        var isCareful = false
        var failures: [Subject: (count: Int, reason: String)] = [:]
    }

    private let places = Mutex<[Place: Trouble]>([:])

    /// Whether messages are to be read one by one.
    func isCareful(in mailbox: MailboxName, _ uidValidity: UIDValidity) -> Bool {
        places.withLock { $0[Place(mailbox: mailbox, uidValidity: uidValidity)]?.isCareful ?? false }
    }

    /// Messages were read one by one to the last of them.
    func calmDown(in mailbox: MailboxName, _ uidValidity: UIDValidity) {
        places.withLock { $0[Place(mailbox: mailbox, uidValidity: uidValidity)]?.isCareful = false }
    }

    /// Why this is not read any more; `nil`: it may be.
    func refusal(of subject: Subject, in mailbox: MailboxName, _ uidValidity: UIDValidity) -> SessionError? {
        let trouble = places.withLock { $0[Place(mailbox: mailbox, uidValidity: uidValidity)]?.failures[subject] }
        guard let trouble, trouble.count >= Self.patience else { return nil }
        return SessionError(
            code: .limitExceeded, scope: .message, mailbox: mailbox.rawValue,
            text: "reading message \(subject.uid) failed \(trouble.count) times, the last time: \(trouble.reason)")
    }

    /// Reads something of a message, or of several when it is `nil`.
    func reading<Value>(
        _ subject: Subject?, in mailbox: MailboxName, _ uidValidity: UIDValidity, _ body: () async throws -> Value
    ) async throws -> Value {
        let place = Place(mailbox: mailbox, uidValidity: uidValidity)
        do {
            let value = try await body()
            if let subject { places.withLock { _ = $0[place]?.failures.removeValue(forKey: subject) } }
            return value
        } catch let error as SessionError where (error.scope == .connection || error.isTransient) && !Task.isCancelled {
            places.withLock { places in
                places[place, default: Trouble()].isCareful = true
                guard let subject else { return }
                let count = places[place]?.failures[subject]?.count ?? 0
                places[place]?.failures[subject] = (count + 1, error.text)
            }
            throw error
        }
    }
}
