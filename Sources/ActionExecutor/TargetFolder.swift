import ActionJournal
import MailModel

/// A mailbox that messages are filed into, and the account that it is in when it is not their own.
struct TargetFolder: Hashable, Comparable, CustomStringConvertible {
    var account: AccountName?
    var mailbox: MailboxName

    /// As rules write it: `work:Clients/ACME`.
    var description: String { account.map { "\($0):\(mailbox)" } ?? mailbox.rawValue }

    static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}

extension StepArguments {
    /// Where a copy goes, or is; `nil` for a step that names no mailbox.
    var folder: TargetFolder? {
        guard let mailbox = mailbox.flatMap(MailboxName.init) else { return nil }
        return TargetFolder(account: account.flatMap(AccountName.init), mailbox: mailbox)
    }
}
