import Foundation
import Synchronization

/// A program that this one started, without a shell.
///
/// Foundation's `Process` will not do where several are started at a time: a child can inherit another's pipes, whose
/// reader then waits for it, and it inherits the blocked signals of the thread, so that SIGTERM cannot end it.
final class ChildProcess: Sendable {
    let processIdentifier: pid_t
    private let status = Mutex<CInt?>(nil)

    /// - Parameters:
    ///   - input: a descriptor for its standard input; `nil`: nothing to read.
    ///   - output: a descriptor for its standard output.
    ///   - error: a descriptor for its standard error; `nil`: the same.
    convenience init(
        _ command: [String], environment: [String: String], input: CInt?, output: CInt, error: CInt? = nil
    ) throws {
        try self.init(command, environment: environment, group: CInt(POSIX_SPAWN_SETPGROUP)) { actions in
            if let input {
                posix_spawn_file_actions_adddup2(&actions, input, 0)
            } else {
                posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
            }
            posix_spawn_file_actions_adddup2(&actions, output, 1)
            posix_spawn_file_actions_adddup2(&actions, error ?? output, 2)
        }
    }

    /// In a session of its own at the terminal of this path, whose Ctrl-C it hears.
    convenience init(_ command: [String], environment: [String: String], terminal: String) throws {
        try self.init(command, environment: environment, group: Self.ownSession) { actions in
            // The first terminal that a new session opens is its own.
            posix_spawn_file_actions_addopen(&actions, 0, terminal, O_RDWR, 0)
            posix_spawn_file_actions_adddup2(&actions, 0, 1)
            posix_spawn_file_actions_adddup2(&actions, 0, 2)
        }
    }

    /// The flag that asks for a session of its own; glibc shows it to GNU programs only.
    #if canImport(Glibc)
        private static let ownSession: CInt = 0x80
    #else
        private static let ownSession = CInt(POSIX_SPAWN_SETSID)
    #endif

    private init(
        _ command: [String], environment: [String: String], group: CInt,
        prepare: (inout posix_spawn_file_actions_t) -> Void
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        prepare(&actions)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = CInt(POSIX_SPAWN_SETSIGMASK) | CInt(POSIX_SPAWN_SETSIGDEF) | group
        posix_spawnattr_setflags(&attributes, Int16(flags))

        let words = command.map { strdup($0) }
        let variables = environment.map { strdup("\($0.key)=\($0.value)") }
        defer { (words + variables).forEach { free($0) } }
        var identifier: pid_t = 0
        let code = posix_spawn(&identifier, command[0], &actions, &attributes, words + [nil], variables + [nil])
        guard code == 0 else {
            throw ServerUnavailable("\(command[0]) cannot be started: \(String(cString: strerror(code)))")
        }
        processIdentifier = identifier
    }

    /// How it ended; `nil` while it runs. 128 and the number of the signal that ended it.
    var exitStatus: CInt? {
        status.withLock { status in
            if let status { return status }
            var code: CInt = 0
            guard waitpid(processIdentifier, &code, WNOHANG) == processIdentifier else { return nil }
            let signal = code & 0x7F
            let exit = signal == 0 ? (code >> 8) & 0xFF : 128 + signal
            status = exit
            return exit
        }
    }

    /// Two ends, read and write, that no child inherits unless they are given to it.
    ///
    /// Sockets, since they are born closed-on-exec; a pipe is so only a moment later, and another thread may start a
    /// program in it.
    static func pipe() throws -> (CInt, CInt) {
        var ends: [CInt] = [-1, -1]
        #if canImport(Glibc)
            let kind = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        #else
            let kind = SOCK_STREAM
        #endif
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            throw ServerUnavailable("no pipe: \(String(cString: strerror(errno)))")
        }
        #if !canImport(Glibc)
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        #endif
        return (ends[0], ends[1])
    }
}
