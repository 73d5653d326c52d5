/// The other globals, by the names rules use.
enum Helper: String, CaseIterable {
    case rule, require, header, regex, state
    case seenBefore = "seen_before"
    case rate
    case listFile = "list.file"
    case listVCard = "list.vcard"
    case now, print, role

    var reference: ReferenceEntry {
        switch self {
        case .rule, .require, .header, .listFile, .listVCard, .role: whileLoading
        case .regex, .state, .seenBefore, .rate, .now, .print: inFunctions
        }
    }

    private func entry(
        _ type: ReferenceType, _ parameters: [ReferenceParameter]?, _ text: String, _ example: ReferenceExample
    ) -> ReferenceEntry {
        ReferenceEntry(rawValue, type, parameters, text, example: example)
    }

    private var whileLoading: ReferenceEntry {
        switch self {
        case .require:
            entry(
                .named("any"), [ReferenceParameter("name", .text, "without `.lua`")],
                "Runs another file of the rules folder once, and gives what it returned.",
                ReferenceExample(
                    "local family = require \"lists/family\"\nrule \"Family\" { when = family, run = { mark \"flagged\" } }",
                    .file))
        case .header:
            entry(
                .named(SubjectGroup.text.rawValue), [ReferenceParameter("name", .text, "")],
                "The subject of conditions for any header field.",
                ReferenceExample("header(\"X-Spam-Flag\"):is \"yes\"", .condition))
        case .listFile:
            entry(
                .named("List"), [ReferenceParameter("name", .text, "a file of the rules folder")],
                "The lines of a file; empty ones and those that begin with `#` do not count.",
                ReferenceExample(
                    "local vip = list.file \"vip.txt\"\nrule \"VIP\" { when = from:one_of(vip), run = { mark \"flagged\" } }",
                    .file))
        case .listVCard:
            entry(
                .named("List"), [ReferenceParameter("name", .text, "a file of the rules folder")],
                "The e-mail addresses of a vCard file.",
                ReferenceExample(
                    "local known = list.vcard \"contacts.vcf\"\n"
                        + "rule \"Strangers\" { when = ~from:one_of(known), run = { keyword \"Stranger\" } }", .file))
        case .role:
            entry(
                .named("Roles"), nil, "The folders by what they are for, whatever the account calls them.",
                ReferenceExample("move(role.archive)", .action))
        default:
            entry(
                .named("fun(definition: RuleDefinition)"), [ReferenceParameter("name", .text, "unique")],
                "Makes a rule of the name and the table behind it.",
                ReferenceExample(
                    "rule \"Receipts\" {\n  when = from:domain \"apple.com\" & subject:contains \"receipt\",\n"
                        + "  run  = { mark \"seen\", move \"Receipts\" },\n}", .file))
        }
    }

    private var inFunctions: ReferenceEntry {
        let key = ReferenceParameter("key", .text, "")
        return switch self {
        case .state:
            entry(
                .named("State"), nil,
                "What this rule remembers: texts, numbers, `true`, `false` and tables of them, stored with the plan.",
                ReferenceExample("state.count = (state.count or 0) + 1", .body))
        case .seenBefore:
            entry(
                .boolean, [key, ReferenceParameter("age", .duration, "")],
                "Whether the rule met the key within that time; it counts as met from now on.",
                ReferenceExample("if seen_before(m.subject, \"1d\") then m:archive() end", .body))
        case .rate:
            entry(
                .boolean, [key, ReferenceParameter("count", .integer, ""), ReferenceParameter("age", .duration, "")],
                "Whether this is at most the count-th time within that time; only those times count.",
                ReferenceExample(
                    "if rate(\"pager\", 5, \"1h\") then m:notify { channel = \"phone\" } end", .body))
        case .now:
            entry(
                .integer, [], "The time of the decision, in seconds since 1970.",
                ReferenceExample("print(os.date(\"%H:%M\", now()))", .body))
        case .print:
            entry(
                .nothing, [ReferenceParameter("...", .named("any"), "")], "Writes a line to the log.",
                ReferenceExample("print(m.subject, m.size)", .body))
        default:
            entry(
                .named("Expression"),
                [
                    ReferenceParameter("expression", .text, ""),
                    ReferenceParameter("options", .named("ExpressionOptions"), optional: true, ""),
                ], "Compiles a Perl-compatible expression (PCRE2).",
                ReferenceExample("local number = regex([[#(\\d+)]], { case = false }):match(m.subject)", .body))
        }
    }
}
