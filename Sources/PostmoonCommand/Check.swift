import Accounts
import ArgumentParser
import Daemon
import Foundation
import Logging
import RuleRuntime

struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Loads configuration, rules and tests and says what is wrong, as file:line: message.",
        discussion: """
            Finds mistakes of syntax and type, misspelt names, missing accounts, channels and programs, conditions that \
            never hold, rules that never run because nobody watches their folder or a rule before them leaves them \
            nothing, and mail sent on in a circle. With --online it asks the servers whether the folders exist that \
            configuration and rules name; nothing is changed there.

            Exits with 0 when nothing is wrong (a line marked warning: does not count), 1 for what is wrong in rules or \
            tests, 2 for what keeps them from being read.
            """
    )

    @OptionGroup var common: CommonOptions

    @Flag(help: "Ask the servers for their folders, too.")
    var online = false

    func run() async throws {
        let configuration = try common.load()
        let environment = RuleEnvironment(configuration)
        let folder: RuleFolder
        let testFiles: [RuleFolder.File]
        do {
            folder = try RuleFolder.read(configuration.rulesFolder)
            testFiles = try folder.testFiles()
        } catch {
            throw CommandStatus(code: 2, message: "\(error)")
        }
        var findings: [CheckFinding] = []
        var count = 0
        do {
            let runtime = try await RuleRuntime(
                folder: folder, environment: environment, executor: RuleExecutor(label: "check")
            )
            count = runtime.rules.count
            let check = RuleCheck(configuration, runtime)
            findings += await check.findings().map(CheckFinding.init)
            if online { findings += await check.folderFindings(logger: common.logger(.error)).map(CheckFinding.init) }
        } catch {
            findings += error.problems.map(CheckFinding.init)
        }
        let tests = RuleTests.load(
            testFiles, beside: folder, environment: environment, now: Int64(Date().timeIntervalSince1970))
        findings += tests.problems.map(CheckFinding.init)
        for finding in findings {
            Terminal.line(common.json ? try finding.json() : Terminal.safe(finding.text))
        }
        let errors = findings.filter(\.isError).count
        if errors > 0 { throw CommandStatus.finding }
        guard !common.json else { return }
        let accounts = configuration.accounts.count
        let warnings = findings.count
        Terminal.line(
            "\(count) \(count == 1 ? "rule" : "rules") for \(accounts) \(accounts == 1 ? "account" : "accounts"): "
                + (warnings == 0
                    ? "nothing wrong found" : "no errors, \(warnings == 1 ? "1 warning" : "\(warnings) warnings")")
        )
    }
}
