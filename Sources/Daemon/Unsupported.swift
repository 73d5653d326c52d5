import Accounts
import ActionExecutor
import MailModel
import RuleRuntime

/// What configuration and rules may say but this version does not carry out yet: said at load, not found out later.
public enum Unsupported {
    public static func findings(_ rules: [RuleOutline], _ configuration: Configuration) -> [RuleFinding] {
        var findings: [RuleFinding] = []
        let accounts = Set(configuration.accounts.map(\.name))
        for outline in rules where outline.rule.enabled {
            let rule = outline.rule
            findings += outline.actions.compactMap { refusal($0, accounts, at: $0.position ?? rule.position) }
            findings += outline.actions.compactMap { planned -> RuleFinding? in
                switch planned.action {
                case .move(let target), .copy(let target):
                    roleElsewhere(target, planned.rule, at: planned.position ?? rule.position)
                default: nil
                }
            }
        }
        return findings
    }

    /// Roles are of the message's own account (DESIGN §4): in another one a folder has to be named, and a missing one would
    /// be made.
    private static func roleElsewhere(
        _ target: FolderTarget, _ rule: String, at position: SourcePosition
    ) -> RuleFinding? {
        guard let account = target.account, case .name(let folder) = target.place, folder != MailboxRole.inbox.rawValue,
            MailboxRole(rawValue: folder) != nil
        else { return nil }
        return RuleFinding(
            .warning, position, rule: rule,
            "rule “\(rule)”: \"\(account):\(folder)\" is a folder named “\(folder)”, not what “\(account)” has for "
                + "\(folder): name its folder as the server does (postmoon folders \(account))")
    }

    /// What the planner says of an action, on a server that can everything and has a folder for every role.
    private static func refusal(
        _ planned: PlannedAction, _ accounts: Set<AccountName>, at position: SourcePosition
    ) -> RuleFinding? {
        let roles = Dictionary(uniqueKeysWithValues: MailboxRole.allCases.map { ($0, MailboxName.inbox) })
        let planner = StepPlanner(
            source: .inbox, abilities: ServerAbilities(canMove: true, hasUIDPlus: true), roles: roles,
            accounts: accounts
        )
        var planned = planned
        planned.after = nil
        do {
            _ = try planner.steps(for: [planned], outbox: [:])
            return nil
        } catch {
            return RuleFinding(.warning, position, rule: planned.rule, "rule “\(planned.rule)”: \(error.reason)")
        }
    }
}
