/// How a message's flags changed between two looks.
public struct FlagDifference: Hashable, Sendable {
    public var added: Set<Flag>
    public var removed: Set<Flag>

    public init(added: Set<Flag> = [], removed: Set<Flag> = []) {
        self.added = added
        self.removed = removed
    }

    /// `\Recent` is left out: it says something about connections, and nothing about the message.
    public init(from before: Set<Flag>, to after: Set<Flag>) {
        added = after.subtracting(before).subtracting([.recent])
        removed = before.subtracting(after).subtracting([.recent])
    }

    public var isEmpty: Bool { added.isEmpty && removed.isEmpty }

    /// Without these flags.
    public func excluding(_ flags: Set<Flag>) -> FlagDifference {
        FlagDifference(added: added.subtracting(flags), removed: removed.subtracting(flags))
    }

    public func applied(to flags: Set<Flag>) -> Set<Flag> { flags.union(added).subtracting(removed) }
}
