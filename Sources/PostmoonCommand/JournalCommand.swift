import Accounts
import ActionJournal
import ArgumentParser

struct JournalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal", abstract: "Looks after the journal itself.", subcommands: [JournalBackup.self])
}

struct JournalBackup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Writes a copy of the journal, also while Postmoon runs.",
        discussion: """
            To put it back: stop Postmoon, remove journal.sqlite, journal.sqlite-wal and journal.sqlite-shm from the \
            state folder, put the copy there as journal.sqlite, and start again. What happened since the copy was made \
            is looked for on the server; what was sent since may be sent again.
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp("Where the copy goes; a name that is not there yet.", valueName: "FILE"))
    var file: String

    func run() async throws {
        let configuration = try common.load()
        do {
            let journal = try Journal.open(folder: configuration.stateFolder, access: .readOnly)
            defer { journal.close() }
            try journal.backUp(to: file)
            Terminal.error("\(Terminal.safe(file)): written")
        } catch {
            throw CommandStatus(error)
        }
    }
}
