import ArgumentParser
import Daemon
import Foundation

/// `postmoon`: watches mailboxes over IMAP and runs a person's own rules.
///
/// Every command gives its name: what the argument parser would make of the type's takes 5 ms of each start.
@main
struct Postmoon: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "postmoon",
        abstract: "Watches mailboxes over IMAP and runs your own mail rules, written in Lua.",
        version: programVersion,
        subcommands: [
            Init.self, Run.self, Login.self, Check.self, TestCommand.self, Sweep.self, Inspect.self, Why.self,
            Repl.self,
            Log.self, Status.self, Release.self, Undo.self, PauseCommand.self, Resume.self, Folders.self,
            DoctorCommand.self,
            JournalCommand.self, Forget.self, Reference.self,
        ]
    )

    /// 0 done, 1 a finding or failure, 2 wrong usage or configuration, 75 try again later (DESIGN §5).
    static func main() async {
        ProcessLimits.forbidCoreDumps()
        ProcessMemory.shareArena()
        // Swift's threads ask for more than a user may have, and libdispatch would write of each refusal.
        setenv("LIBDISPATCH_LOG", "NO", 0)
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let status as CommandStatus {
            Terminal.exit(status)
        } catch {
            let code = exitCode(for: error)
            if code == .validationFailure {
                Terminal.error(fullMessage(for: error))
                Terminal.exit(.usage)
            }
            exit(withError: error)
        }
    }
}
