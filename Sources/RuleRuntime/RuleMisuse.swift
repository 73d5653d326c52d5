import MailModel

/// A mistake in a rule file, raised as a Lua error at the caller's line, or at `position` when that is better known.
struct RuleMisuse: Error {
    var message: String
    var position: SourcePosition?

    init(_ message: String, at position: SourcePosition? = nil) {
        self.message = message
        self.position = position
    }
}

/// How a host call ends when it gives back nothing.
enum HostInterruption: Error {
    case misuse(RuleMisuse)
    /// The evaluation ends here; nothing in Lua can hold it up.
    case halt
}
