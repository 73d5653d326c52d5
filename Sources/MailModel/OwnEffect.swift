/// What steps of ours may have done to a message without its being told yet: what is seen of it is nobody's change.
public struct OwnEffect: Hashable, Sendable {
    public enum Removal: Hashable, Sendable {
        /// A step that takes the message away has begun, and what came of it is not known.
        case pending
        /// The message was filed elsewhere; what is left of it here is a remainder.
        case done
    }

    /// The flags that such steps set or clear.
    public var flags: Set<Flag>
    /// `nil`: no step of ours takes the message away.
    public var removal: Removal?

    public init(flags: Set<Flag> = [], removal: Removal? = nil) {
        self.flags = flags
        self.removal = removal
    }
}
