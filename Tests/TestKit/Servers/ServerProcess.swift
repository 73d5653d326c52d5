import Foundation
import Synchronization

/// A server in the foreground, which lives no longer than the program that started it.
///
/// A shell stands between: when the pipe to it closes (also because this program was killed), it ends the server by
/// its process id. The same happens on `stop`.
final class ServerProcess: Sendable {
    private static let guardian = """
        exec 3<&0
        "$@" </dev/null 3<&- &
        server=$!
        echo $server >"$POSTMOON_PID_FILE"
        trap 'kill -TERM $server 2>/dev/null' TERM INT HUP
        ( read -r line <&3; kill -TERM $server 2>/dev/null ) &
        guard=$!
        while kill -0 $server 2>/dev/null; do wait $server; done
        kill $guard 2>/dev/null
        """

    private struct Running {
        var process: Process
        /// Our end of the pipe; the only one.
        var lifeline: FileHandle
    }

    private let running: Mutex<Running?>
    private let pidFile: String

    /// - Parameter log: the file for what the server prints.
    init(_ command: [String], environment: [String: String] = [:], folder: TemporaryFolder, log: String) throws {
        pidFile = folder.file("server.pid")
        try? FileManager.default.removeItem(atPath: pidFile)
        var ends: [CInt] = [0, 0]
        // Close-on-exec: a copy inherited by another child would keep the server alive.
        guard pipe(&ends) == 0 else { throw ServerUnavailable("no pipe: \(String(cString: strerror(errno)))") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", Self.guardian, "sh"] + command
        process.environment =
            ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": folder.path, "LANG": "C", "POSTMOON_PID_FILE": pidFile]
            .merging(environment) { $1 }
        guard FileManager.default.createFile(atPath: log, contents: nil),
            let output = FileHandle(forWritingAtPath: log)
        else {
            throw ServerUnavailable("\(log) cannot be written")
        }
        let input = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
        process.standardInput = input
        process.standardOutput = output
        process.standardError = output
        running = Mutex(nil)
        let lifeline = FileHandle(fileDescriptor: ends[1], closeOnDealloc: true)
        try process.runWithoutSignalMask()
        try? input.close()
        try? output.close()
        running.withLock { $0 = Running(process: process, lifeline: lifeline) }
    }

    deinit { stop() }

    var isRunning: Bool { running.withLock { $0?.process.isRunning ?? false } }

    /// The server's own process, not the shell's; `nil` before it started.
    var processIdentifier: pid_t? {
        (try? String(contentsOfFile: pidFile, encoding: .utf8)).flatMap {
            pid_t($0.trimmingCharacters(in: .whitespacesAndNewlines))
        }
    }

    /// Ends it and waits until it has ended.
    ///
    /// Dovecot waits up to some seconds for each of its processes, so that what has not ended in time is killed.
    func stop(patience: Duration = .milliseconds(300)) {
        guard
            let running = running.withLock({ running in
                defer { running = nil }
                return running
            })
        else { return }
        let server = processIdentifier
        let shell = running.process.processIdentifier
        try? running.lifeline.close()
        let hasEnded = { running.process.isRunning ? nil : true }
        let group = getpgid(shell)
        guard awaited(within: patience, hasEnded) == nil else { return }
        // The server alone at first, so that the shell can collect it: Dovecot takes a dead one for a running one.
        if let server { kill(server, SIGKILL) }
        _ = awaited(within: .seconds(5), hasEnded)
        // The shell led a group, in which the server's own processes are.
        if group == shell { kill(-shell, SIGKILL) }
    }
}
