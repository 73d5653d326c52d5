import MailModel

/// Finds what would come back: mail sent on to an address that leads into a configured account.
struct SelfForwarding {
    let environment: RuleEnvironment

    /// The account's address that it leads to; a detail behind a `+` is the same mailbox.
    func comesBack(_ text: String) -> String? {
        guard let at = text.lastIndex(of: "@") else { return nil }
        let local = text[..<at].prefix { $0 != "+" }
        let bare = "\(local)\(text[at...])".lowercased()
        return environment.accounts.flatMap(\.addresses).first { $0.lowercased() == bare }
    }
}
