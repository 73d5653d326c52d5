import MailModel

/// The folders that an account's server has.
public struct ServerFolders: Sendable {
    public var account: AccountName
    /// As rules write them.
    public var names: Set<String>
    public var roles: [MailboxRole: String]

    public init(account: AccountName, names: Set<String>, roles: [MailboxRole: String]) {
        self.account = account
        self.names = names
        self.roles = roles
    }
}

/// Holds what rules say of folders against what the servers have.
public struct FolderFindings {
    private let servers: [ServerFolders]

    /// - Parameter servers: those that could be asked; what is said of others is not judged.
    public init(_ servers: [ServerFolders]) { self.servers = servers }

    public func findings(_ rules: [RuleOutline]) -> [RuleFinding] {
        rules.filter(\.rule.enabled).flatMap { rule in
            sources(rule.rule) + rule.actions.flatMap { targets($0, of: rule.rule) } + calls(rule)
        }
    }

    // MARK: folder =

    private func sources(_ rule: RuleSummary) -> [RuleFinding] {
        let own = servers(of: rule)
        guard !own.isEmpty, own.count == (rule.accounts?.count ?? own.count) else { return [] }
        return (rule.folders ?? []).compactMap { name in
            let glob = Glob(Array(MailboxName(name)?.rawValue.utf8 ?? name.utf8))
            guard !own.contains(where: { $0.names.contains { glob.matches(Array($0.utf8)) } }) else { return nil }
            return RuleFinding(
                .error, rule.position, rule: rule.name,
                "rule \"\(rule.name)\": there is no folder \"\(name)\"\(inAccounts(own))\(hint(name, in: own))")
        }
    }

    // MARK: Targets

    private func targets(_ planned: PlannedAction, of rule: RuleSummary) -> [RuleFinding] {
        switch planned.action {
        case .move(let target), .copy(let target): return self.target(target, planned, of: rule)
        case .trash: return role(.trash, planned, servers(of: rule), rule)
        case .archive: return role(.archive, planned, servers(of: rule), rule)
        case .junk: return role(.junk, planned, servers(of: rule), rule)
        default: return []
        }
    }

    private func target(_ target: FolderTarget, _ planned: PlannedAction, of rule: RuleSummary) -> [RuleFinding] {
        let own = target.account.map { name in servers.filter { $0.account.rawValue == name } } ?? servers(of: rule)
        switch target.place {
        case .role(let role): return self.role(role, planned, own, rule)
        case .name(let name):
            return own.compactMap {
                missing(name, create: target.create, in: $0, at: planned.position ?? rule.position, rule.name)
            }
        }
    }

    /// A folder that is made when it is missing is only suspicious when another is called almost like it.
    private func missing(
        _ name: String, create: Bool, in server: ServerFolders, at position: SourcePosition, _ rule: String
    ) -> RuleFinding? {
        let known = MailboxName(name)?.rawValue ?? name
        guard !server.names.contains(known) else { return nil }
        guard create else {
            return RuleFinding(
                .error, position, rule: rule,
                "there is no folder \"\(name)\"\(inAccounts([server])), and create = false\(hint(name, in: [server]))")
        }
        guard let near = NearestName.of(name, in: server.names), Self.isSlip(name, near) else { return nil }
        return RuleFinding(
            .warning, position, rule: rule,
            "folder \"\(name)\" would be made\(inAccounts([server])); did you mean \"\(near)\"?")
    }

    /// `Work` below `Work/Old` is no slip, `Reciepts` beside `Receipts` is one.
    private static func isSlip(_ name: String, _ near: String) -> Bool {
        let levels = name.split(separator: "/")
        let others = near.split(separator: "/")
        guard levels.count == others.count, let last = levels.last, let other = others.last else { return false }
        // Names like `2026` and `2025` differ on purpose.
        return abs(name.count - near.count) <= 2 && last.filter(\.isNumber) == other.filter(\.isNumber)
    }

    private func role(
        _ role: MailboxRole, _ planned: PlannedAction, _ own: [ServerFolders], _ rule: RuleSummary
    ) -> [RuleFinding] {
        own.filter { role != .inbox && $0.roles[role] == nil }.map { server in
            RuleFinding(
                .error, planned.position ?? rule.position, rule: rule.name,
                "account \"\(server.account)\" has no folder for \(role.rawValue); name it in the configuration:"
                    + " folders = { \(role.rawValue) = \"...\" }")
        }
    }

    /// What functions say in so many words.
    private func calls(_ rule: RuleOutline) -> [RuleFinding] {
        rule.calls.flatMap { call -> [RuleFinding] in
            guard call.action == "move" || call.action == "copy", var name = call.text else { return [] }
            var own = servers(of: rule.rule)
            if let colon = name.firstIndex(of: ":"),
                let other = servers.first(where: { $0.account.rawValue == name[..<colon] })
            {
                own = [other]
                name = String(name[name.index(after: colon)...])
            }
            let position = SourcePosition(file: rule.rule.position.file, line: call.line)
            return own.compactMap { missing(name, create: true, in: $0, at: position, rule.rule.name) }
        }
    }

    // MARK: Words

    private func servers(of rule: RuleSummary) -> [ServerFolders] {
        servers.filter { rule.accounts?.contains($0.account.rawValue) ?? true }
    }

    private func inAccounts(_ servers: [ServerFolders]) -> String {
        let names = servers.map { "\"\($0.account)\"" }.joined(separator: ", ")
        return " in \(servers.count == 1 ? "account" : "accounts") \(names)"
    }

    private func hint(_ name: String, in servers: [ServerFolders]) -> String {
        NearestName.hint(name, in: servers.flatMap(\.names))
    }
}
