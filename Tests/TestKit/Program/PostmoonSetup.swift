import Foundation

/// One person's `postmoon.toml`, rules and state in a folder of its own, and the real program run on them.
public final class PostmoonSetup: Sendable {
    public let folder: TemporaryFolder
    private let executable: String

    public var stateFolder: String { folder.file("state") }

    /// - Parameters:
    ///   - accounts: tables of the configuration.
    ///   - channels: further tables, such as `[notify.phone]`.
    ///   - rules: the content of `rules/rules.lua`.
    ///   - files: further files by their names in the folder, such as `rules/tests/a.lua`.
    public init(
        accounts: [AccountText], channels: String = "", rules: String, files: [String: String] = [:],
        state: String = "state"
    ) throws {
        executable = try PostmoonExecutable.find()
        folder = try TemporaryFolder("pmpm")
        try folder.makeFolder("rules", mode: 0o700)
        try folder.write("rules/rules.lua", rules)
        for (name, text) in files.sorted(by: { $0.key < $1.key }) {
            let levels = name.split(separator: "/").dropLast()
            for count in 1..<max(2, levels.count + 1) {
                try folder.makeFolder(levels.prefix(count).joined(separator: "/"), mode: 0o700)
            }
            try folder.write(name, text)
        }
        for account in accounts { try folder.write("\(account.name).secret", account.password + "\n") }
        let tables = accounts.map(\.table).joined(separator: "\n")
        try folder.write("postmoon.toml", "rules = \"rules\"\nstate = \"\(state)\"\n\n\(tables)\n\(channels)\n")
    }

    public func replaceRules(_ rules: String) throws { try folder.write("rules/rules.lua", rules) }

    /// Starts `postmoon` with `--json`; for `run`, mostly.
    public func start(_ arguments: String..., environment: [String: String] = [:]) throws -> PostmoonProcess {
        try launch(arguments + ["--json"], environment)
    }

    /// Starts `postmoon run` and returns when every account's folders are watched.
    public func watch(
        _ arguments: String..., folders: Int = 1, environment: [String: String] = [:]
    ) async throws -> PostmoonProcess {
        let daemon = try launch(["run"] + arguments + ["--json"], environment)
        try await daemon.entry("ready")
        for index in 0..<folders {
            try await daemon.entry { [daemon] entry in
                entry.message == "watching" && daemon.log.filter { $0.message == "watching" }.count > index
            }
        }
        return daemon
    }

    /// Runs a command to its end.
    ///
    /// - Parameter input: what it reads from its standard input; `nil`: that is closed.
    @discardableResult
    public func run(_ arguments: [String]) async throws -> CommandResult { try await finished(arguments) }

    @discardableResult
    public func run(
        _ arguments: String..., environment: [String: String] = [:], input: String? = nil,
        within limit: Duration = .seconds(30)
    ) async throws -> CommandResult { try await finished(arguments, environment, input: input, within: limit) }

    private func finished(
        _ arguments: [String], _ environment: [String: String] = [:], input: String? = nil,
        within limit: Duration = .seconds(30)
    ) async throws -> CommandResult {
        let process = try launch(arguments, environment, input: input)
        let status = try await process.end(within: limit)
        return CommandResult(
            status: status, output: process.standardOutput,
            error: process.log.map { $0.line + "\n" }.joined())
    }

    /// Asks `log --json` again and again until there is a plan like this, and gives it.
    public func plan(
        within limit: Duration = .seconds(20), where isWanted: (JSONObject) -> Bool
    ) async throws -> JSONObject {
        let clock = ContinuousClock()
        let end = clock.now + limit
        var last: CommandResult
        repeat {
            last = try await run("log", "--json")
            if let plan = try last.objects().first(where: isWanted) { return plan }
        } while clock.now < end
        throw PostmoonProcess.Overdue(description: "no such plan: \(last)")
    }

    /// The only account's object in `status --json`.
    public func accountStatus() async throws -> JSONObject {
        let status = try await run("status", "--json").object()
        guard let account = status.objects("accounts").first else {
            throw PostmoonProcess.Overdue(description: "no account in \(status)")
        }
        return account
    }

    private func launch(
        _ arguments: [String], _ environment: [String: String], input: String? = nil
    ) throws -> PostmoonProcess {
        let own = ["HOME": folder.path, "POSTMOON_CONFIG": folder.file("postmoon.toml"), "TZ": "UTC"]
        return try PostmoonProcess(
            [executable] + arguments,
            environment: Programs.environment.merging(own) { $1 }.merging(environment) { $1 }, input: input)
    }
}
