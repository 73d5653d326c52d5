import Accounts
import ActionExecutor
import ActionJournal
import Logging
import MailModel
import MailTransport

/// What every part of a running program shares.
struct Surroundings: Sendable {
    var configuration: Configuration
    var journal: Journal
    var spool: Spool
    var dialer: Dialer
    var rules: RuleKeeper
    var health: RuleHealth
    var pauses: PauseBook
    var memory: RuleMemory
    var noticeCeiling: NoticeCeiling
    var board: StatusBoard
    /// Decisions are only proposed (`--dry-run`).
    var proposing: Bool
    /// Seconds since 1970.
    var clock: @Sendable () -> Int64
    var logger: Logger
}
