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
        }
        return findings
    }

    /// What the planner says of an action, on a server that can everything and has a folder for every role.
    private static func refusal(
        _ planned: PlannedAction, _ accounts: Set<AccountName>, at position: SourcePosition
    ) -> RuleFinding? {
        let roles = Dictionary(uniqueKeysWithValues: MailboxRole.allCases.map { ($0, MailboxName.inbox) })
        let planner = StepPlanner(
            source: .inbox, abilities: ServerAbilities(canMove: true, hasUIDPlus: true), roles: roles,
            otherAccounts: accounts
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
