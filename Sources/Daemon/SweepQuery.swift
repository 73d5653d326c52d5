import MailModel

/// Which messages a sweep looks at.
public struct SweepQuery: Codable, Sendable {
    public var account: String?
    public var folders: [String]
    /// Only messages received within so many seconds.
    public var since: Int64?
    public var rules: [String]

    public init(account: String? = nil, folders: [String] = [], since: Int64? = nil, rules: [String] = []) {
        self.account = account
        self.folders = folders
        self.since = since
        self.rules = rules
    }

    /// `nil`: the rules for mail that arrives.
    var only: Set<String>? { rules.isEmpty ? nil : Set(rules) }

    func includes(_ account: AccountName) -> Bool { self.account == nil || self.account == account.rawValue }

    /// - Parameter usual: when none is named.
    func folders(orElse usual: [MailboxName]) -> [MailboxName] {
        folders.isEmpty ? usual : folders.compactMap(MailboxName.init)
    }

    /// The oldest message to look at, in seconds since 1970.
    func oldest(at now: Int64) -> Int64? { since.map { now - $0 } }
}
