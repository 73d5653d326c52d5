/// What one connection may cost us before we give it up (FAULTS, "A hostile or broken IMAP server").
public struct SessionLimits: Sendable {
    /// Untagged responses in one command, or since the last tagged reply while idling.
    public var untaggedResponses = 250_000
    /// Bytes of fetched sections held for the commands in flight.
    public var fetchedBytes = 160 * 1_024 * 1_024
    /// Tagged replies that nobody waits for.
    public var strayReplies = 100

    public init() {}

    public static let standard = SessionLimits()
}

/// How long a server may take, in seconds. Every one of them is a clock on silence: each byte that comes restarts it.
public struct SessionDeadlines: Sendable {
    public var greeting: Double
    /// From a command's last byte, or the last byte of its answer, to the next byte of the answer.
    public var answer: Double
    /// From `DONE` to the tagged reply of IDLE, and from IDLE to its continuation.
    public var idleAnswer: Double

    public init(greeting: Double = 30, answer: Double = 60, idleAnswer: Double = 30) {
        self.greeting = greeting
        self.answer = answer
        self.idleAnswer = idleAnswer
    }

    public static let standard = SessionDeadlines()
}
