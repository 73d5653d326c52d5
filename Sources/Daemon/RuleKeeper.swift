import Accounts
import ActionJournal
import Logging
import MailModel
import RuleRuntime

/// Keeps the rules that are in force: a new generation is loaded beside the old one and takes its place between
/// messages; when it does not load, the last good one goes on.
actor RuleKeeper {
    struct Generation: Sendable {
        var number: Int64
        /// Seconds since 1970.
        var since: Int64
        var runtimes: [RuleRuntime]

        /// Each account is served by one runtime.
        func runtime(_ account: AccountName, among names: [AccountName]) -> RuleRuntime {
            runtimes[(names.firstIndex(of: account) ?? 0) % runtimes.count]
        }
    }

    private let folder: String
    private let environment: RuleEnvironment
    private let pool: RuleExecutorPool
    private let names: [AccountName]
    private let clock: @Sendable () -> Int64
    private var generation: Generation?

    init(configuration: Configuration, runtimes: Int, clock: @escaping @Sendable () -> Int64) {
        folder = configuration.rulesFolder
        environment = RuleEnvironment(configuration)
        names = configuration.accounts.map(\.name)
        pool = RuleExecutorPool(size: min(runtimes, max(1, names.count)))
        self.clock = clock
    }

    var current: Generation? { generation }

    /// The header fields that the account's rules can need; `nil`: the whole header.
    func headerFields(for account: AccountName) -> Set<String>? {
        generation?.runtime(account, among: names).needs.headerFields
    }

    func runtime(for account: AccountName) -> (runtime: RuleRuntime, generation: Int64)? {
        generation.map { ($0.runtime(account, among: names), $0.number) }
    }

    /// Loads the folder; on success it is in force from the next message on.
    @discardableResult
    func load() async throws(RuleLoadError) -> Generation {
        let files = try RuleFolder.read(folder)
        var runtimes: [RuleRuntime] = []
        for executor in pool.executors {
            runtimes.append(try await RuleRuntime(folder: files, environment: environment, executor: executor))
        }
        let next = Generation(number: (generation?.number ?? 0) + 1, since: clock(), runtimes: runtimes)
        generation = next
        return next
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
