import Accounts
import ArgumentParser
import Daemon
import Foundation
import RuleRuntime

struct TestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Runs the rules' tests.",
        discussion: """
            Tests stand in tests/*.lua in the rules folder:

              test "receipts are filed" {
                message = message { from = "a@apple.com", subject = "Your receipt" },
                expect  = { mark "seen", move "Receipts" },
              }

            expect lists what is done, in any order; {} means nothing. rules = { "Name" } are the rules that match, in \
            order. message also takes to cc bcc reply_to sender text html headers attachments date message_id list_id \
            account folder event flags received uid size; file "x.eml" reads a message beside the test. now = sets the \
            time, state = { ["Rule"] = { key = value } } what rules remember, before = { message { ... } } \
            what came before and is decided first. No server is asked.

            Exits with 0 when every test passes, 1 when one fails or rules or tests do not load, 2 when they cannot be \
            read.
            """
    )

    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp("Only these test files. Default: every one in tests.", valueName: "FILE"))
    var files: [String] = []

    func run() async throws {
        let configuration = try common.load()
        let environment = RuleEnvironment(configuration)
        let folder: RuleFolder
        let chosen: [RuleFolder.File]
        do {
            folder = try RuleFolder.read(configuration.rulesFolder)
            chosen = files.isEmpty ? try folder.testFiles() : try files.map(folder.testFile)
        } catch {
            throw CommandStatus(error)
        }
        let runtime: RuleRuntime
        do {
            runtime = try await RuleRuntime(
                folder: folder, environment: environment, executor: RuleExecutor(label: "test"))
        } catch {
            for problem in error.problems { try show(problem) }
            throw CommandStatus.finding
        }
        let tests = RuleTests.load(
            chosen, beside: folder, environment: environment, now: Int64(Date().timeIntervalSince1970))
        for problem in tests.problems { try show(problem) }
        var failed = 0
        for test in tests.tests {
            let verdict = await runtime.run(test)
            if !verdict.isOK { failed += 1 }
            Terminal.line(common.json ? try TestReport(test, verdict).json() : TestText.text(test, verdict))
        }
        if !common.json { Terminal.line(TestText.summary(tests, failed: failed, in: configuration.rulesFolder)) }
        if failed > 0 || !tests.problems.isEmpty { throw CommandStatus.finding }
    }

    private func show(_ problem: RuleLoadError.Problem) throws {
        Terminal.line(common.json ? try TestReport(problem).json() : Terminal.safe(problem.description))
    }
}
