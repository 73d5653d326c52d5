import Accounts
import ArgumentParser
import Daemon
import Foundation
import Logging

struct Sweep: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Rules over mail already there: shows the plan and saves it under a number."
    )

    /// Plans past which a person is asked.
    static let askPast = 200

    @OptionGroup var common: CommonOptions

    @Option(help: "Only this account.")
    var account: String?

    @Option(help: "A folder to look into; may be repeated. Default: the watched folders.")
    var folder: [String] = []

    @Option(help: "Only this rule; may be repeated.")
    var rule: [String] = []

    @Option(help: "Only mail received within this time, such as 90d.")
    var since: String?

    @Flag(help: "Carry the plan out: NUMBER is one shown before; without it, decide and act in one go.")
    var apply = false

    @Flag(help: "Do not ask.")
    var yes = false

    @Argument(help: ArgumentHelp("The number of a plan shown before.", valueName: "NUMBER"))
    var number: Int64?

    func run() async throws {
        let configuration = try common.load()
        let query = SweepQuery(
            account: account, folders: folder, since: try since.map(Duration.seconds(in:)), rules: rule
        )
        if let account, !configuration.accounts.contains(where: { $0.name.rawValue == account }) {
            throw CommandStatus.wrong("there is no account “\(account)” in \(configuration.file)")
        }
        let json = common.json
        let show: @Sendable (ControlAnswer) -> Void = { Self.show($0, json: json) }
        // A daemon that runs does the acting; there is never more than one executor.
        if apply {
            let request =
                if let number {
                    ControlRequest(.apply, number: number)
                } else {
                    ControlRequest(.sweep, sweep: query)
                }
            if number != nil || yes,
                let status = try await ControlClient.ask(stateFolder: configuration.stateFolder, request, each: show)
            {
                if status != 0 { throw CommandStatus(code: status) }
                return
            }
        }
        do {
            try await act(configuration, query, show)
        } catch {
            throw CommandStatus(error)
        }
    }

    private func act(
        _ configuration: Configuration, _ query: SweepQuery, _ show: @escaping @Sendable (ControlAnswer) -> Void
    ) async throws {
        let session = try await SweepSession.open(configuration, acting: apply, logger: common.logger(.warning))
        do {
            var status: Int32 = 0
            switch (apply, number) {
            case (true, let number?):
                status = try await session.apply(number, show)
            case (true, nil) where yes:
                status = try await session.applyAtOnce(query, show)
            case (true, nil):
                let (number, plans) = try await session.plan(query)
                if plans.count > Self.askPast { try confirm(plans.count, number) }
                status = try await session.apply(number, show)
            case (false, _):
                let (number, plans) = try await session.plan(query)
                for plan in plans { show(ControlAnswer(result: try plan.json())) }
                show(
                    ControlAnswer(
                        message: plans.isEmpty
                            ? "nothing to do"
                            : "\(plans.count) plans, saved; carry them out with: postmoon sweep --apply \(number)"
                    )
                )
            }
            await session.close()
            if status != 0 { throw CommandStatus(code: status) }
        } catch {
            await session.close()
            throw error
        }
    }

    private func confirm(_ count: Int, _ number: Int64) throws {
        guard Terminal.isInteractive else {
            throw CommandStatus.wrong(
                "\(count) plans; nothing was changed. Say --yes, or look first: postmoon sweep --apply \(number)"
            )
        }
        Terminal.error("\(count) plans. Carry them out? [y/N] ")
        guard readLine()?.lowercased().hasPrefix("y") == true else { throw CommandStatus.wrong("nothing was changed") }
    }

    private static func show(_ answer: ControlAnswer, json: Bool) {
        if let result = answer.result { Terminal.line(json ? result : PlanText.line(fromJSON: result)) }
        if let message = answer.message { json ? Terminal.error(message) : Terminal.line(message) }
    }
}
