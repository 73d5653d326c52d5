/// The keys of a rule's table, by the names rules use.
enum RuleKey: String, CaseIterable {
    case when, run, on, every, at, account, folder
    case continues = "continue"
    case limit, enabled
    case dryRun = "dry_run"

    static let names = allCases.map(\.rawValue)

    /// For messages: `rule "a" has limit = 0; it takes a number of plans, or false`.
    var takes: String {
        switch self {
        case .when: "a condition or a function"
        case .run: "a list of actions or a function"
        case .on: "an event or a list of events"
        case .every: "a duration of at least a minute, like \"1d\""
        case .at: "a time of day, like \"07:30\""
        case .account, .folder: "a text or a list of texts"
        case .limit: "a number of plans, or false"
        case .continues, .enabled, .dryRun: ReferenceType.boolean.expected
        }
    }

    var isRequired: Bool { self == .run }

    var reference: ReferenceEntry {
        func entry(_ type: ReferenceType, _ text: String, _ example: String) -> ReferenceEntry {
            ReferenceEntry(rawValue, type, text, example: ReferenceExample(example))
        }
        let events = ReferenceType.choice(RuleEventKind.allCases.map(\.rawValue))
        return switch self {
        case .when:
            entry(
                .named("Condition|fun(m: Message): boolean|Condition?"),
                "Which messages it is for; left out: every message.", "when = from:domain \"apple.com\" & ~bulk")
        case .run:
            entry(
                .named("Action|Action[]|fun(m: Message): Action|Action[]|nil"),
                "What to do: actions, or a function that plans them.", "run = { mark \"seen\", move \"Receipts\" }")
        case .on:
            entry(
                .named("RuleEvent|RuleEvent[]"),
                "The events it is for (\(events.annotation.replacing("|", with: " "))); default `\"new\"`.",
                "on = { \"new\", \"moved_in\" }")
        case .every:
            entry(
                .duration, "With `on = \"schedule\"`: how often it looks at every message of its folders.",
                "on = \"schedule\", every = \"1d\"")
        case .at:
            entry(.timeOfDay, "With `on = \"schedule\"`: at which time of day.", "on = \"schedule\", at = \"07:30\"")
        case .account: entry(.texts, "The accounts it is for; default: all.", "account = { \"home\", \"work\" }")
        case .folder:
            entry(
                .texts, "The folders it is for, `*` and `?` allowed; default: the watched ones.",
                "folder = { \"INBOX\", \"Lists/*\" }")
        case .continues:
            entry(.boolean, "`true`: the rules go on though it moves the message.", "continue = true")
        case .limit:
            entry(
                .named("integer|false"),
                "Plans in ten minutes that move, send or run something, before the others are held; default"
                    + " \(RuleSummary.standardLimit), `false` without.", "limit = 20")
        case .enabled: entry(.boolean, "`false`: the rule is checked and does nothing.", "enabled = false")
        case .dryRun:
            entry(.boolean, "`true`: its plans are only proposed; `release` carries them out.", "dry_run = true")
        }
    }
}
