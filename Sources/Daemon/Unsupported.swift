import Accounts
import MailModel
import RuleRuntime

/// What configuration and rules may say but this version does not carry out yet: said at load, not found out later.
public enum Unsupported {
    public static func warnings(_ rules: [RuleSummary], _ configuration: Configuration) -> [String] {
        var warnings: [String] = []
        for rule in rules where rule.enabled {
            let idle = rule.events.subtracting([.new, .movedIn]).map(\.rawValue).sorted()
            guard !idle.isEmpty else { continue }
            let names = idle.map { "“\($0)”" }.joined(separator: ", ")
            warnings.append("\(rule.position): rule “\(rule.name)”: on \(names) is not carried out by this version yet")
        }
        for channel in configuration.channels {
            switch channel.kind {
            case .webhook, .command: break
            case .ntfy, .desktop, .mail:
                warnings.append(
                    "\(channel.position): [notify.\(channel.name)]: this type is not carried out by this version yet"
                )
            }
        }
        for account in configuration.accounts {
            if case .oauth2 = account.credential {
                warnings.append(
                    "\(account.position): [accounts.\(account.name)]: oauth2 is not carried out by this version yet")
            }
        }
        return warnings
    }
}
