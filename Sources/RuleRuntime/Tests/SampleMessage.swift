import MIMEParsing
import MailModel

/// A message that a test makes up or reads from a file, before it is known when the test takes place.
struct SampleMessage {
    var raw: Raw
    var account: AccountName?
    var mailbox = MailboxName.inbox
    var event = RuleEvent.new
    var flags: Set<Flag> = []
    /// Seconds since 1970; `nil`: as for a message in a file (DESIGN §5).
    var received: Int64?
    var uid: UInt32 = 1
    /// Bytes; `nil`: what it has.
    var size: Int?

    enum Raw {
        case bytes([UInt8])
        case composed(SampleComposer)
    }

    /// As the rules get it, with everything at hand.
    func message(now: Int64, in account: AccountName) -> RuleMessage {
        let bytes =
            switch raw {
            case .bytes(let bytes): bytes
            case .composed(let composer): composer.bytes(defaultDate: received ?? now)
            }
        let header = HeaderBlock(bytes)
        return RuleMessage(
            account: self.account ?? account, mailbox: mailbox, uid: uid, event: event, flags: flags,
            size: size ?? bytes.count, received: received ?? MessageAge.received(header, now: now), header: header,
            headerIsWhole: true, raw: bytes)
    }
}

/// When a message in a file was received.
public enum MessageAge {
    /// Its newest Received, else its Date, else now (DESIGN §5).
    public static func received(_ header: HeaderBlock, now: Int64) -> Int64 {
        let received = header.all("Received").compactMap { field in
            field.text.split(separator: ";").last.flatMap { MailDate.parse(String($0)) }
        }.max()
        return received ?? header.first("Date").flatMap { MailDate.parse($0.text) } ?? now
    }
}
