import Accounts
import ArgumentParser
import Daemon
import RuleRuntime

struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Loads configuration and rules; errors as file:line: message."
    )

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let configuration = try common.load()
        let files: RuleFolder
        do {
            files = try RuleFolder.read(configuration.rulesFolder)
        } catch {
            throw CommandStatus(code: 2, message: "\(error)")
        }
        do {
            let runtime = try await RuleRuntime(
                folder: files, environment: RuleEnvironment(configuration), executor: RuleExecutor(label: "check")
            )
            for warning in Unsupported.warnings(runtime.rules, configuration) {
                Terminal.error("postmoon: warning: \(warning)")
            }
            let accounts = configuration.accounts.count
            Terminal.line(
                "\(runtime.rules.count) rules for \(accounts) \(accounts == 1 ? "account" : "accounts"): nothing wrong found"
            )
        } catch {
            for problem in error.problems { Terminal.line(problem.description) }
            throw CommandStatus.finding
        }
    }
}
