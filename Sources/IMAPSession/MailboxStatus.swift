import IMAPSyntax
import MailModel

/// What STATUS, or LIST with RETURN (STATUS), said of a mailbox.
public struct MailboxStatus: Equatable, Sendable {
    public var mailbox: WireMailboxName
    public var messages: UInt32?
    public var uidNext: UID?
    public var uidValidity: UIDValidity?
    public var highestModSeq: ModSeq?

    init(_ mailbox: WireMailboxName, _ attributes: [StatusAttribute]) {
        self.mailbox = mailbox
        for attribute in attributes {
            switch attribute {
            case .messages(let count): messages = count
            case .uidNext(let uid): uidNext = uid
            case .uidValidity(let value): uidValidity = value
            case .highestModSeq(let value): highestModSeq = value
            case .recent, .unseen, .deleted, .size, .mailboxID, .other: break
            }
        }
    }
}
