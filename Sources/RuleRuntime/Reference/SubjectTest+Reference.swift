/// What a test takes and whom it belongs to.
struct TestReference: Sendable {
    var groups: Set<SubjectGroup>
    var parameters: [ReferenceParameter]
    /// Go second, in a table.
    var options: [ReferenceParameter]
    var since = ReferenceEntry.firstVersion
    var text: String
    var example: String

    init(
        _ groups: Set<SubjectGroup>, _ parameters: [ReferenceParameter], options: [ReferenceParameter] = [],
        _ text: String, example: String
    ) {
        self.groups = groups
        self.parameters = parameters
        self.options = options
        self.text = text
        self.example = example
    }
}

extension SubjectTest {
    static let authenticationMethods = ["spf", "dkim", "dmarc", "arc"]

    private static let references = Dictionary(uniqueKeysWithValues: allCases.map { ($0, $0.described()) })

    var reference: TestReference { Self.references[self] ?? described() }

    private func described() -> TestReference {
        switch self {
        case .equal, .contains, .starts, .ends, .matches, .glob, .oneOf, .exists: texts
        case .domain, .name, .detail, .me: addresses
        case .over, .under, .before, .after, .between, .weekday, .pass: others
        }
    }

    private var texts: TestReference {
        func test(_ name: String, _ text: String, example: String) -> TestReference {
            TestReference(
                [.address, .text], [ReferenceParameter(name, .text, "")], options: [.textCase], text, example: example)
        }
        return switch self {
        case .contains: test("text", "The text stands anywhere in it.", example: "subject:contains \"receipt\"")
        case .starts: test("text", "It begins with the text.", example: "subject:starts \"[ticket\"")
        case .ends: test("text", "It ends with the text.", example: "filename:ends \".pdf\"")
        case .matches:
            test(
                "expression", "The Perl-compatible expression (PCRE2) is found in it.",
                example: "subject:matches [[\\b(CRIT|DOWN)\\b]]")
        case .glob:
            test(
                "pattern",
                "The pattern is the whole of it: `*` is anything, `?` one character, `\\` takes the next literally.",
                example: "subject:glob \"Invoice *-2030\"")
        case .oneOf:
            TestReference(
                [.address, .text], [ReferenceParameter("list", .textList, "texts, also from `list.file`")],
                options: [.textCase], "It is one of the list; on addresses, one of the addresses is.",
                example: "from:one_of { \"boss@acme.example\", \"sam@example.org\" }")
        case .exists:
            TestReference(
                [.address, .text], [], "The message has it at all.", example: "header(\"List-Post\"):exists()")
        default:
            test(
                "text", "It is the text; on addresses, one of them is that address.",
                example: "from:is \"sam@example.org\"")
        }
    }

    private var addresses: TestReference {
        let list = ReferenceParameter("name", .texts, "")
        return switch self {
        case .domain:
            TestReference(
                [.address], [list], "An address is of that domain or one below it.",
                example: "from:domain \"apple.com\"")
        case .name:
            TestReference(
                [.address], [ReferenceParameter("name", .text, "")], options: [.textCase],
                "The display name of an address is that.", example: "from:name \"Sam Jones\"")
        case .detail:
            TestReference(
                [.address], [list], options: [.textCase], "What stands behind the `+` of an address is that.",
                example: "to:detail \"shop\"")
        default: TestReference([.address], [], "An address is one of the account's own.", example: "to:me()")
        }
    }

    private var others: TestReference {
        let bytes = ReferenceParameter("bytes", .size, "")
        let time = ReferenceParameter("time", .time, "")
        return switch self {
        case .over: TestReference([.size], [bytes], "It is larger.", example: "size:over \"5MB\"")
        case .under: TestReference([.size], [bytes], "It is smaller.", example: "size:under(2000)")
        case .before: TestReference([.time], [time], "It is earlier.", example: "date:before \"2020-01-01\"")
        case .after:
            TestReference([.time], [time], "It is that time or later.", example: "received:after \"2030-01-31 08:00\"")
        case .between:
            TestReference(
                [.time], [ReferenceParameter("start", .timeOfDay, ""), ReferenceParameter("finish", .timeOfDay, "")],
                "The time of day is from the first up to the second, also over midnight.",
                example: "received:between(\"22:00\", \"07:00\")")
        case .weekday:
            TestReference(
                [.time], [ReferenceParameter("days", .texts, "`mon tue wed thu fri sat sun`")],
                "The day of the week is one of those.", example: "received:weekday { \"sat\", \"sun\" }")
        default:
            TestReference(
                [.authentication], [ReferenceParameter("method", .choice(Self.authenticationMethods), "")],
                "The receiving server says that the method passed.", example: "auth:pass \"dkim\"")
        }
    }
}
