import Foundation
import Synchronization

/// A `postmoon` that runs: its log as it comes, its signals, its end. It is killed when the value goes.
public final class PostmoonProcess: Sendable {
    /// Something that was waited for did not happen in time; with what the program said instead.
    public struct Overdue: Error, CustomStringConvertible {
        public let description: String
    }

    private struct Log {
        var entries: [LogEntry] = []
        var next = 0
    }

    private let child: ChildProcess
    private let output: OutputReader
    private let error: OutputReader
    private let read = Mutex(Log())

    /// - Parameter input: at most what a pipe holds, 64 KiB; `nil`: nothing to read.
    init(_ command: [String], environment: [String: String], input: String? = nil) throws {
        let reading = try input.map(Self.pipe(holding:))
        defer { if let reading { close(reading) } }
        let (output, writing) = try ChildProcess.pipe()
        let (error, complaining) = try ChildProcess.pipe()
        defer {
            close(writing)
            close(complaining)
        }
        do {
            child = try ChildProcess(
                command, environment: environment, input: reading, output: writing, error: complaining)
        } catch let failure {
            close(output)
            close(error)
            throw failure
        }
        self.output = OutputReader(output)
        self.error = OutputReader(error)
    }

    /// A pipe that ends behind this text.
    private static func pipe(holding text: String) throws -> CInt {
        let (reading, writing) = try ChildProcess.pipe()
        defer { close(writing) }
        let bytes = Array(text.utf8)
        precondition(bytes.count < 65_536, "nobody reads it yet")
        guard write(writing, bytes, bytes.count) == bytes.count else {
            close(reading)
            throw Overdue(description: "a pipe cannot be written")
        }
        return reading
    }

    deinit { if child.exitStatus == nil { Foundation.kill(child.processIdentifier, SIGKILL) } }

    public var processIdentifier: Int32 { child.processIdentifier }
    public var isRunning: Bool { child.exitStatus == nil }

    /// Everything it wrote to its standard output so far.
    public var standardOutput: String { String(decoding: output.bytes, as: UTF8.self) }

    /// Everything it wrote to its standard error so far.
    public var log: [LogEntry] {
        read.withLock { log in
            let (lines, next) = error.lines(from: log.next)
            log.entries += lines.map(LogEntry.init)
            log.next = next
            return log.entries
        }
    }

    /// Waits until its standard output has so many lines, each a JSON object, and gives them.
    public func objects(atLeast count: Int, within limit: Duration = .seconds(20)) async throws -> [JSONObject] {
        let lines = try await blocking { [self] in
            awaited(within: limit) { () -> [String]? in
                let (lines, _) = output.lines(from: 0)
                return lines.count >= count ? lines : nil
            }
        }
        guard let lines else { throw Overdue(description: "it printed only “\(standardOutput)”; \(account)") }
        return try lines.map { try JSONObject($0) }
    }

    public func signal(_ number: CInt) { Foundation.kill(child.processIdentifier, number) }

    /// Waits for an entry of its log, from this one on.
    @discardableResult
    public func entry(
        from first: Int = 0, within limit: Duration = .seconds(20),
        where isWanted: @escaping @Sendable (LogEntry) -> Bool
    ) async throws -> LogEntry {
        let found = try await blocking { [self] in
            awaited(within: limit) { () -> LogEntry?? in
                if let entry = log.dropFirst(first).first(where: isWanted) { return .some(entry) }
                return child.exitStatus != nil && error.isFinished ? .some(nil) : nil
            } ?? nil
        }
        guard let found else { throw Overdue(description: "the log entry did not come; \(account)") }
        return found
    }

    /// Waits for an entry with this message.
    @discardableResult
    public func entry(
        _ message: String, from first: Int = 0, within limit: Duration = .seconds(20)
    ) async throws -> LogEntry {
        do {
            return try await entry(from: first, within: limit) { $0.message == message }
        } catch {
            throw Overdue(description: "“\(message)”: \(error)")
        }
    }

    /// Waits for its end and gives its exit status; 128 and the signal's number when a signal ended it.
    public func end(within limit: Duration = .seconds(20)) async throws -> CInt {
        let status = try await blocking { [self] in
            awaited(within: limit) {
                output.isFinished && error.isFinished ? child.exitStatus : nil
            }
        }
        guard let status else { throw Overdue(description: "it does not end; \(account)") }
        return status
    }

    /// Asks it to end as a service manager does.
    @discardableResult
    public func stop() async throws -> CInt {
        signal(SIGTERM)
        return try await end()
    }

    /// Ends it without asking.
    public func kill() async throws {
        signal(SIGKILL)
        _ = try await end()
    }

    private var account: String {
        let state = child.exitStatus.map { "it ended with status \($0)" } ?? "it runs"
        return "\(state) and said:\n" + log.map(\.line).joined(separator: "\n")
    }
}
