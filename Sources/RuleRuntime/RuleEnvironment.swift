import MailModel

/// What rules may refer to: accounts, notify channels, programs; from the configuration.
public struct RuleEnvironment: Sendable {
    public var accounts: [RuleAccount]
    /// Names of notify channels.
    public var channels: Set<String>
    /// Names of programs that `pipe` may run.
    public var programs: Set<String>
    /// Identifier of the time zone that times of day and weekdays are in.
    public var timezone: String

    public init(
        accounts: [RuleAccount], channels: Set<String> = [], programs: Set<String> = [], timezone: String = "UTC"
    ) {
        self.accounts = accounts
        self.channels = channels
        self.programs = programs
        self.timezone = timezone
    }

    func account(_ name: String) -> RuleAccount? { accounts.first { $0.name.rawValue == name } }
}

/// An account as far as rules have to know it.
public struct RuleAccount: Sendable, Hashable {
    public var name: AccountName
    /// The account's own addresses, aliases included: what `:me()` means.
    public var addresses: [String]
    public var watched: [MailboxName]
    /// Whether it has a submission server.
    public var canSend: Bool
    /// Why `redirect` is refused there; `nil` when it is not.
    public var canRedirect: String?

    public init(
        name: AccountName, addresses: [String], watched: [MailboxName] = [.inbox], canSend: Bool = true,
        canRedirect: String? = nil
    ) {
        self.name = name
        self.addresses = addresses
        self.watched = watched
        self.canSend = canSend
        self.canRedirect = canRedirect
    }
}

/// What one evaluation may use.
public struct RuleLimits: Sendable {
    /// Steps of a function of one rule for one message: instructions, pattern and expression steps, bytes allocated.
    public var steps: UInt64 = 5_000_000
    /// Steps for loading one file.
    public var loadSteps: UInt64 = 200_000_000
    /// The outer guard, in milliseconds.
    public var wallMilliseconds: UInt64 = 2_000
    /// Bytes of Lua memory of one runtime.
    public var memory: Int = 64 << 20
    /// Steps of one match of a regular expression (`match_limit` of PCRE2).
    public var expressionSteps: UInt32 = 2_000_000

    public static let standard = RuleLimits()

    public init() {}
}
