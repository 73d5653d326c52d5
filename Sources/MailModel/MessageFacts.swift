/// What the server says of a message, without its text.
public struct MessageFacts: Hashable, Sendable {
    public var uid: UID
    public var flags: Set<Flag>
    /// INTERNALDATE in seconds since 1970.
    public var internalDate: Int64
    /// RFC822.SIZE in bytes.
    public var size: Int
    public var modSeq: ModSeq?

    public init(uid: UID, flags: Set<Flag>, internalDate: Int64, size: Int, modSeq: ModSeq? = nil) {
        self.uid = uid
        self.flags = flags
        self.internalDate = internalDate
        self.size = size
        self.modSeq = modSeq
    }
}
