import ArgumentParser
import Daemon
import Logging

struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "run", abstract: "The daemon, in the foreground.")

    @OptionGroup var common: CommonOptions

    @Flag(help: "Do what is new since last time, and end.")
    var once = false

    @Flag(
        help: """
            Decide only: for new mail and changes plans are proposed, `log` shows them, `release` carries them out. \
            Scheduled rules are not run.
            """)
    var dryRun = false

    func run() async throws {
        ProcessLimits.raiseOpenFiles()
        let configuration = try common.load()
        let engine: Engine
        do {
            engine = try await Engine.assemble(configuration, proposing: dryRun, logger: common.logger())
        } catch {
            throw CommandStatus(error)
        }
        let daemon = PostmoonDaemon(engine: engine)
        if once {
            let faults = await daemon.runOnce()
            await engine.close()
            for fault in faults { Terminal.error("postmoon: \(fault)") }
            if !faults.isEmpty { throw CommandStatus(code: 75) }
            return
        }
        do {
            try await daemon.run()
        } catch {
            await engine.close()
            throw CommandStatus(error)
        }
        await engine.close()
    }
}
