import Foundation
import Synchronization

@testable import TestKit

/// `postmoon run` in a folder, started again and again; each run has a log of its own.
final class PostmoonRuns: Sendable {
    private struct State {
        var process: ServerProcess?
        var logs: [String] = []
    }

    /// Configuration, rules, state and logs.
    let folder: TemporaryFolder
    private let binary: String
    /// How many folders it watches.
    private let watched: Int
    private let pulse: JournalPulse
    private let state = Mutex(State())

    init(_ folder: TemporaryFolder, watching watched: Int) throws {
        self.folder = folder
        self.watched = watched
        pulse = JournalPulse(folder.file("state/journal.sqlite-wal"))
        binary = try Self.findBinary()
    }

    private var configuration: String { folder.file("postmoon.toml") }

    /// Changes with every write to its journal.
    var journalLog: String { folder.file("state/journal.sqlite-wal") }

    /// Lets it write to its journal so many times, or the time pass.
    func proceed(writes count: Int, within limit: Duration) async { await pulse.wait(writes: count, within: limit) }

    /// The product of the same build, or what `POSTMOON_BINARY` names.
    private static func findBinary() throws -> String {
        if let chosen = ProcessInfo.processInfo.environment["POSTMOON_BINARY"] { return chosen }
        let folder = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
            .deletingLastPathComponent().path
        let path = "\(folder)/postmoon"
        guard access(path, X_OK) == 0 else { throw ServerUnavailable("\(path) was not built") }
        return path
    }

    // MARK: Life

    func start() async throws {
        try await blocking { [self] in
            let log = folder.file("run-\(state.withLock(\.logs).count + 1).log")
            let process = try ServerProcess(
                [binary, "run", "--config", configuration, "--log-level", "debug"], folder: folder, log: log)
            state.withLock { state in
                state.process = process
                state.logs.append(log)
            }
        }
    }

    /// SIGKILL; returns when the process is gone.
    ///
    /// - Returns: `false` when it had ended by itself, which it never should.
    @discardableResult
    func kill() async throws -> Bool { try await end(with: SIGKILL, within: .seconds(5)) }

    /// SIGTERM, and the time to finish what it has in hand.
    ///
    /// - Returns: whether it ended in time and said goodbye.
    func stop() async throws -> Bool {
        let wasRunning = try await end(with: SIGTERM, within: .seconds(15))
        return wasRunning && log.contains("stopped")
    }

    /// SIGTERM, and so much time.
    func beginToStop(for time: Duration) async throws {
        guard let process = state.withLock({ $0.process }), process.isRunning else { return }
        Foundation.kill(process.processIdentifier, SIGTERM)
        _ = try await blocking { awaited(within: time) { process.isRunning ? nil : true } }
    }

    /// SIGHUP.
    func hangUp() { send(SIGHUP) }

    /// SIGSTOP: it stands still, and its connections stay.
    func pause() { send(SIGSTOP) }

    /// SIGCONT.
    func resume() { send(SIGCONT) }

    private func send(_ signal: CInt) {
        guard let process = state.withLock({ $0.process }), process.isRunning else { return }
        Foundation.kill(process.processIdentifier, signal)
    }

    private func end(with signal: CInt, within limit: Duration) async throws -> Bool {
        guard let process = state.withLock({ $0.process }) else { return false }
        return try await blocking { [self] in
            let wasRunning = process.isRunning
            Foundation.kill(process.processIdentifier, signal)
            let ended = awaited(within: limit) { process.isRunning ? nil : true } != nil
            process.stop()
            state.withLock { $0.process = nil }
            return wasRunning && ended
        }
    }

    // MARK: Commands

    /// What another command prints.
    func command(_ arguments: String...) async throws -> String {
        try await blocking { [self] in
            try Programs.run(binary, arguments + ["--config", configuration])
        }
    }

    // MARK: Logs

    var count: Int { state.withLock { $0.logs.count } }

    /// The log file of the present or last run.
    var logFile: String? { state.withLock { $0.logs.last } }

    var log: String { logFile.flatMap { try? String(contentsOfFile: $0, encoding: .utf8) } ?? "" }

    /// All runs' lines, each with its run's number before it.
    var lines: [String] {
        state.withLock(\.logs).enumerated().flatMap { index, file in
            ((try? String(contentsOfFile: file, encoding: .utf8)) ?? "").split(separator: "\n").map {
                "[\(index + 1)] \($0)"
            }
        }
    }

    /// Whether the first run knows from where on mail is new, in all folders.
    var hasLookedEverywhere: Bool {
        log.split(separator: "\n").count { $0.contains("first look: mail") } == watched
    }

    /// Whether the present run has begun to wait for mail.
    var isWatching: Bool { log.contains("watching  mode=") }
}
