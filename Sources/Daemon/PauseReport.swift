import ActionJournal
import Foundation

/// A pause as `pause`, `resume` and `status` print it in JSON.
public struct PauseReport: Codable, Sendable {
    /// `everything`, `account` or `rule`.
    public var scope: String
    @Nullable public var name: String?
    public var since: String
    /// `null`: until it is resumed.
    @Nullable public var until: String?

    init(_ pause: Pause) {
        switch pause.scope {
        case .everything: (scope, name) = ("everything", nil)
        case .account(let account): (scope, name) = ("account", account.rawValue)
        case .rule(let rule): (scope, name) = ("rule", rule)
        }
        since = Timestamp.text(pause.since)
        until = pause.until.map(Timestamp.text)
    }

    public func json() throws -> String { try JSONLine.encode(self) }

    /// `account home`, `rule Receipts`, `everything`.
    public var subject: String { name.map { "\(scope) \($0)" } ?? scope }
}
