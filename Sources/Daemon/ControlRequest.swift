import Foundation
import MailTransport

/// What a command asks of the running daemon: one JSON object in a line.
public struct ControlRequest: Codable, Sendable {
    public enum Command: String, Codable, Sendable {
        case status, reload, sweep, apply, release, undo, pause, resume
    }

    public var command: Command
    public var sweep: SweepQuery?
    /// The saved sweep to carry out.
    public var number: Int64?
    /// Of very many plans, whether those that were simply done are only counted.
    public var isBrief: Bool?
    /// The plans to let go.
    public var plans: [Int64]?
    /// What to take back.
    public var undo: UndoQuery?
    /// What to pause or to resume.
    public var pause: PauseQuery?

    public init(
        _ command: Command, sweep: SweepQuery? = nil, number: Int64? = nil, isBrief: Bool = false,
        plans: [Int64]? = nil, undo: UndoQuery? = nil, pause: PauseQuery? = nil
    ) {
        self.command = command
        self.sweep = sweep
        self.number = number
        self.isBrief = isBrief
        self.plans = plans
        self.undo = undo
        self.pause = pause
    }
}

/// One line of the daemon's answer. The last one has `exit`.
public struct ControlAnswer: Codable, Sendable {
    /// A result: a JSON object as the command prints it.
    public var result: String?
    /// A sentence for a person.
    public var message: String?
    public var exit: Int32?

    public init(result: String? = nil, message: String? = nil, exit: Int32? = nil) {
        self.result = result
        self.message = message
        self.exit = exit
    }
}

/// The other end of the control socket.
public enum ControlClient {
    public static func socketPath(stateFolder: String) -> String { "\(stateFolder)/control.sock" }

    /// Asks the daemon of a state folder.
    ///
    /// - Returns: its exit status, or `nil` when no daemon listens there.
    /// - Throws: `DaemonLost` when it ended before its answer did; `ForeignDaemon` when it is another user's.
    public static func ask(
        stateFolder: String, _ request: ControlRequest, each: @escaping @Sendable (ControlAnswer) -> Void
    ) async throws -> Int32? {
        let exit = ExitStatus()
        let line = try JSONLine.encode(request)
        let path = socketPath(stateFolder: stateFolder)
        do {
            try await LocalSocket.ask(at: path, line) { line in
                let answer = try JSONLine.decode(ControlAnswer.self, from: line)
                await exit.note(answer.exit)
                each(answer)
                return answer.exit == nil
            }
        } catch LocalSocket.Failure.nobodyListens {
            return nil
        } catch let error as DecodingError {
            throw error
        } catch {
            // What it had said to the end counts, however the connection went.
            if await exit.value == nil { throw silence(at: path) }
        }
        guard let value = await exit.value else { throw silence(at: path) }
        return value
    }

    /// What it means that the daemon said nothing.
    private static func silence(at path: String) -> any Error {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_uid != geteuid() else { return DaemonLost() }
        return ForeignDaemon(user: status.st_uid)
    }

    private actor ExitStatus {
        private(set) var value: Int32?

        func note(_ exit: Int32?) { value = exit ?? value }
    }
}

/// The daemon was asked, and ended before it had answered.
public struct DaemonLost: Error, CustomStringConvertible {
    public var description: String {
        "the daemon ended before it had answered; what it journalled is carried on when it runs again: see `postmoon log`"
    }
}

/// The daemon runs as another user, and answers that one and root.
public struct ForeignDaemon: Error, CustomStringConvertible {
    let user: UInt32

    public var description: String {
        let name = getpwuid(user).map { String(cString: $0.pointee.pw_name) }
        return "the daemon runs as user \(name ?? "\(user)"), and answers only that user and root"
    }
}
