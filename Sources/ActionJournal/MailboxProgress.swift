import MailModel

/// How far a mailbox was decided; stored in the same transaction as the decisions that took it there.
public struct MailboxProgress: Hashable, Sendable {
    public var account: AccountName
    public var mailbox: MailboxName
    public var uidValidity: UIDValidity
    /// The first UID that was not decided yet. Under one UIDVALIDITY the journal never lets it fall.
    public var nextUID: UID
    /// `nil` where the mailbox keeps none.
    public var highestModSeq: ModSeq?
    /// The newest INTERNALDATE seen, in seconds since 1970.
    public var newestInternalDate: Int64?
    /// When the mailbox was last looked at completely, in seconds since 1970.
    public var lastCompleteCheck: Int64

    public init(
        account: AccountName, mailbox: MailboxName, uidValidity: UIDValidity, nextUID: UID,
        highestModSeq: ModSeq? = nil, newestInternalDate: Int64? = nil, lastCompleteCheck: Int64
    ) {
        self.account = account
        self.mailbox = mailbox
        self.uidValidity = uidValidity
        self.nextUID = nextUID
        self.highestModSeq = highestModSeq
        self.newestInternalDate = newestInternalDate
        self.lastCompleteCheck = lastCompleteCheck
    }
}
