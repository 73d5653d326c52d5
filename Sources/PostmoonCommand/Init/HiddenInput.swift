import Dispatch

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A line typed at the terminal without being shown.
enum HiddenInput {
    /// Signals that would end the program and leave the terminal silent.
    private static let ending = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]

    /// The line without its end; `nil` when there is none, or the terminal cannot be silenced.
    ///
    /// However it ends, by Ctrl-C too, the terminal shows again what is typed.
    static func line() -> String? {
        var before = termios()
        guard tcgetattr(STDIN_FILENO, &before) == 0 else { return nil }
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO | ECHOE | ECHOK | ECHONL)
        let guards = ending.map { watch($0, restoring: before) }
        // Suspended, it would leave a shell that shows nothing.
        let stopping = signal(SIGTSTP, SIG_IGN)
        defer {
            tcsetattr(STDIN_FILENO, TCSANOW, &before)
            guards.forEach { $0.cancel() }
            for number in ending { signal(number, SIG_DFL) }
            signal(SIGTSTP, stopping)
        }
        // What was typed before the question is no answer to it.
        guard tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0 else { return nil }
        return readLine(strippingNewline: true)
    }

    /// On a queue, where more may be called than in a signal handler: the terminal is put right, then the signal does what
    /// it always does.
    private static func watch(_ number: CInt, restoring before: termios) -> any DispatchSourceSignal {
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global(qos: .userInitiated))
        source.setEventHandler {
            var before = before
            tcsetattr(STDIN_FILENO, TCSANOW, &before)
            signal(number, SIG_DFL)
            // A queue's thread has signals blocked, and nobody else may take this one.
            var own = sigset_t()
            sigemptyset(&own)
            sigaddset(&own, number)
            pthread_sigmask(SIG_UNBLOCK, &own, nil)
            kill(getpid(), number)
        }
        source.activate()
        return source
    }
}
