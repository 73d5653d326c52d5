import Accounts
import ArgumentParser
import Daemon
import Foundation
import MailModel
import RuleRuntime

struct Repl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "repl",
        abstract: "Evaluates expressions and rules on one message, line by line. Changes nothing.",
        discussion: """
            Lines are Lua as in the functions of rules, with the message as m: m.from.domain, subject:contains "x", \
            m:move "Y". Values are printed, conditions with their answer and why, actions as the plan they would make. \
            What a line sets stays for the next ones. Lines are read from standard input, which may be a pipe.

            \(ReplSession.help)
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var place: FilePlaceOptions

    @Argument(help: ArgumentHelp("A file, or ACCOUNT/FOLDER/UID.", valueName: "MESSAGE"))
    var message: String

    func run() async throws {
        let configuration = try common.load()
        let now = Int64(Date().timeIntervalSince1970)
        do {
            let chosen: ChosenMessage
            switch MessagePlace(message) {
            case .file(let path): chosen = try .inFile(path, place, configuration, now: now)
            case .server(let account, let mailbox, let uid):
                let found = try await ChosenMessage.onServer(
                    account, mailbox, uid, configuration, logger: common.logger(.warning))
                guard let found else {
                    throw CommandStatus.failed("there is no message \(uid) in \(account)/\(mailbox)")
                }
                chosen = found
            case .messageID(let text):
                throw CommandStatus.wrong("“\(text)” is neither a file nor ACCOUNT/FOLDER/UID")
            }
            let runtime = try await RuleRuntime(
                folder: try RuleFolder.read(configuration.rulesFolder), environment: RuleEnvironment(configuration),
                executor: RuleExecutor(label: "repl")
            )
            let session = ReplSession(
                runtime: runtime, message: chosen.ruleMessage, now: now, json: common.json,
                prompts: isatty(STDIN_FILENO) == 1 && !common.json)
            try await session.run()
        } catch {
            throw CommandStatus(error)
        }
    }
}
