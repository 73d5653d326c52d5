import Foundation
import Synchronization

/// A program at a terminal of its own, and the person in front of it: what is shown, what is typed, Ctrl-C.
public final class TerminalSession: Sendable {
    private let keyboard: CInt
    private let screenReader: OutputReader
    private let child: ChildProcess
    /// How much of the screen was expected so far.
    private let seen = Mutex(0)

    init(_ command: [String], environment: [String: String]) throws {
        let (master, name) = try Self.open()
        // Held open until the program has it: a terminal that nobody has open shows its end.
        let held = Foundation.open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)
        defer { close(held) }
        keyboard = dup(master)
        _ = fcntl(keyboard, F_SETFD, FD_CLOEXEC)
        child = try ChildProcess(command, environment: environment, terminal: name)
        screenReader = OutputReader(master)
    }

    /// The side of the person, and the path of the program's.
    private static func open() throws -> (master: CInt, name: String) {
        #if canImport(Glibc)
            // What unlockpt(3) and ptsname(3) do, which glibc's module does not have.
            let master = Foundation.open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
            var lock: CInt = 0
            var number: CUnsignedInt = 0
            guard master >= 0, ioctl(master, 0x4004_5431, &lock) == 0, ioctl(master, 0x8004_5430, &number) == 0 else {
                throw ServerUnavailable("no terminal can be made: \(String(cString: strerror(errno)))")
            }
            return (master, "/dev/pts/\(number)")
        #else
            let master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)
            guard master >= 0, grantpt(master) == 0, unlockpt(master) == 0, let name = ptsname(master) else {
                throw ServerUnavailable("no terminal can be made: \(String(cString: strerror(errno)))")
            }
            return (master, String(cString: name))
        #endif
    }

    deinit {
        if child.exitStatus == nil { kill(child.processIdentifier, SIGKILL) }
        close(keyboard)
    }

    /// Everything that was shown so far, with plain line ends.
    public var screen: String {
        String(decoding: screenReader.bytes, as: UTF8.self).replacingOccurrences(of: "\r\n", with: "\n")
    }

    /// Waits until this is shown, behind what was waited for before.
    public func expect(_ text: String, within limit: Duration = .seconds(30)) async throws {
        let found = try await blocking { [self] in
            awaited(within: limit) { () -> Bool? in
                if find(text) { return true }
                return child.exitStatus != nil && screenReader.isFinished ? find(text) : nil
            }
        }
        guard found == true else {
            throw PostmoonProcess.Overdue(description: "“\(text)” is not shown, but:\n\(screen)")
        }
    }

    private func find(_ text: String) -> Bool {
        let shown = Array(screen.utf8)
        return seen.withLock { seen in
            let wanted = Array(text.utf8)
            guard shown.count >= seen + wanted.count,
                let start = (seen...(shown.count - wanted.count)).first(where: { shown[$0...].starts(with: wanted) })
            else { return false }
            seen = start + wanted.count
            return true
        }
    }

    public func type(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(keyboard, bytes, bytes.count)
    }

    public func pressControlC() { type("\u{3}") }

    /// Whether the terminal shows what is typed.
    public var echoes: Bool {
        var state = termios()
        return tcgetattr(keyboard, &state) == 0 && state.c_lflag & tcflag_t(ECHO) != 0
    }

    public func signal(_ number: CInt) { kill(child.processIdentifier, number) }

    /// Waits for the program's end and gives its exit status; 128 and the signal's number when a signal ended it.
    public func end(within limit: Duration = .seconds(20)) async throws -> CInt {
        let status = try await blocking { [self] in awaited(within: limit) { child.exitStatus } }
        guard let status else { throw PostmoonProcess.Overdue(description: "it does not end, and shows:\n\(screen)") }
        return status
    }
}
