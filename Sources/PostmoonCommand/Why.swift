import Accounts
import ActionJournal
import ArgumentParser
import Daemon
import Foundation
import MailModel

struct Why: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Which rules matched a message and which did not, on what evidence, and what was done."
    )

    @OptionGroup var common: CommonOptions

    @OptionGroup var place: FilePlaceOptions

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
            let chosen = try ChosenMessage.inFile(path, place, configuration, now: now)
            return [try await verdict(configuration, chosen, now)]
        case .server(let name, let mailbox, let uid):
            let stored = try await plans(configuration, PlanQuery(account: name, mailbox: mailbox))
                .filter { $0.plan.key.uid == uid }
            if !stored.isEmpty { return stored.map(PlanReport.init) }
            let found = try await ChosenMessage.onServer(
                name, mailbox, uid, configuration, logger: common.logger(.warning))
            guard let found else { return [] }
            var report = try await verdict(configuration, found, now)
            if try await wasTakenOut(found, configuration) {
                report.event = "taken_back"
                report.trigger = report.event
                report.actions = []
                report.status = PlanState.done.rawValue
                report.error =
                    "taken back: Postmoon took it out of “\(mailbox)” and somebody put it back, so rules leave it here; "
                    + "`postmoon sweep` asks them again"
            }
            return [report]
        case .messageID(let id):
            return try await plans(configuration, PlanQuery(messageID: id)).map(PlanReport.init)
        }
    }

    private func verdict(
        _ configuration: Configuration, _ chosen: ChosenMessage, _ now: Int64
    ) async throws -> PlanReport {
        try await FileVerdict(configuration).report(
            chosen.raw, account: chosen.account, mailbox: chosen.mailbox, facts: chosen.facts, now: now)
    }

    /// Whether Postmoon once took the message out of the folder where it lies now.
    private func wasTakenOut(_ found: ChosenMessage, _ configuration: Configuration) async throws -> Bool {
        guard let identity = found.identity, let journal = try Self.journal(configuration) else { return false }
        defer { journal.close() }
        return try await journal.wasRemovedByUs(account: found.account, mailbox: found.mailbox, identity: identity)
    }

    private func plans(_ configuration: Configuration, _ query: PlanQuery) async throws -> [PlanView] {
        guard let journal = try Self.journal(configuration) else { return [] }
        defer { journal.close() }
        return try await journal.plans(query)
    }

    /// `nil`: nothing was ever decided here.
    private static func journal(_ configuration: Configuration) throws -> Journal? {
        do {
            return try Journal.open(folder: configuration.stateFolder, access: .readOnly)
        } catch {
            guard error.reason == .missing else { throw error }
            return nil
        }
    }
}
