import Accounts
import ArgumentParser
import Daemon
import Foundation
import Logging

/// `--config`, `--json` and how much the log says.
struct CommonOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The configuration file.", valueName: "FILE"))
    var config: String?

    @Flag(help: "Results as JSON, one object a line; the log as JSON too.")
    var json = false

    @Option(help: ArgumentHelp("trace, debug, info, notice, warning or error.", valueName: "LEVEL"))
    var logLevel: Logger.Level = .info

    func load() throws -> Configuration {
        let environment = ProcessInfo.processInfo.environment
        do {
            let path = try Configuration.locate(explicit: config, environment: environment)
            let configuration = try Configuration.load(path, environment: environment)
            for warning in configuration.warnings { Terminal.error("postmoon: warning: \(warning)") }
            return configuration
        } catch {
            throw CommandStatus(error)
        }
    }

    func logger(_ fallback: Logger.Level? = nil) -> Logger {
        let json = json
        var logger = Logger(label: "postmoon") { _ in
            if json { return JSONLogHandler(sink: Terminal.error) as any LogHandler }
            return TerminalLogHandler(sink: Terminal.error)
        }
        logger.logLevel = fallback ?? logLevel
        return logger
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
