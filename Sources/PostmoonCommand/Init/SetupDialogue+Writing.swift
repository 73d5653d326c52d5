import Accounts
import Daemon
import Doctor
import Foundation
import MailModel
import RuleRuntime

extension SetupDialogue {
    private struct Line: Encodable {
        var account: String
        var ok: Bool
        @Nullable var configuration: String?
        @Nullable var secret: String?
        var rules: [String]
        var checks: [DoctorCommand.Line.Check]
        var next: [String]
    }

    /// Writes everything, tries the rules' tests, and says what comes next.
    func write(_ rules: FirstRules) async throws {
        let account = self.account
        var secret: (path: String, value: Secret)?
        if case .held(let value) = credential { secret = ("\(draft.folder)/\(secretFile)", value) }
        let files = SetupFiles(
            configuration: (draft.path, draft.text(adding: account)), previousText: draft.existingText, secret: secret,
            rulesFolder: draft.rulesFolder, rules: rules.files)
        do {
            try Self.undisturbed { try files.write() }
        } catch {
            throw CommandStatus(error)
        }
        let configuration: Configuration
        let tests: Int
        do {
            configuration = try Configuration.load(
                draft.path, environment: ProcessInfo.processInfo.environment)
            tests = try await passedTests(configuration)
        } catch {
            throw CommandStatus(error)
        }
        let isRunning = await Self.isRunning(configuration)
        let next = nextCommands(hasRules: draft.hasRules)
        let ruleFiles = rules.files.map { "\(draft.rulesFolder)/\($0.name)" }
        guard !json else {
            try report(configuration: draft.path, secret: secret?.path, rules: ruleFiles, next: next)
            return
        }
        say()
        say(draft.existing == nil ? "Written:" : "Written, with account “\(name)” added:")
        say("  \(Self.shown(draft.path))")
        if let secret { say("  \(Self.shown(secret.path))  (the password; only you can read it)") }
        for file in ruleFiles { say("  \(Self.shown(file))") }
        if tests > 0 { say("The tests of the rules pass (\(tests)).") }
        if case .elsewhere(.environment(let variable)) = credential {
            say("Whatever starts `postmoon run` has to set \(variable).")
        }
        say()
        if isRunning {
            say("The `postmoon run` that is at work does not know the account yet: stop it first.")
            say()
        }
        say("Next:")
        let width = next.map(\.count).max() ?? 0
        for (command, meaning) in zip(next, meanings) {
            say("  \(command)\(String(repeating: " ", count: width - command.count))   \(meaning)")
        }
    }

    /// As it is without a person: one object.
    func report(configuration: String?, secret: String?, rules: [String], next: [String]) throws {
        let line = Line(
            account: name.rawValue, ok: configuration != nil, configuration: configuration, secret: secret,
            rules: rules, checks: checks.map(DoctorCommand.Line.Check.init), next: next)
        Terminal.line(try JSONLine.encode(line))
    }

    // MARK: What comes next

    private func nextCommands(hasRules: Bool) -> [String] {
        let called = CommandLine.arguments.first ?? ""
        let program = CommandWords.shellQuoted(called.contains("/") ? called : "postmoon")
        let found = try? Configuration.locate(explicit: nil, environment: ProcessInfo.processInfo.environment)
        let option = found == draft.path ? "" : " --config \(CommandWords.shellQuoted(draft.path))"
        let first = needsLogin ? "login \(name)" : hasRules ? "sweep --since 30d" : "check"
        return ["\(program) \(first)\(option)", "\(program) run\(option)"]
    }

    private var meanings: [String] {
        let first =
            needsLogin
            ? "signs in"
            : draft.hasRules
                ? "shows what the rules would do with the mail of 30 days; changes nothing"
                : "tells whether the rules that you put into \(Self.shown(draft.rulesFolder)) are right"
        return [first, "watches, and files what comes from now on"]
    }

    private static func isRunning(_ configuration: Configuration) async -> Bool {
        let answer = try? await ControlClient.ask(
            stateFolder: configuration.stateFolder, ControlRequest(.status)
        ) { _ in }
        return answer.flatMap { $0 } != nil
    }

    // MARK: Writing

    /// Ctrl-C waits for the end of what takes a moment and is better done whole.
    private static func undisturbed(_ work: () throws -> Void) rethrows {
        let signals = [SIGINT, SIGTERM, SIGHUP]
        let before = signals.map { signal($0, SIG_IGN) }
        defer { for (number, handler) in zip(signals, before) { signal(number, handler) } }
        try work()
    }

    /// - Returns: how many tests there are of the rules just written; all of them pass.
    private func passedTests(_ configuration: Configuration) async throws -> Int {
        let environment = RuleEnvironment(configuration)
        let folder = try RuleFolder.read(configuration.rulesFolder)
        guard folder.files.map(\.name).allSatisfy({ name in FirstRule.allCases.contains { $0.file == name } }) else {
            return 0
        }
        let tests = RuleTests.load(
            try folder.testFiles(), beside: folder, environment: environment, now: Int64(Date().timeIntervalSince1970))
        let runtime = try await RuleRuntime(
            folder: folder, environment: environment, executor: RuleExecutor(label: "init"))
        for test in tests.tests {
            let verdict = await runtime.run(test)
            if !verdict.isOK { throw CommandStatus.failed(TestText.text(test, verdict)) }
        }
        if let problem = tests.problems.first { throw CommandStatus.failed("\(problem)") }
        return tests.tests.count
    }
}
