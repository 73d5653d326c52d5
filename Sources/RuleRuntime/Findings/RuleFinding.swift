import MailModel

/// Something in rules that load, and yet do not do what they seem to.
public struct RuleFinding: Hashable, Sendable, Comparable {
    public enum Severity: String, Hashable, Sendable, Codable {
        /// Wrong for certain.
        case error
        /// Probably not what was meant.
        case warning
    }

    public var severity: Severity
    public var position: SourcePosition
    /// `nil`: it belongs to no rule.
    public var rule: String?
    public var message: String

    public init(_ severity: Severity, _ position: SourcePosition, rule: String?, _ message: String) {
        self.severity = severity
        self.position = position
        self.rule = rule
        self.message = message
    }

    public static func < (left: Self, right: Self) -> Bool {
        (left.position.file, left.position.line, left.message) < (
            right.position.file, right.position.line, right.message
        )
    }
}

/// What a rule does, as far as it can be told without a message.
public struct RuleOutline: Sendable {
    public var rule: RuleSummary
    /// Of its list of actions; none when it is a function.
    public var actions: [PlannedAction]
    /// Names of the actions that its functions call.
    public var calls: [Call]

    public struct Call: Hashable, Sendable {
        public var action: String
        public var line: Int
        /// The first argument, when it stands there as text.
        public var text: String?
    }
}

extension RuleRuntime {
    /// What is wrong with the rules though they load, in order of file and line.
    public func findings() -> [RuleFinding] { engine.findings() }

    /// What each rule does, in order.
    public func outlines() -> [RuleOutline] { engine.outlines() }
}

extension RuleEngine {
    func findings() -> [RuleFinding] {
        let reach = RuleReach(environment: host.environment)
        var findings = reach.unreachable(host.rules)
        for rule in host.rules where rule.summary.enabled {
            if case .condition(let condition) = rule.when {
                findings += ConditionJudgement(condition).findings(of: rule.summary)
            }
        }
        for file in host.folder.files {
            findings += SourceFindings(file, host: host).findings()
        }
        return Set(findings).sorted()
    }

    func outlines() -> [RuleOutline] {
        let sources = Dictionary(
            host.folder.files.map { ($0.name, RuleSource($0.content)) }, uniquingKeysWith: { first, _ in first })
        return host.rules.map { rule in
            var actions: [PlannedAction] = []
            if case .actions(let templates) = rule.run {
                actions = templates.compactMap { template in
                    let action: MailAction
                    switch template.effect {
                    case .mail(let mail): action = mail
                    case .snooze: action = .snooze(until: 0)
                    default: return nil
                    }
                    return PlannedAction(
                        action: action, rule: rule.name, position: template.position, after: template.after,
                        recheck: template.recheck)
                }
            }
            let source = sources[rule.summary.position.file]
            let own = source?.rule(rule.name, line: rule.summary.position.line)
            return RuleOutline(
                rule: rule.summary, actions: actions,
                calls: own.map { source?.actionCalls(in: $0) ?? [] } ?? [])
        }
    }
}
