import Accounts
import ActionJournal
import ArgumentParser
import Daemon
import Foundation
import Logging

struct Undo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "undo",
        abstract: "Takes plans back: messages return, flags become what they were."
    )

    /// Plans past which a person is asked.
    static let askPast = 200

    @OptionGroup var common: CommonOptions

    @Argument(
        help: ArgumentHelp("Numbers of plans, as `log` shows them; sweep:NUMBER is a whole sweep.", valueName: "PLAN"))
    var plans: [String] = []

    @Option(help: ArgumentHelp("The newest decisions, a whole sweep counted as one.", valueName: "N"))
    var last: Int?

    @Option(help: "What was decided within this time, such as 10m.")
    var since: String?

    @Option(help: "What this rule wanted.")
    var rule: String?

    @Flag(help: "Show what would be taken back, and do nothing.")
    var dryRun = false

    @Flag(help: "Do not ask.")
    var yes = false

    func run() async throws {
        let query = try query()
        let configuration = try common.load()
        let json = common.json
        let show: @Sendable (ControlAnswer) -> Void = { answer in
            if let result = answer.result { Terminal.line(json ? result : PlanText.line(fromJSON: result)) }
            if let message = answer.message { json ? Terminal.error(message) : Terminal.line(message) }
        }
        do {
            if !yes, !dryRun { try await confirm(query, configuration) }
            // A daemon that runs does the acting: there is never more than one executor.
            var status =
                dryRun
                ? nil
                : try await ControlClient.ask(
                    stateFolder: configuration.stateFolder, ControlRequest(.undo, undo: query), each: show)
            if status == nil { status = try await undo(query, configuration, show) }
            if let status, status != 0 { throw CommandStatus(code: status) }
        } catch {
            throw CommandStatus(error)
        }
    }

    private func query() throws -> UndoQuery {
        guard !plans.isEmpty || last != nil || since != nil || rule != nil else {
            throw CommandStatus.wrong("which plans? Give their numbers, --last N, --since 10m or --rule NAME")
        }
        if let last, last < 1 { throw CommandStatus.wrong("--last \(last): a number of decisions, 1 or more") }
        var query = UndoQuery(last: last, since: try since.map(Duration.seconds(in:)), rule: rule, dryRun: dryRun)
        for plan in plans {
            let parts = plan.split(separator: ":", omittingEmptySubsequences: false)
            if parts.count == 2, parts[0] == "sweep", let number = Int64(parts[1]) {
                query.sweeps.append(number)
            } else if let number = Int64(plan) {
                query.plans.append(number)
            } else {
                throw CommandStatus.wrong("“\(plan)” is no plan: give a number, or sweep:NUMBER")
            }
        }
        return query
    }

    private func undo(
        _ query: UndoQuery, _ configuration: Configuration, _ show: @escaping @Sendable (ControlAnswer) -> Void
    ) async throws -> Int32 {
        // Looking needs no lock: it works beside a daemon.
        let session = try await SweepSession.open(configuration, acting: !dryRun, logger: common.logger(.warning))
        do {
            let status = try await session.undo(query, show)
            await session.close()
            return status
        } catch {
            await session.close()
            throw error
        }
    }

    private func confirm(_ query: UndoQuery, _ configuration: Configuration) async throws {
        let journal = try Journal.open(folder: configuration.stateFolder, access: .readOnly)
        let count: Int
        do {
            count = try await query.resolve(journal, now: Int64(Date().timeIntervalSince1970)).plans.count
            journal.close()
        } catch {
            journal.close()
            throw error
        }
        guard count > Self.askPast else { return }
        guard Terminal.isInteractive else {
            throw CommandStatus.wrong("\(count) plans; nothing was changed. Say --yes, or look first: --dry-run")
        }
        Terminal.error("\(count) plans. Take them back? [y/N] ")
        guard readLine()?.lowercased().hasPrefix("y") == true else { throw CommandStatus.wrong("nothing was changed") }
    }
}
