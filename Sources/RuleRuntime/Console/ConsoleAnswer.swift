import MailModel

/// What came of a line that somebody typed about a message.
public struct ConsoleAnswer: Sendable {
    public enum Value: Sendable {
        case text(String)
        /// A condition with its answer for the message, and what decided it.
        case condition(String, Bool, [RuleEvidence.Test])
        /// An action by itself does nothing: the methods of `m` plan.
        case action(String)
    }

    public var values: [Value] = []
    /// What the line would do to the message.
    public var plan: [PlannedAction] = []
    public var log: [String] = []
    public var error: String?
    /// It is the beginning of something longer.
    public var isIncomplete = false
}

extension RuleRuntime {
    /// Evaluates an expression or statement that sees the message as `m`. What it sets stays for later lines; nothing is
    /// done to the message, and nothing is remembered.
    public func evaluate(_ line: String, on message: RuleMessage, now: Int64) -> ConsoleAnswer {
        engine.evaluate(line, on: message, now: now)
    }
}
