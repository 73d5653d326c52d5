import Accounts
import ArgumentParser
import Daemon
import Foundation
import MailModel

struct Init: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Asks for a mail address and a password, tries them, and writes configuration and first rules.",
        discussion: """
            The address tells the provider, or its domain tells where its mail is. The password is not shown while it is \
            typed. Both are tried as doctor tries them; when something is wrong it says what and how to mend it, and asks \
            again only for that. Nothing is written before all is well, nothing that is there is written over: to a \
            configuration that exists an account is added.

            Where there is no terminal, what is missing is not asked but named:

              postmoon init --address jane@icloud.com --password-file icloud.secret --rule newsletters

            The password is never given on the command line, where others can read it.

            Exits with 0 when it is written, 1 when the account does not work, 2 when an answer is missing or cannot be.
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var options: InitOptions

    func run() async throws {
        let draft: ConfigurationDraft
        do {
            draft = try ConfigurationDraft(explicit: common.config, environment: ProcessInfo.processInfo.environment)
        } catch {
            throw CommandStatus(error)
        }
        let mayAsk = Terminal.isInteractive && !common.json && !options.noQuestions
        var dialogue = SetupDialogue(
            options: options, json: common.json, questions: mayAsk ? Questions() : nil,
            setup: AccountSetup(nameServer: options.nameServer), draft: draft)
        try await dialogue.run()
    }
}
