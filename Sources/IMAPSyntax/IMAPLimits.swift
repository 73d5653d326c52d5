/// How much of a server's output is taken before the connection is given up. All counts are bytes, line ends left out.
public struct IMAPLimits: Sendable, Hashable {
    /// A line, literals left out.
    public var line = 8 * 1_024
    /// The same for responses that are long by nature: LIST, LSUB, SEARCH, ESEARCH, VANISHED, FETCH, and status
    /// responses whose code is COPYUID, APPENDUID or MODIFIED.
    public var longLine = 64 * 1_024
    /// All literals of one response together that are no bodies.
    public var literal = 256 * 1_024
    /// One body literal. It streams; the limit is there for whoever keeps it.
    public var bodyLiteral = 64 * 1_024 * 1_024
    /// Parentheses within parentheses.
    public var nesting = 64

    public static let standard = IMAPLimits()

    public init() {}
}
