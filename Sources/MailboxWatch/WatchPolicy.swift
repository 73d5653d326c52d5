import IMAPSession
import MailModel

/// Decides, from what a SELECT said and what is remembered, how a mailbox is taken up again.
public enum TakeUp: Equatable, Sendable {
    /// Never seen before: what is there now stays untouched; mail from this UID on is looked at.
    case begin(next: UID)
    /// Go on where it stopped; fetch from there on if the server may have more.
    case resume(next: UID, mayHaveMore: Bool)
    /// The UIDs were made anew: list everything, and tell what is really new.
    case relist(UIDValidity)
    /// The server keeps no UIDVALIDITY: nothing can be remembered, so nothing is done.
    case impossible

    public init(selected: SelectedMailbox, memory: MailboxMemory?) {
        guard let uidValidity = selected.uidValidity else {
            self = .impossible
            return
        }
        guard let memory else {
            self = .begin(next: selected.uidNext ?? .first)
            return
        }
        guard memory.uidValidity == uidValidity else {
            self = .relist(uidValidity)
            return
        }
        // A UIDNEXT that fell and is believed has voided the memory's UIDVALIDITY by now; any other we never go back with.
        let mayHaveMore = selected.uidNext.map { $0 > memory.nextUID } ?? true
        self = .resume(next: memory.nextUID, mayHaveMore: mayHaveMore)
    }
}

/// How a mailbox waits for news.
public struct WaitPolicy: Equatable, Sendable {
    public var usesIdle: Bool
    public var idleSeconds: Double
    public var pollSeconds: Double

    public init(usesIdle: Bool, idleSeconds: Double, pollSeconds: Double) {
        self.usesIdle = usesIdle
        self.idleSeconds = idleSeconds
        self.pollSeconds = pollSeconds
    }

    /// How long to wait before looking again without having been told anything.
    public var seconds: Double { usesIdle ? idleSeconds : pollSeconds }

    /// Whether news is a reason to look: new messages always are, changes of others where a rule wants to hear of them.
    public static func isReasonToLook(_ activity: MailboxActivity, _ interest: ChangeInterest) -> Bool {
        activity.exists != nil || interest.concerns(activity)
    }
}
