/// What is read from a server at most; past it the connection is given up.
public struct SMTPLimits: Hashable, Sendable {
    /// Bytes of one line of a reply.
    public var line: Int
    /// Lines of one reply.
    public var lines: Int

    public init(line: Int = 8 * 1_024, lines: Int = 200) {
        self.line = line
        self.lines = lines
    }

    public static let standard = SMTPLimits()
}
