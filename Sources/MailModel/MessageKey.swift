/// Where a message is, for as long as its mailbox keeps its UIDVALIDITY.
public struct MessageKey: Hashable, Sendable {
    public var account: AccountName
    public var mailbox: MailboxName
    public var uidValidity: UIDValidity
    public var uid: UID

    public init(account: AccountName, mailbox: MailboxName, uidValidity: UIDValidity, uid: UID) {
        self.account = account
        self.mailbox = mailbox
        self.uidValidity = uidValidity
        self.uid = uid
    }
}

/// What makes a message the same one wherever it is and whatever its UID: a server's own id, else a digest of its facts.
public struct MessageIdentity: Hashable, Sendable, CustomStringConvertible {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }

    public var description: String { rawValue }
}
