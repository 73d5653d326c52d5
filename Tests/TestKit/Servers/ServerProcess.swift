import Foundation
import Synchronization

/// A server in the foreground, which lives no longer than the program that started it.
///
/// A shell stands between: when the pipe to it closes (also because this program was killed), it ends the server by
/// its process id; by force when it does not go, as `unshare` never does when asked. The same happens on `stop`.
final class ServerProcess: Sendable {
    // A session of its own for the server: Postfix signals its whole process group when it ends.
    private static let guardian = """
        exec 3<&0
        setsid "$@" </dev/null 3<&- &
        server=$!
        echo $server >"$POSTMOON_PID_FILE"
        trap 'kill -TERM $server 2>/dev/null' TERM INT HUP
        ( read -r line <&3; kill -TERM $server 2>/dev/null; sleep 3; kill -KILL -$server 2>/dev/null ) &
        guard=$!
        while kill -0 $server 2>/dev/null; do wait $server; done
        kill $guard 2>/dev/null
        """

    /// The server's own process, not the shell's.
    let processIdentifier: pid_t

    private let shell: ChildProcess
    /// Our end of the pipe, the only one; `nil` when it is closed.
    private let lifeline: Mutex<CInt?>

    /// - Parameter log: the file for what the server prints.
    init(_ command: [String], environment: [String: String] = [:], folder: TemporaryFolder, log: String) throws {
        let pidFile = folder.file("server.pid")
        unlink(pidFile)
        let output = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw ServerUnavailable("\(log) cannot be written") }
        defer { close(output) }
        let (reading, writing) = try ChildProcess.pipe()
        defer { close(reading) }
        let variables = Programs.environment.merging(["HOME": folder.path, "POSTMOON_PID_FILE": pidFile]) { $1 }
        let shell: ChildProcess
        do {
            shell = try ChildProcess(
                ["/bin/sh", "-c", Self.guardian, "sh"] + command, environment: variables.merging(environment) { $1 },
                input: reading, output: output)
        } catch {
            close(writing)
            throw error
        }
        let identifier = awaited(within: .seconds(10)) {
            (try? String(contentsOfFile: pidFile, encoding: .utf8)).flatMap { text in
                text.hasSuffix("\n") ? pid_t(text.dropLast()) : nil
            }
        }
        guard let identifier else {
            close(writing)
            throw ServerUnavailable("\(command.first ?? "") was not started")
        }
        self.shell = shell
        lifeline = Mutex(writing)
        processIdentifier = identifier
    }

    deinit { stop() }

    var isRunning: Bool { shell.exitStatus == nil }

    /// Ends it and waits until it has ended.
    ///
    /// Dovecot waits up to some seconds for each of its processes, so that what has not ended in time is killed.
    func stop(patience: Duration = .milliseconds(300)) {
        let end = lifeline.withLock { lifeline in
            defer { lifeline = nil }
            return lifeline
        }
        guard let end else { return }
        close(end)
        if awaited(within: patience, { shell.exitStatus }) == nil {
            // The server alone at first, so that the shell can collect it: Dovecot takes a dead one for a running one.
            kill(processIdentifier, SIGKILL)
            _ = awaited(within: .seconds(5)) { shell.exitStatus }
        }
        kill(-processIdentifier, SIGKILL)
        // While one of its processes still listens, the next server takes it for a running one. The dead that nobody
        // collects count too, hence not for ever.
        _ = awaited(within: .seconds(2)) { kill(-processIdentifier, 0) == 0 ? nil : true }
    }
}
