import MailModel

/// A message as it was last seen.
public struct MirroredMessage: Hashable, Sendable {
    public var uid: UID
    public var flags: Set<Flag>
    /// `nil` where the server keeps none.
    public var modSeq: ModSeq?
    /// How many changes of its flags were told.
    public var changes: Int

    public init(uid: UID, flags: Set<Flag>, modSeq: ModSeq? = nil, changes: Int = 0) {
        self.uid = uid
        self.flags = flags
        self.modSeq = modSeq
        self.changes = changes
    }
}

/// What a look found to be different from what was known.
public enum MirrorChange: Hashable, Sendable {
    /// The `number`-th change of this message's flags.
    case flagsChanged(UID, FlagDifference, number: Int)
    case removed(UID)
    /// There, and not in the mirror: new mail, or a message that was missed.
    case appeared(UID)

    public var uid: UID {
        switch self {
        case .flagsChanged(let uid, _, _), .removed(let uid), .appeared(let uid): uid
        }
    }
    public var isRemoval: Bool { if case .removed = self { true } else { false } }
}
