import Accounts
import Logging
import MailModel
import RuleRuntime

/// What `check` found: one line of its JSON.
public struct CheckFinding: Codable, Sendable {
    public var file: String
    /// 0: the file as a whole.
    public var line: Int
    /// `error` or `warning`.
    public var severity: String
    public var message: String
    @Nullable public var rule: String?

    public var isError: Bool { severity == RuleFinding.Severity.error.rawValue }

    public init(_ finding: RuleFinding) {
        file = finding.position.file
        line = finding.position.line
        severity = finding.severity.rawValue
        message = finding.message
        rule = finding.rule
    }

    public init(_ problem: RuleLoadError.Problem) {
        file = problem.file
        line = problem.line
        severity = RuleFinding.Severity.error.rawValue
        message = problem.message
        rule = nil
    }

    public func json() throws -> String { try JSONLine.encode(self) }

    /// `file:line: message`; what does not fail says `warning:`.
    public var text: String {
        "\(line > 0 ? "\(file):\(line)" : file): \(isError ? "" : "warning: ")\(message)"
    }
}

/// Looks for what is wrong with configuration and rules, beyond what keeps them from loading.
public struct RuleCheck: Sendable {
    let configuration: Configuration
    let runtime: RuleRuntime

    public init(_ configuration: Configuration, _ runtime: RuleRuntime) {
        self.configuration = configuration
        self.runtime = runtime
    }

    /// What can be told without a server.
    public func findings() async -> [RuleFinding] {
        (await runtime.findings() + Unsupported.findings(await runtime.outlines(), configuration)).sorted()
    }

    /// What the servers say of the folders that configuration and rules name.
    public func folderFindings(logger: Logger) async -> [RuleFinding] {
        var findings: [RuleFinding] = []
        var servers: [ServerFolders] = []
        for account in configuration.accounts {
            do {
                let folders = try await ServerLook(account: account, logger: logger).folders()
                let roles = folders.compactMap { folder in
                    folder.role.flatMap(MailboxRole.init).map { ($0, folder.folder) }
                }
                let server = ServerFolders(
                    account: account.name, names: Set(folders.map(\.folder)),
                    roles: Dictionary(roles, uniquingKeysWith: { first, _ in first })
                )
                servers.append(server)
                findings += missing(account, server)
            } catch {
                findings.append(
                    RuleFinding(
                        .error, account.position, rule: nil,
                        "[accounts.\(account.name)]: the server could not be asked for its folders: \(error)"
                    )
                )
            }
        }
        return findings + FolderFindings(servers).findings(await runtime.outlines())
    }

    private func missing(_ account: AccountConfiguration, _ server: ServerFolders) -> [RuleFinding] {
        let watched = account.watch.map { ("watch", $0) }
        let roles = account.folders.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { ("folders.\($0.key.rawValue)", $0.value) }
        return (watched + roles).filter { !server.names.contains($0.1.rawValue) }.map { key, name in
            RuleFinding(
                .error, account.position, rule: nil,
                "[accounts.\(account.name)]: \(key) names “\(name)”, and there is no such folder"
            )
        }
    }
}
