import IMAPSession
import MailModel

/// How a mailbox is asked for what changed (DESIGN §6).
public enum ChangeStrategy: Equatable, Sendable {
    /// QRESYNC: one answer tells of changed flags and of what vanished.
    case resync(since: ModSeq)
    /// CONDSTORE: changed flags by mod-sequence, removals by a listing.
    case changedSince(ModSeq)
    /// A listing of all flags.
    case comparison

    /// - Parameters:
    ///   - resync: whether QRESYNC is enabled on the connection, and VANISHED believed.
    ///   - condstore: whether the server's mod-sequences are believed.
    ///   - since: how far the mirror is in step.
    ///   - isFirst: whether this is the first look since the mailbox was selected.
    public init(resync: Bool, condstore: Bool, since: ModSeq?, selected: SelectedMailbox, isFirst: Bool) {
        // What SELECT said is the truth about mod-sequences: ENABLE alone may be answered by anybody (providers §1.5).
        guard condstore, let since, since.rawValue > 0, let highest = selected.highestModSeq, highest.rawValue > 0
        else {
            self = .comparison
            return
        }
        // Mod-sequences that fell are not those that we remember.
        guard !isFirst || highest >= since else {
            self = .comparison
            return
        }
        self = resync ? .resync(since: since) : .changedSince(since)
    }
}

extension ChangeStrategy: CustomStringConvertible {
    /// The extension that it rests on.
    public var description: String {
        switch self {
        case .resync: "QRESYNC"
        case .changedSince: "CONDSTORE"
        case .comparison: "comparison"
        }
    }
}

/// Which changes the rules want to hear of in a mailbox; a mirror is kept only where there is one.
public struct ChangeInterest: Equatable, Sendable {
    public var flags: Bool
    public var removals: Bool

    public init(flags: Bool = false, removals: Bool = false) {
        self.flags = flags
        self.removals = removals
    }

    public var isEmpty: Bool { !flags && !removals }

    /// Whether what was told may be such a change.
    public func concerns(_ activity: MailboxActivity) -> Bool {
        if isEmpty { return false }
        if activity.isReselected { return true }
        if flags, !activity.flags.isEmpty || activity.needsFlagListing { return true }
        return removals && (activity.expunged > 0 || !activity.vanished.isEmpty)
    }
}
