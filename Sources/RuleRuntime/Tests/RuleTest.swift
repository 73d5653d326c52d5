import MailModel

/// A `test "name" { ... }`: a message, and what the rules are to do with it.
public struct RuleTest: Sendable {
    public var name: String
    public var position: SourcePosition
    public var message: RuleMessage
    /// Messages that are decided first, each when it was received, for what rules remember of them.
    public var before: [RuleMessage] = []
    /// In any order; `nil`: not looked at. `rule` and `position` of the actions mean nothing.
    public var expected: [PlannedAction]?
    /// Names of the rules that match, in order; `nil`: not looked at.
    public var rules: [String]?
    /// When it takes place, in seconds since 1970.
    public var now: Int64
    /// What rules remember.
    public var state: RuleStateSnapshot
}

/// What became of a test.
public struct RuleTestVerdict: Sendable {
    public var isOK: Bool
    /// What the rules would do.
    public var actual: [PlannedAction] = []
    /// What was expected and does not happen.
    public var missing: [PlannedAction] = []
    /// What happens and was not expected.
    public var surplus: [PlannedAction] = []
    public var rules: [String] = []
    public var rulesDiffer = false
    /// What rules with `dry_run` would add.
    public var proposed: [PlannedAction] = []
    public var evidence: [RuleEvidence] = []
    /// Why there is nothing to compare: a rule failed, or the test means something that is not there.
    public var error: String?
}

extension RuleTestVerdict {
    /// Compares a decision with what the test expects.
    init(_ decision: Decision, of test: RuleTest) {
        isOK = true
        actual = decision.actions
        rules = decision.matchedRules
        proposed = decision.proposed
        evidence = decision.evidence
        if let expected = test.expected {
            var rest = actual
            for action in expected {
                if let index = rest.firstIndex(where: { action.expects($0) }) {
                    rest.remove(at: index)
                } else {
                    missing.append(action)
                }
            }
            // What is only written to the log happens to no message.
            surplus = rest.filter { if case .log = $0.action { false } else { true } }
        }
        rulesDiffer = test.rules.map { $0 != rules } ?? false
        isOK = missing.isEmpty && surplus.isEmpty && !rulesDiffer
    }
}

extension PlannedAction {
    /// Whether another action is what this expectation means. Texts that it leaves out are not compared, and neither is
    /// whether a missing folder is made.
    fileprivate func expects(_ actual: PlannedAction) -> Bool {
        guard after == actual.after, recheck == actual.recheck else { return false }
        switch (action, actual.action) {
        case (.move(let wanted), .move(let found)), (.copy(let wanted), .copy(let found)):
            return wanted.account == found.account && wanted.place == found.place
        // A keyword can be set by both words.
        case (.mark(let wanted), .mark(let found)), (.mark(let wanted), .keyword(let found)),
            (.keyword(let wanted), .mark(let found)), (.keyword(let wanted), .keyword(let found)),
            (.unmark(let wanted), .unmark(let found)), (.unmark(let wanted), .unkeyword(let found)),
            (.unkeyword(let wanted), .unmark(let found)), (.unkeyword(let wanted), .unkeyword(let found)):
            return Flag(name: wanted) == Flag(name: found)
        case (.forward(let wanted), .forward(var found)):
            if wanted.note.isEmpty { found.note = "" }
            return wanted == found
        case (.notify(let wanted), .notify(var found)):
            if wanted.title.isEmpty { found.title = "" }
            if wanted.body.isEmpty { found.body = "" }
            return wanted == found
        case (.reply(let wanted), .reply(var found)):
            if wanted.subject == nil { found.subject = nil }
            return wanted == found
        default: return action == actual.action
        }
    }
}
