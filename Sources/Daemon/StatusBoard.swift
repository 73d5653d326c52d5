import MailModel

/// The health of accounts, folders and rules, as `status` shows it.
actor StatusBoard {
    struct Folder: Sendable, Codable {
        var folder: String
        var state: String
        var error: String?
    }

    struct Account: Sendable {
        var state = "starting"
        var since: Int64
        var folders: [MailboxName: Folder] = [:]
        var lastEvent: Int64?
        var lastError: String?
        var lastErrorCode: String?
    }

    struct Rules: Sendable {
        var generation: Int64 = 0
        var since: Int64 = 0
        var count = 0
        /// Why the folder as it is now does not load.
        var error: String?
        /// Since when it does not.
        var errorSince: Int64?
    }

    private(set) var accounts: [AccountName: Account] = [:]
    private(set) var rules = Rules()
    /// Ends once every account is watching or was reported as failing.
    nonisolated let settled: AsyncStream<Never>
    private let settling: AsyncStream<Never>.Continuation
    private let clock: @Sendable () -> Int64

    init(accounts: [AccountName], clock: @escaping @Sendable () -> Int64) {
        self.clock = clock
        (settled, settling) = AsyncStream.makeStream()
        for name in accounts { self.accounts[name] = Account(since: clock()) }
    }

    func note(_ account: AccountName, _ mailbox: MailboxName, state: String, error: String? = nil, code: String? = nil)
    {
        var entry = accounts[account] ?? Account(since: clock())
        // One more attempt does not make a failing folder look better; only success does.
        if state == "connecting", entry.folders[mailbox]?.state == "failing" { return }
        entry.folders[mailbox] = Folder(folder: mailbox.rawValue, state: state, error: error)
        if let error {
            entry.lastError = error
            entry.lastErrorCode = code
        }
        let states = Set(entry.folders.values.map(\.state))
        let combined = ["failing", "connecting", "paused"].first(where: states.contains) ?? "watching"
        if combined != entry.state {
            entry.state = combined
            entry.since = clock()
        }
        accounts[account] = entry
        tellReadiness()
    }

    func noteEvent(_ account: AccountName) { accounts[account]?.lastEvent = clock() }

    func note(rules: Rules) { self.rules = rules }

    /// The rules in force stay.
    func note(rulesError error: String) {
        rules.error = error
        rules.errorSince = rules.errorSince ?? clock()
    }

    private var isSettled: Bool { accounts.values.allSatisfy { ["watching", "failing", "paused"].contains($0.state) } }

    private func tellReadiness() {
        if isSettled { settling.finish() }
    }
}
