/// Where something stands in a person's rules.
public struct SourcePosition: Hashable, Sendable, Codable, CustomStringConvertible {
    public var file: String
    public var line: Int

    public init(file: String, line: Int) {
        self.file = file
        self.line = line
    }

    public var description: String { "\(file):\(line)" }
}

/// Why a rule matched or did not.
public struct RuleEvidence: Hashable, Sendable, Codable {
    /// One condition that was looked at, with the value that decided it.
    public struct Test: Hashable, Sendable, Codable {
        /// The condition as the rule writes it: `subject:contains "receipt"`.
        public var test: String
        /// What was compared, at most 200 characters.
        public var value: String
        public var result: Bool

        public init(test: String, value: String, result: Bool) {
            self.test = test
            self.value = String(value.prefix(200))
            self.result = result
        }
    }

    public var rule: String
    public var matched: Bool
    public var tests: [Test]

    public init(rule: String, matched: Bool, tests: [Test]) {
        self.rule = rule
        self.matched = matched
        self.tests = tests
    }
}

/// An action with the rule that asked for it.
public struct PlannedAction: Hashable, Sendable, Codable {
    public var action: MailAction
    public var rule: String
    public var position: SourcePosition?
    /// Seconds until it is due; `nil`: now.
    public var after: Int64?
    /// Whether the rule's condition is asked again when it is due.
    public var recheck: Bool

    public init(
        action: MailAction, rule: String, position: SourcePosition? = nil, after: Int64? = nil, recheck: Bool = false
    ) {
        self.action = action
        self.rule = rule
        self.position = position
        self.after = after
        self.recheck = recheck
    }
}
