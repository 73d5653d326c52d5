/// What one connection may cost us before we give it up (FAULTS, "A hostile or broken IMAP server").
public struct SessionLimits: Sendable {
    /// Untagged responses in one command, or since the last tagged reply while idling; messages that were asked for
    /// are counted apart.
    public var untaggedResponses = 250_000
    /// Messages in the answer to one command that asked for them: a mailbox may hold very many.
    public var fetchedMessages = 1_000_000
    /// Bytes since the last tagged reply, those of fetched sections left out.
    public var answerBytes = 96 * 1_024 * 1_024
    /// Intervals in what the server says has vanished; past it only the whole range is kept, since all of it is looked
    /// at again before it is believed.
    public var vanishedIntervals = 20_000
    /// Bytes of fetched sections held for the commands in flight.
    public var fetchedBytes = 160 * 1_024 * 1_024
    /// Tagged replies that nobody waits for.
    public var strayReplies = 100

    public init() {}

    public static let standard = SessionLimits()
}

/// How long a server may take, in seconds, until its answer comes on. What restarts the clock is a whole line, the end
/// of a literal, or a fair share of a long one; a byte now and then does not.
public struct SessionDeadlines: Sendable {
    public var greeting: Double
    /// From a command's last byte, or from where its answer last came on, to where it comes on next.
    public var answer: Double
    /// From `DONE` to the tagged reply of IDLE, and from IDLE to its continuation.
    public var idleAnswer: Double

    public init(greeting: Double = 30, answer: Double = 60, idleAnswer: Double = 30) {
        self.greeting = greeting
        self.answer = answer
        self.idleAnswer = idleAnswer
    }

    public static let standard = SessionDeadlines()

    /// Bytes that are progress by themselves when so many come within the time: 128 for each second. A modem of 1,200
    /// bits a second carries that, so no link on which mail can be read is too slow for a big message, be it down for
    /// most of a minute; and a server that drips cannot stretch the longest line (64 KiB) past ten minutes.
    func leastBytes(in seconds: Double) -> Int { max(128, Int(seconds * 128)) }
}
