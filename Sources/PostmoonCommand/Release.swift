import ArgumentParser
import Daemon

struct Release: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "release", abstract: "Lets held or proposed plans go.")

    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp("Numbers of plans, as `log` shows them.", valueName: "PLAN"))
    var plans: [Int64]

    func run() async throws {
        let configuration = try common.load()
        let json = common.json
        let show: @Sendable (ControlAnswer) -> Void = { answer in
            if let result = answer.result { Terminal.line(json ? result : PlanText.line(fromJSON: result)) }
            if let message = answer.message { Terminal.error(message) }
        }
        do {
            var status = try await ControlClient.ask(
                stateFolder: configuration.stateFolder, ControlRequest(.release, plans: plans), each: show
            )
            if status == nil {
                let session = try await SweepSession.open(configuration, acting: true, logger: common.logger(.warning))
                do {
                    status = try await session.release(plans, show)
                } catch {
                    await session.close()
                    throw error
                }
                await session.close()
            }
            if let status, status != 0 { throw CommandStatus(code: status) }
        } catch {
            throw CommandStatus(error)
        }
    }
}
