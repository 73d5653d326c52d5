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
        let files = host.folder.files.map { file in
            let source = RuleSource(file.content)
            return (file.name, (source: source, calls: source.actionCalls))
        }
        let texts = Dictionary(files, uniquingKeysWith: { first, _ in first })
        return host.rules.map { rule in
            var outline = RuleOutline(rule: rule.summary, actions: [], calls: [])
            switch rule.run {
            case .actions(let templates): outline.actions = templates.compactMap { $0.outline(of: rule.name) }
            case .function:
                if let text = texts[rule.summary.position.file],
                    let range = text.source.rule(rule.name, line: rule.summary.position.line)
                {
                    outline.calls = text.calls.filter { range.contains($0.at) }.map(\.call)
                }
            }
            return outline
        }
    }
}

extension ActionTemplate {
    /// What it asks for of any message; `nil` for `stop`.
    fileprivate func outline(of rule: String) -> PlannedAction? {
        let action: MailAction
        switch effect {
        case .mail(let mail): action = mail
        case .snooze: action = .snooze(until: 0)
        case .stop: return nil
        }
        return PlannedAction(action: action, rule: rule, position: position, after: after, recheck: recheck)
    }
}
