import MIMEParsing
import MailModel

/// Where rules are asked, and which of them never are.
struct RuleReach {
    let environment: RuleEnvironment

    private struct Place: Hashable {
        var event: RuleEventKind
        var account: AccountName
        var mailbox: MailboxName
    }

    /// Rules whose folders nobody watches, and rules behind others that leave them nothing.
    func unreachable(_ rules: [CompiledRule]) -> [RuleFinding] {
        var findings: [RuleFinding] = []
        var ending: [(rule: CompiledRule, places: Set<Place>, conditions: Set<String>)] = []
        for rule in rules where rule.summary.enabled {
            let places = places(of: rule)
            // A schedule asks its rule alone: nothing is before it.
            if !rule.summary.events.contains(.schedule) {
                if places.isEmpty {
                    findings.append(finding(rule, unwatched(rule)))
                } else if let conditions = conditions(of: rule),
                    let before = ending.first(where: {
                        $0.conditions.isSubset(of: conditions) && places.isSubset(of: $0.places)
                    })
                {
                    findings.append(finding(rule, behind(before.rule, conditions: before.conditions)))
                }
            }
            if endsRun(rule), let conditions = conditions(of: rule) { ending.append((rule, places, conditions)) }
        }
        return findings
    }

    private func finding(_ rule: CompiledRule, _ text: String) -> RuleFinding {
        RuleFinding(.error, rule.summary.position, rule: rule.name, "rule \"\(rule.name)\" never runs: \(text)")
    }

    private func unwatched(_ rule: CompiledRule) -> String {
        let names = rule.summary.folders ?? []
        let accounts = environment.accounts.filter { rule.summary.accounts?.contains($0.name.rawValue) ?? true }
        let watched = accounts.map { account in
            "\(account.name): \(account.watched.map { "\"\($0)\"" }.joined(separator: ", "))"
        }
        let folder = names.count == 1 ? "folder \"\(names[0])\" is" : "its folders are"
        return "\(folder) not watched (\(watched.joined(separator: "; "))); add it to watch in the configuration,"
            + " or give the rule on = \"schedule\""
    }

    private func behind(_ rule: CompiledRule, conditions: Set<String>) -> String {
        let place = "rule \"\(rule.name)\" (\(rule.summary.position))"
        return conditions.isEmpty
            ? "\(place) before it ends the run for every message"
            : "\(place) before it ends the run for every message that this rule is for"
    }

    private func places(of rule: CompiledRule) -> Set<Place> {
        var places: Set<Place> = []
        for account in environment.accounts {
            for mailbox in account.watched {
                for kind in rule.summary.events {
                    guard let event = Self.event(kind) else { continue }
                    let message = RuleMessage(
                        account: account.name, mailbox: mailbox, uid: 1, event: event, flags: [], size: 0,
                        received: 0, header: HeaderBlock([]), headerIsWhole: true)
                    let exclusion = rule.exclusion(message, watched: account.watched, isNamed: false, noting: false)
                    if exclusion == nil {
                        places.insert(Place(event: kind, account: account.name, mailbox: mailbox))
                    }
                }
            }
        }
        return places
    }

    private static func event(_ kind: RuleEventKind) -> RuleEvent? {
        switch kind {
        case .new: .new
        case .movedIn: .movedIn
        case .removed: .removed
        case .flags: .flags(added: [], removed: [])
        case .schedule: nil
        }
    }

    /// Whether no later rule is asked once this one matched.
    private func endsRun(_ rule: CompiledRule) -> Bool {
        guard !rule.summary.dryRun, case .actions(let actions) = rule.run else { return false }
        return actions.contains { action in
            switch action.effect {
            case .stop: true
            case .snooze: !rule.summary.continues
            case .mail(let mail): mail.removesFromSource && action.after == nil && !rule.summary.continues
            }
        }
    }

    /// What has to hold for the rule, each condition as written; `nil`: more than can be told from what is written.
    private func conditions(of rule: CompiledRule) -> Set<String>? {
        switch rule.when {
        case .always: return []
        case .function: return nil
        case .condition(let condition):
            if ConditionJudgement(condition).truth == .always { return [] }
            var texts: Set<String> = []
            for part in condition.conjuncts {
                // Flags may have changed until a later rule looks at them.
                guard part.isWrittenInFull, !part.readsFlags else { return nil }
                texts.insert(part.text)
            }
            return texts
        }
    }
}

extension Condition {
    /// The conditions that all have to hold.
    var conjuncts: [Condition] {
        if case .all(let operands) = kind { operands.flatMap(\.conjuncts) } else { [self] }
    }

    /// Whether the text says all of it: long ones are cut.
    var isWrittenInFull: Bool { text.utf8.count < 180 && !text.contains("...") }

    fileprivate var readsFlags: Bool {
        var reads = false
        forEachTest { if case .flag = $0 { reads = true } }
        return reads
    }
}
