import MailModel

extension RuleSummary {
    /// Whether the rule is for messages of this mailbox, by its `account` and `folder`.
    ///
    /// - Parameter watched: the account's watched mailboxes, which a rule without `folder` is for.
    public func covers(_ mailbox: MailboxName, of account: AccountName, watched: [MailboxName]) -> Bool {
        if let accounts, !accounts.contains(account.rawValue) { return false }
        guard let folders else { return watched.contains(mailbox) }
        let name = CompiledRule.folded(mailbox.rawValue)
        return folders.contains { Glob(CompiledRule.folded($0)).matches(name) }
    }
}
