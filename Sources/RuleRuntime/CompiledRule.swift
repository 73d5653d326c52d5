import MailModel

/// A rule, ready to be asked.
final class CompiledRule {
    enum When {
        case always
        case condition(Condition)
        case function
    }

    enum Run {
        case actions([ActionTemplate])
        case function
    }

    let summary: RuleSummary
    let when: When
    let run: Run
    private let folders: [Glob]?

    init(summary: RuleSummary, when: When, run: Run) {
        self.summary = summary
        self.when = when
        self.run = run
        folders = summary.folders.map { names in
            names.map { Glob(Self.folded($0)) }
        }
    }

    var name: String { summary.name }

    var isFunction: Bool { if case .function = when { true } else { false } }

    /// Why it is not for this message, as evidence; `nil` when it is.
    ///
    /// `isNamed`: a sweep asks for this rule, whatever events it is for.
    func exclusion(
        _ message: RuleMessage, watched: [MailboxName], isNamed: Bool, noting: Bool
    ) -> RuleEvidence.Test? {
        func test(_ text: @autoclosure () -> String, _ value: String) -> RuleEvidence.Test {
            noting
                ? RuleEvidence.Test(test: text(), value: value, result: false)
                : RuleEvidence.Test(test: "", value: "", result: false)
        }
        let isSwept = isNamed && message.event == .sweep && summary.events != [.removed]
        if !isSwept, !isForEvent(message.event) {
            return test("on = \(Self.list(summary.events.map(\.rawValue).sorted()))", message.event.name)
        }
        if let accounts = summary.accounts, !accounts.contains(message.account.rawValue) {
            return test("account = \(Self.list(accounts))", message.account.rawValue)
        }
        if let folders {
            let name = Self.folded(message.mailbox.rawValue)
            if !folders.contains(where: { $0.matches(name) }) {
                return test("folder = \(Self.list(summary.folders ?? []))", message.mailbox.rawValue)
            }
        } else if message.event != .sweep, !watched.contains(message.mailbox) {
            return test("folder = \(Self.list(watched.map(\.rawValue)))", message.mailbox.rawValue)
        }
        return nil
    }

    private func isForEvent(_ event: RuleEvent) -> Bool {
        switch event {
        case .new: summary.events.contains(.new)
        case .movedIn: summary.events.contains(.movedIn)
        case .removed: summary.events.contains(.removed)
        case .flags: summary.events.contains(.flags)
        case .schedule(let rule): rule == name && summary.events.contains(.schedule)
        case .sweep: summary.events.contains(.new) || summary.events.contains(.movedIn)
        }
    }

    /// INBOX in any case is INBOX.
    static func folded(_ name: String) -> [UInt8] {
        let first = name.prefix { $0 != "/" }
        return Array((first.uppercased() == "INBOX" ? "INBOX" + name.dropFirst(first.count) : name).utf8)
    }

    private static func list(_ names: [String]) -> String {
        names.count == 1 ? "\"\(names[0])\"" : "{ \(names.map { "\"\($0)\"" }.joined(separator: ", ")) }"
    }
}
