import MailModel

/// Which events a rule is for.
public enum RuleEventKind: String, Hashable, Sendable, CaseIterable {
    case new
    case movedIn = "moved_in"
    case removed
    case flags
    case schedule
}

/// When a scheduled rule is due.
public enum RuleSchedule: Hashable, Sendable {
    /// Seconds between two runs.
    case every(Int64)
    /// Minutes after midnight, in the configured time zone.
    case at(minutes: Int)
}

/// A loaded rule, as `status`, `check` and the watcher need it.
public struct RuleSummary: Hashable, Sendable {
    public static let standardLimit = 200

    public var name: String
    public var position: SourcePosition
    public var events: Set<RuleEventKind>
    /// Folder names and globs; `nil`: the watched folders.
    public var folders: [String]?
    /// `nil`: every account.
    public var accounts: [String]?
    public var schedule: RuleSchedule?
    /// Plans in ten minutes; `nil`: without limit.
    public var limit: Int?
    public var enabled: Bool
    public var dryRun: Bool
    public var continues: Bool
}
