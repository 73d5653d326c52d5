import ActionJournal
import MailModel

/// What a person wants to pause or to resume.
public struct PauseQuery: Codable, Sendable {
    /// An account or a rule; `account:NAME` and `rule:NAME` say which. `nil`: everything.
    public var name: String?
    /// For so long; `nil`: until it is resumed.
    public var seconds: Int64?

    public init(name: String? = nil, seconds: Int64? = nil) {
        self.name = name
        self.seconds = seconds
    }
}

/// What a name given to `pause` or `resume` means.
enum PauseTarget: Equatable {
    case scope(PauseScope)
    /// Why it means nothing, or not one thing.
    case unclear(String)

    /// - Parameter rules: `nil` when they do not load, and nobody knows their names.
    init(_ name: String, accounts: [AccountName], rules: Set<String>?) {
        let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        if parts.count == 2, parts[0] == "account" {
            self =
                accounts.first { $0.rawValue == parts[1] }.map { .scope(.account($0)) }
                ?? .unclear("there is no account “\(parts[1])”")
            return
        }
        if parts.count == 2, parts[0] == "rule" {
            let isThere = rules?.contains(parts[1]) ?? true
            self = isThere ? .scope(.rule(parts[1])) : .unclear("there is no rule “\(parts[1])”")
            return
        }
        let account = accounts.first { $0.rawValue == name }
        switch (account, rules) {
        case (_?, let rules?) where rules.contains(name):
            self = .unclear("“\(name)” is an account and a rule: say account:\(name) or rule:\(name)")
        case (let account?, _): self = .scope(.account(account))
        case (nil, let rules?):
            self =
                rules.contains(name) ? .scope(.rule(name)) : .unclear("there is no account and no rule “\(name)”")
        case (nil, nil):
            self = .unclear("there is no account “\(name)”, and the rules do not load; for a rule say rule:\(name)")
        }
    }

    /// Of the pauses in force, the one that a name means.
    init(_ name: String, among pauses: [Pause]) {
        let meant = pauses.map(\.scope).filter { scope in
            switch scope {
            case .everything: false
            case .account(let account): name == account.rawValue || name == "account:\(account)"
            case .rule(let rule): name == rule || name == "rule:\(rule)"
            }
        }
        switch meant.count {
        case 0:
            self = .unclear(
                pauses.contains { $0.scope == .everything }
                    ? "“\(name)” has no pause of its own: everything is paused, and `resume` without a name ends that"
                    : "“\(name)” is not paused")
        case 1: self = .scope(meant[0])
        default: self = .unclear("an account and a rule “\(name)” are paused: say account:\(name) or rule:\(name)")
        }
    }
}
