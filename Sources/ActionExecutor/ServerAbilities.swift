/// What a server can do that decides which steps an action becomes.
public struct ServerAbilities: Hashable, Sendable {
    /// MOVE (RFC 6851).
    public var canMove: Bool
    /// UIDPLUS (RFC 4315): COPYUID and UID EXPUNGE.
    public var hasUIDPlus: Bool

    public init(canMove: Bool, hasUIDPlus: Bool) {
        self.canMove = canMove
        self.hasUIDPlus = hasUIDPlus
    }

    public init(capabilities: Set<String>) {
        canMove = capabilities.contains("MOVE")
        hasUIDPlus = capabilities.contains("UIDPLUS")
    }
}
