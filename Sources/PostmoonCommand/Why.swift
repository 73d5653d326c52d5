import Accounts
import ActionJournal
import ArgumentParser
import Daemon
import Foundation
import MIMEParsing
import MailModel

struct Why: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Which rules matched a message and which did not, on what evidence, and what was done."
    )

    @OptionGroup var common: CommonOptions

    @Option(help: "For a file: the account it is taken to be in.")
    var account: String?

    @Option(help: "For a file: the folder it is taken to be in.")
    var folder = "INBOX"

    @Argument(help: ArgumentHelp("A file, ACCOUNT/FOLDER/UID, or a Message-ID.", valueName: "MESSAGE"))
    var message: String

    func run() async throws {
        let configuration = try common.load()
        do {
            let reports = try await reports(configuration)
            guard !reports.isEmpty else {
                throw CommandStatus.failed(
                    "no plan is known of “\(Terminal.safe(message))”: no rule matched it, or it never came to a watched folder. "
                        + "`postmoon why ACCOUNT/FOLDER/UID` asks the rules again"
                )
            }
            for report in reports { Terminal.line(common.json ? try report.json() : PlanText.explanation(report)) }
        } catch {
            throw CommandStatus(error)
        }
    }

    private func reports(_ configuration: Configuration) async throws -> [PlanReport] {
        let now = Int64(Date().timeIntervalSince1970)
        switch MessagePlace(message) {
        case .file(let path):
            let raw = try MessagePlace.read(path)
            guard let name = account.map({ AccountName($0) }) ?? configuration.accounts.first?.name,
                configuration.account(name) != nil
            else { throw CommandStatus.wrong("there is no account “\(account ?? "")” in \(configuration.file)") }
            guard let mailbox = MailboxName(folder) else {
                throw CommandStatus.wrong("“\(folder)” is not a folder name")
            }
            let facts = MessageFacts(
                uid: .first, flags: [], internalDate: FileVerdict.received(HeaderBlock(raw), now: now), size: raw.count
            )
            return [
                try await FileVerdict(configuration).report(
                    raw, account: name, mailbox: mailbox, facts: facts, now: now)
            ]
        case .server(let name, let mailbox, let uid):
            let stored = try await plans(configuration, PlanQuery(account: name, mailbox: mailbox))
                .filter { $0.plan.key.uid == uid }
            if !stored.isEmpty { return stored.map(PlanReport.init) }
            guard let chosen = configuration.account(name) else {
                throw CommandStatus.wrong("there is no account “\(name)” in \(configuration.file)")
            }
            guard
                let found = try await ServerLook(account: chosen, logger: common.logger(.warning)).message(mailbox, uid)
            else { return [] }
            return [
                try await FileVerdict(configuration).report(
                    found.raw, account: name, mailbox: mailbox, facts: found.facts, now: now
                )
            ]
        case .messageID(let id):
            return try await plans(configuration, PlanQuery(messageID: id)).map(PlanReport.init)
        }
    }

    private func plans(_ configuration: Configuration, _ query: PlanQuery) async throws -> [PlanView] {
        let journal = try Journal.open(folder: configuration.stateFolder, access: .readOnly)
        defer { journal.close() }
        return try await journal.plans(query)
    }
}
