import Dispatch
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Lines typed at the terminal without being shown. However one ends, by Ctrl-C too, the terminal shows again what is
/// typed.
final class HiddenInput {
    /// What the terminal was like, while it is silent.
    private final class Terminal: Sendable {
        private let before = Mutex<termios?>(nil)

        /// - Returns: whether it is silent now. What was typed before the question is no answer to it, and dropped.
        func silence() -> Bool {
            var state = termios()
            guard tcgetattr(STDIN_FILENO, &state) == 0 else { return false }
            before.withLock { $0 = state }
            state.c_lflag &= ~tcflag_t(ECHO | ECHOE | ECHOK | ECHONL)
            return tcsetattr(STDIN_FILENO, TCSAFLUSH, &state) == 0
        }

        func restore() {
            before.withLock { before in
                guard var state = before else { return }
                tcsetattr(STDIN_FILENO, TCSANOW, &state)
                before = nil
            }
        }
    }

    private let terminal = Terminal()
    /// Signals that would end the program and leave the terminal silent. Kept to the program's end: taken away and set up
    /// again, one could come in between.
    private var guards: [any DispatchSourceSignal] = []

    /// The line without its end; `nil` when there is none, or the terminal cannot be silenced.
    ///
    /// - Parameter ask: shows the question; called when nothing is shown any more.
    func line(_ ask: () -> Void) -> String? {
        if guards.isEmpty { guards = [SIGINT, SIGTERM, SIGHUP, SIGQUIT].map(watch) }
        // Suspended, it would leave a shell that shows nothing.
        let stopping = signal(SIGTSTP, SIG_IGN)
        defer {
            terminal.restore()
            signal(SIGTSTP, stopping)
        }
        guard terminal.silence() else { return nil }
        ask()
        return readLine(strippingNewline: true)
    }

    /// On a queue, where more may be called than in a signal handler: the terminal is put right, then the signal does what
    /// it always does. Returns when it is watched for.
    private func watch(_ number: CInt) -> any DispatchSourceSignal {
        #if canImport(Darwin)
            signal(number, SIG_IGN)
        #endif
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global(qos: .userInitiated))
        source.setEventHandler { [terminal] in
            terminal.restore()
            signal(number, SIG_DFL)
            // A queue's thread has signals blocked, and nobody else may take this one.
            var own = sigset_t()
            sigemptyset(&own)
            sigaddset(&own, number)
            pthread_sigmask(SIG_UNBLOCK, &own, nil)
            kill(getpid(), number)
        }
        let watched = DispatchSemaphore(value: 0)
        source.setRegistrationHandler { watched.signal() }
        source.activate()
        watched.wait()
        return source
    }
}
