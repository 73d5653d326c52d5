import Accounts
import ActionJournal
import ArgumentParser

struct Forget: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget",
        abstract: "Removes what the journal says of a message.",
        discussion: """
            Its plans go, with subject, sender, evidence and texts; `log`, `why` and `undo` know nothing of them \
            afterwards. A digest without content stays, so that the message is not taken for a new one. The mailbox is \
            not touched.
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp("As in the message's header; brackets may be left out.", valueName: "MESSAGE-ID"))
    var messageID: String

    func run() async throws {
        let configuration = try common.load()
        do {
            let journal = try Journal.open(folder: configuration.stateFolder, access: .readWrite)
            defer { journal.close() }
            let forgotten = try await journal.forget(messageID: messageID)
            let name = "“\(Terminal.safe(messageID))”"
            guard forgotten.open.isEmpty else {
                let plans = forgotten.open.map(\.description).joined(separator: ", ")
                throw CommandStatus.failed(
                    "\(name): still under way, and so not forgotten: plan \(plans). Try again when `log` calls it done")
            }
            guard forgotten.plans > 0 else { throw CommandStatus.failed("no plan is known of \(name)") }
            Terminal.line("\(forgotten.plans) \(forgotten.plans == 1 ? "plan" : "plans") of \(name) forgotten")
        } catch {
            throw CommandStatus(error)
        }
    }
}
