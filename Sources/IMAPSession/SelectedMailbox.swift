import IMAPSyntax
import MailModel

/// What SELECT or EXAMINE said, kept up to date by what came since.
public struct SelectedMailbox: Equatable, Sendable {
    public var name: WireMailboxName
    /// `nil` when the server did not say: then nothing can be remembered about this mailbox.
    public var uidValidity: UIDValidity?
    public var uidNext: UID?
    public var exists: UInt32 = 0
    public var highestModSeq: ModSeq?
    public var permanentFlags: Set<Flag>?
    /// Whether new keywords can be made (`\*`).
    public var acceptsNewKeywords = false
    public var isReadOnly = false

    public init(name: WireMailboxName) { self.name = name }

    /// Whether a flag set here stays set.
    public func keeps(_ flag: Flag) -> Bool {
        guard let permanentFlags else { return true }
        return permanentFlags.contains(flag) || (!flag.isSystem && acceptsNewKeywords)
    }
}

/// What happened in the selected mailbox since it was last asked for: never lost, only merged.
public struct MailboxActivity: Equatable, Sendable {
    /// The newest EXISTS, when one came.
    public var exists: UInt32?
    public var expunged = 0
    public var vanished = UIDSet()
    /// FETCH responses nobody asked for, newest for each UID.
    public var flags: [UID: Set<Flag>] = [:]
    /// Flag changes whose UID was not said, or too many of them to keep: list the flags again.
    public var needsFlagListing = false
    /// By how many messages the mailbox grew, as EXISTS tells it.
    public var grown: UInt32 = 0
    /// New messages that the server showed without being asked, after NOTIFY.
    public private(set) var arrived: [FetchedMessage] = []
    private var arrivedBytes = 0
    /// The messages that arrived need not be all: fetch them.
    public var arrivedIsPartial = false
    /// The mailbox was selected since: what happened before that is not told any more.
    public var isReselected = false

    public init() {}

    /// What this tells and then what the other does, as if they had been asked for together.
    public mutating func merge(_ later: MailboxActivity) {
        exists = later.exists ?? exists
        expunged += later.expunged
        vanished = vanished.union(later.vanished)
        for (uid, flags) in later.flags {
            guard self.flags.count < Self.mostFlags || self.flags[uid] != nil else {
                needsFlagListing = true
                continue
            }
            self.flags[uid] = flags
        }
        needsFlagListing = needsFlagListing || later.needsFlagListing
        grown += later.grown
        arrivedIsPartial = arrivedIsPartial || later.arrivedIsPartial
        later.arrived.forEach { noteArrival($0) }
        isReselected = isReselected || later.isReselected
    }

    public var isEmpty: Bool { self == MailboxActivity() }

    static let mostFlags = 1_000
    /// How much is kept of what nobody asked for; more is fetched when its turn comes.
    static let mostArrivals = 500
    static let mostArrivedBytes = 4 * 1_024 * 1_024

    /// Whether some of the new messages are still to be shown.
    public var awaitsArrivals: Bool { !arrivedIsPartial && arrived.count < grown }

    /// The new messages, when the server has shown every one of them from this UID on.
    public func arrivals(from next: UID) -> [FetchedMessage]? {
        let uids = Set(arrived.compactMap(\.uid).filter { $0 >= next })
        guard !arrivedIsPartial, !uids.isEmpty, uids.count == arrived.count, uids.count == grown else { return nil }
        return arrived
    }

    mutating func noteArrival(_ message: FetchedMessage) {
        if arrivedIsPartial { return }
        arrived.append(message)
        arrivedBytes += message.bodyBytes
        guard arrived.count > Self.mostArrivals || arrivedBytes > Self.mostArrivedBytes else { return }
        arrived = []
        arrivedBytes = 0
        arrivedIsPartial = true
    }

    mutating func noteFlags(_ message: FetchedMessage) {
        guard let flags = message.flags else { return }
        guard let uid = message.uid, self.flags.count < Self.mostFlags || self.flags[uid] != nil else {
            needsFlagListing = true
            return
        }
        self.flags[uid] = flags
    }
}
