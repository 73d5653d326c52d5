import Accounts
import ActionJournal
import ArgumentParser
import Daemon
import Foundation

struct PauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Stops everything, an account or a rule, until it is resumed or for a time.",
        discussion: """
            A paused account decides nothing and does nothing: mail that comes meanwhile is decided when it is resumed, in \
            the order in which it came, and delayed actions and what is still to be sent wait. What is in hand when the \
            pause begins is finished. undo, release and sweep --apply go on working: you ask for those yourself.

            A paused rule is left out: the other rules decide without it. What it would have done is not made up for \
            afterwards, unless you ask for it with sweep --rule NAME. Its delayed actions wait, and with them what \
            else is to come for the same messages; what it snoozed comes back in time all the same.

            A pause outlives restarts. If an account and a rule have the same name, say account:NAME or rule:NAME.
            """
    )

    @OptionGroup var common: CommonOptions

    @Argument(
        help: ArgumentHelp(
            "An account or a rule; without one everything. Then for how long, such as 2h; without it until resumed.",
            valueName: "ACCOUNT|RULE [2h]"))
    var words: [String] = []

    func validate() throws {
        if words.count > 2 { throw ValidationError("pause [ACCOUNT|RULE] [2h]: one name and one length of time") }
    }

    func run() async throws {
        let query = try query()
        try await PauseText.carryOut(.pause, query, common) { PauseText.begun($0) }
    }

    private func query() throws -> PauseQuery {
        switch words.count {
        case 0: return PauseQuery()
        // A single word that is a length of time is one: rule:NAME names a rule that is called so.
        case 1:
            let seconds = try? Duration.seconds(in: words[0])
            return PauseQuery(name: seconds == nil ? words[0] : nil, seconds: seconds)
        default: return PauseQuery(name: words[0], seconds: try Duration.seconds(in: words[1]))
        }
    }
}

struct Resume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Ends a pause; without a name all of them.",
        discussion: "What came while an account was paused is decided now, in the order in which it came."
    )

    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp("A paused account or rule.", valueName: "ACCOUNT|RULE"))
    var name: String?

    func run() async throws {
        try await PauseText.carryOut(.resume, PauseQuery(name: name), common) { PauseText.ended($0) }
    }
}

/// Pauses as a person reads them, and how both commands ask for them.
enum PauseText {
    static func inForce(_ report: PauseReport) -> String {
        "paused: \(Terminal.safe(report.subject)), since \(report.since)"
            + (report.until.map { ", until \($0)" } ?? ", until it is resumed")
    }

    static func begun(_ report: PauseReport) -> String {
        "paused: \(Terminal.safe(report.subject))" + (report.until.map { ", until \($0)" } ?? ", until it is resumed")
    }

    static func ended(_ report: PauseReport) -> String { "resumed: \(Terminal.safe(report.subject))" }

    /// By the daemon; when none runs, under the lock of the state folder.
    static func carryOut(
        _ command: ControlRequest.Command, _ query: PauseQuery, _ common: CommonOptions,
        _ text: @escaping @Sendable (PauseReport) -> String
    ) async throws {
        let configuration = try common.load()
        let json = common.json
        let show: @Sendable (ControlAnswer) -> Void = { answer in
            if let result = answer.result {
                let report = try? JSONLine.decode(PauseReport.self, from: result)
                Terminal.line(json ? result : report.map(text) ?? result)
            }
            if let message = answer.message { Terminal.error(message) }
        }
        do {
            var status = try await ControlClient.ask(
                stateFolder: configuration.stateFolder, ControlRequest(command, pause: query), each: show)
            if status == nil {
                let session = try await PauseSession.open(
                    configuration, now: Int64(Date().timeIntervalSince1970))
                defer { session.close() }
                status =
                    command == .pause ? try await session.pause(query, show) : try await session.resume(query, show)
            }
            if let status, status != 0 { throw CommandStatus(code: status) }
        } catch {
            throw CommandStatus(error)
        }
    }
}
