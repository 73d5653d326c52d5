import Accounts
import ArgumentParser
import Daemon
import Foundation
import MailModel

struct Folders: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "folders", abstract: "The folders of an account, with their roles.")

    @OptionGroup var common: CommonOptions

    @Argument(help: "The account's name in the configuration.")
    var account: String

    func run() async throws {
        let configuration = try common.load()
        guard let chosen = AccountName(account).flatMap({ configuration.account($0) }) else {
            throw CommandStatus.wrong("there is no account “\(account)” in \(configuration.file)")
        }
        do {
            for folder in try await ServerLook(account: chosen, logger: common.logger(.warning)).folders() {
                if common.json {
                    Terminal.line(try JSONLine.encode(folder))
                } else {
                    Terminal.line(Terminal.safe(folder.folder) + (folder.role.map { "  (\($0))" } ?? ""))
                }
            }
        } catch {
            throw CommandStatus(error)
        }
    }
}
