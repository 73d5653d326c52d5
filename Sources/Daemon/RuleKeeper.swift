import Accounts
import ActionJournal
import MailModel
import RuleRuntime

/// Keeps the rules that are in force: a new generation is loaded beside the old one and takes its place between
/// messages; when it does not load, the last good one goes on.
actor RuleKeeper {
    struct Generation: Sendable {
        /// Grows with every change of the rules' text, over restarts too.
        var number: Int64
        /// When these rules were first loaded, in seconds since 1970.
        var since: Int64
        var runtimes: [RuleRuntime]

        var count: Int { runtimes.first?.rules.count ?? 0 }
        fileprivate var digest: String? { runtimes.first?.digest }

        /// Each account is served by one runtime.
        func runtime(_ account: AccountName, among names: [AccountName]) -> RuleRuntime {
            runtimes[(names.firstIndex(of: account) ?? 0) % runtimes.count]
        }
    }

    nonisolated let folder: String
    private let environment: RuleEnvironment
    private let pool: RuleExecutorPool
    private let names: [AccountName]
    private let journal: Journal
    private let clock: @Sendable () -> Int64
    private var generation: Generation?
    /// The folder at the last load, whether it succeeded or not.
    private(set) var look: RuleFolderLook?
    private var isLoading = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(configuration: Configuration, runtimes: Int, journal: Journal, clock: @escaping @Sendable () -> Int64) {
        folder = configuration.rulesFolder
        environment = RuleEnvironment(configuration)
        names = configuration.accounts.map(\.name)
        pool = RuleExecutorPool(size: min(runtimes, max(1, names.count)))
        self.journal = journal
        self.clock = clock
    }

    var current: Generation? { generation }

    /// The header fields that the account's rules can need; `nil`: the whole header.
    func headerFields(for account: AccountName) -> Set<String>? {
        generation?.runtime(account, among: names).needs.headerFields
    }

    /// Whether some rule of the account may read text, parts or attachments.
    func mayReadBodies(of account: AccountName) -> Bool {
        generation?.runtime(account, among: names).needs.body ?? false
    }

    func runtime(for account: AccountName) -> (runtime: RuleRuntime, generation: Int64)? {
        generation.map { ($0.runtime(account, among: names), $0.number) }
    }

    /// Loads the folder; on success it is in force from the next message on. Nothing changes when the rules are the same.
    ///
    /// - Returns: what is in force, and whether it was not before.
    @discardableResult
    func load() async throws -> (generation: Generation, isNew: Bool) {
        // One after another: what was read last is in force in the end.
        await begin()
        defer { end() }
        // Before the files are read: what changes meanwhile looks different next time.
        look = RuleFolderLook(folder)
        let files = try RuleFolder.read(folder)
        var runtimes: [RuleRuntime] = []
        for executor in pool.executors {
            runtimes.append(try await RuleRuntime(folder: files, environment: environment, executor: executor))
            if let generation, generation.digest == runtimes[0].digest { return (generation, false) }
        }
        let stored = try await journal.generation(ofRules: runtimes[0].digest, at: clock())
        let next = Generation(number: stored.number, since: stored.since, runtimes: runtimes)
        generation = next
        return (next, true)
    }

    private func begin() async {
        guard isLoading else { return isLoading = true }
        await withCheckedContinuation { waiting.append($0) }
    }

    private func end() {
        guard waiting.isEmpty else { return waiting.removeFirst().resume() }
        isLoading = false
    }
}

extension RuleEnvironment {
    /// What rules may refer to, from the configuration.
    public init(_ configuration: Configuration) {
        self.init(
            accounts: configuration.accounts.map {
                RuleAccount(
                    name: $0.name, addresses: $0.addresses, watched: $0.watch, canSend: $0.canSend,
                    canRedirect: $0.profile.quirks.redirectRefused
                )
            },
            channels: Set(configuration.channels.map(\.name)), programs: Set(configuration.programs.map(\.name)),
            timezone: configuration.timezone
        )
    }
}
