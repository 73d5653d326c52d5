import MailModel

/// Finds what would come back: mail sent on to an address that leads into a configured account.
struct SelfForwarding {
    let environment: RuleEnvironment

    /// Exactly an account's address is refused when the rule loads; with a detail behind a `+` it is the same mailbox.
    func comesBack(_ text: String) -> String? {
        guard let at = text.lastIndex(of: "@") else { return nil }
        let local = text[..<at].prefix { $0 != "+" }
        let bare = "\(local)\(text[at...])".lowercased()
        return environment.accounts.flatMap(\.addresses).first { $0.lowercased() == bare }
    }

    func findings(of rule: CompiledRule) -> [RuleFinding] {
        guard case .actions(let templates) = rule.run else { return [] }
        return templates.flatMap { template -> [RuleFinding] in
            let targets: [String]
            switch template.effect {
            case .mail(.forward(let request)): targets = request.to
            case .mail(.redirect(let request)): targets = request.to
            default: return []
            }
            return targets.compactMap { target in
                comesBack(target).map { finding(template.name, target, $0, template.position, rule.summary) }
            }
        }
    }

    private func finding(
        _ action: ActionName, _ target: String, _ own: String, _ position: SourcePosition?, _ rule: RuleSummary
    ) -> RuleFinding {
        RuleFinding(
            .error, position ?? rule.position, rule: rule.name,
            "\(action.rawValue) to \(target) goes round in a circle: it is the mailbox of \(own), an address of a"
                + " configured account")
    }
}
