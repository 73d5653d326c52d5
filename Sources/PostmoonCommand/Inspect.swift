import Accounts
import ArgumentParser
import Daemon
import Foundation
import MIMEParsing
import MailModel

struct Inspect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "inspect", abstract: "A message as rules see it.")

    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp("A file, or ACCOUNT/FOLDER/UID.", valueName: "MESSAGE"))
    var message: String

    func run() async throws {
        let raw: [UInt8]
        var flags: Set<MailModel.Flag> = []
        switch MessagePlace(message) {
        case .file(let path):
            raw = try MessagePlace.read(path)
        case .server(let account, let mailbox, let uid):
            let configuration = try common.load()
            guard let chosen = configuration.account(account) else {
                throw CommandStatus.wrong("there is no account “\(account)” in \(configuration.file)")
            }
            do {
                guard
                    let found = try await ServerLook(account: chosen, logger: common.logger(.warning))
                        .message(mailbox, uid)
                else { throw CommandStatus.failed("there is no message \(uid) in \(account)/\(mailbox)") }
                raw = found.raw
                flags = found.facts.flags
            } catch {
                throw CommandStatus(error)
            }
        case .messageID(let text):
            throw CommandStatus.wrong("“\(text)” is neither a file nor ACCOUNT/FOLDER/UID")
        }
        let report = MessageReport(ParsedMessage(raw), flags: flags)
        Terminal.line(common.json ? try report.json() : report.plainText())
    }
}
