import Testing

@testable import RuleRuntime

/// A mistake in a file, and what a person is told.
struct Mistake: Sendable, CustomTestStringConvertible {
    var source: String
    var told: [String]

    init(_ source: String, _ told: String...) {
        self.source = source
        self.told = told
    }

    var testDescription: String { source }
}

@Suite struct LoadGuardTests {
    static let dropped: [Mistake] = [
        Mistake(
            "rule \"a\" {\n when = from:is \"x\"\n  and subject:is \"y\",\n run = { mark \"seen\" } }",
            "rules.lua:3: \"and\" cannot combine conditions and would drop some: use & | ~ (here &)"),
        Mistake(
            "rule \"a\" { when = from:is \"x\" or subject:is \"y\", run = { mark \"seen\" } }",
            "rules.lua:1: \"or\" cannot combine conditions and would drop some: use & | ~ (here |)"),
        Mistake(
            "rule \"a\" { when = not from:is \"x\", run = { mark \"seen\" } }",
            "rules.lua:1: \"not\" cannot combine conditions and would drop some: use & | ~ (here ~)"),
        Mistake(
            "rule \"a\" { [\"when\"] = from == \"x\", run = { mark \"seen\" } }",
            "rules.lua:1: \"==\" cannot compare in a condition: use tests like subject:is and size:over, and & | ~"),
        Mistake(
            "rule \"a\" { run = { mark \"seen\" }, when = size > 5 }",
            "rules.lua:1: \">\" cannot compare in a condition: use tests like subject:is and size:over, and & | ~"),
        Mistake(
            "local c = from:is \"x\" and subject:is \"y\"\nrule \"a\" { when = c, run = { mark \"seen\" } }",
            "rules.lua:1: this condition is used by no rule and would be dropped: use & | ~, not and, or, not, =="),
        Mistake(
            "local vip = from:is \"x\"\n\nlocal unused = subject:is \"y\"\nrule \"a\" { when = vip, run = { stop } }",
            "rules.lua:3: this condition is used by no rule and would be dropped: use & | ~, not and, or, not, =="),
        Mistake(
            "rule \"a\" { run = { mark \"seen\" and move \"X\" } }",
            "rules.lua:1: this mark is in no rule's run and would be dropped"),
        Mistake(
            "rule \"a\" { when = true, run = { stop } }",
            "rules.lua:1: when = true is no condition; leave when out to match every message"),
        Mistake(
            "rule \"a\" { when = false, run = { stop } }",
            "rules.lua:1: when = false is no condition; a rule is switched off by enabled = false"),
        Mistake(
            "rule \"a\" { when = nil, run = { stop } }",
            "rules.lua:1: when = nil is no condition; leave when out to match every message"),
        Mistake(
            "local c\n\nrule \"a\" {\n when = c, run = { stop } }",
            "rules.lua:3: rule \"a\" has a when that is nil, and would match every message"),
        Mistake(
            "local c = 1 == 2\nrule \"a\" {\n when = c, run = { stop } }",
            "rules.lua:2: rule \"a\" has when = false, which is no condition; conditions are combined with & | ~,"
                + " not with and, or, not, =="),
        Mistake(
            "rule \"a\" { when = subject, run = { stop } }",
            "rules.lua:1: rule \"a\" has a subject without a test as when; write subject:contains \"...\""),
        Mistake(
            "rule \"a\" { when = from:is \"x\" & \"y\", run = { stop } }",
            "rules.lua:1: & combines conditions, not \"y\""),
        Mistake(
            "rule \"a\" { when = from:is \"x\" & subject, run = { stop } }",
            "rules.lua:1: &: subject alone is no condition; it needs a test like :contains \"...\""),
        Mistake(
            "rule \"a\" { when = all { from:is \"x\", nil, bulk }, run = { stop } }",
            "rules.lua:1: all: condition 2 is nil"),
        Mistake(
            "rule \"a\"\nrule \"b\" { run = { stop } }", "rules.lua:1: rule \"a\" has no { ... } behind its name"),
    ]

    static let names: [Mistake] = [
        Mistake(
            "rule \"a\" { wen = bulk, run = { stop } }",
            "rules.lua:1: rule \"a\" has no key \"wen\"; did you mean \"when\"?"),
        Mistake(
            "rule \"a\" { run = { move(\"X\", { afer = \"1d\" }) } }",
            "rules.lua:1: move has no option \"afer\"; did you mean \"after\"?"),
        Mistake(
            "rule \"a\" { run = { stop } }\nrule \"a\" { run = { stop } }",
            "rules.lua:2: a rule named \"a\" is already at rules.lua:1"),
        Mistake("count = 1", "rules.lua:1: global \"count\" cannot be set; write local count"),
        Mistake("function helper() end", "rules.lua:1: global \"helper\" cannot be set; write local helper"),
        Mistake("move = 1", "rules.lua:1: \"move\" is part of the rules' language and read-only"),
        Mistake("print(subjekt)", "rules.lua:1: there is no global \"subjekt\"; did you mean \"subject\"?"),
        Mistake(
            "io.open(\"x\")",
            "rules.lua:1: io is not available to rules: they read files with list.file, list.vcard and require"),
        Mistake("role.inbox = 1", "rules.lua:1: role is read-only"),
        Mistake(
            "rule \"a\" { run = { move(role.arkive) } }",
            "rules.lua:1: role has no field \"arkive\"; did you mean \"archive\"?"),
        Mistake(
            "rule \"a\" { when = subject:contians \"x\", run = { stop } }",
            "rules.lua:1: subject has no test \"contians\" (it has is, contains, starts, ends, matches, glob, one_of,"
                + " exists); did you mean \"contains\"?"),
        Mistake(
            "rule \"a\" { on = \"moved\", run = { stop } }",
            "rules.lua:1: rule \"a\" has on = \"moved\", which is no event (new, moved_in, removed, flags, schedule);"
                + " did you mean \"moved_in\"?"),
        Mistake(
            "rule \"a\" { account = \"hom\", run = { stop } }",
            "rules.lua:1: rule \"a\" has account = \"hom\", which is not configured; did you mean \"home\"?"),
        Mistake(
            "rule \"a\" { run = { notify { channel = \"fone\" } } }",
            "rules.lua:1: no notify channel \"fone\" in the configuration; did you mean \"phone\"?"),
        Mistake(
            "rule \"a\" { run = { pipe \"archive\" } }",
            "rules.lua:1: no program \"archive\" in the configuration; did you mean \"archiver\"?"),
        Mistake(
            "rule \"a\" { run = { move \"wrk:Clients\" } }",
            "rules.lua:1: no account \"wrk\" for folder \"wrk:Clients\"; did you mean \"work\"?"),
        Mistake(
            "require \"lists/famly\"", "rules.lua:1: no file \"lists/famly.lua\" in the rules folder"),
    ]

    static let shapes: [Mistake] = [
        Mistake(
            "rule \"a\" { run = { move \"X\" { after = \"1d\" } } }",
            "rules.lua:1: options go second, in parentheses: move \"Folder\" or move(\"Folder\", { after = \"30d\" })"),
        Mistake(
            "rule \"a\" { when = subject:contains \"A\" { case = true }, run = { stop } }",
            "rules.lua:1: options go second, in parentheses: subject:contains(\"A\", { case = true })"),
        Mistake(
            "rule \"a\" { run = { move { \"X\", after = \"1d\" } } }",
            "rules.lua:1: move takes a folder first, options second: move \"Folder\" or"
                + " move(\"Folder\", { after = \"30d\" })"),
        Mistake(
            "rule \"a\" { run = { \"move\" } }", "rules.lua:1: value 1 of the list is no action, but \"move\""),
        Mistake(
            "rule \"a\" { run = { move } }",
            "rules.lua:1: move needs a folder: move \"Folder\" or move(\"Folder\", { after = \"30d\" })"),
        Mistake("rule \"a\" { run = { bulk } }", "rules.lua:1: a condition stands among the actions"),
        Mistake("rule \"a\" { }", "rules.lua:1: rule \"a\" has no run"),
        Mistake("rule \"a\" { run = {} }", "rules.lua:1: rule \"a\" has an empty run"),
        Mistake(
            "rule \"a\" { move \"X\", run = { stop } }",
            "rules.lua:1: rule \"a\" has a value without a key (an action); actions go into run = { ... }"),
        Mistake(
            "rule \"a\" { run = { move \"X\",\n trash } }",
            "rules.lua:2: trash conflicts with move \"X\", which it asked for (rules.lua:1); rule \"a\" cannot have both"
        ),
        Mistake(
            "rule \"a\" { run = { move \"A//B\" } }",
            "rules.lua:1: \"A//B\" cannot be a folder's name (levels are separated by / and not empty)"),
        Mistake(
            "rule \"a\" { run = { mark \"deleted\" } }",
            "rules.lua:1: rules do not mark messages as deleted; write trash"),
        Mistake(
            "rule \"a\" { run = { forward { to = \"Jane@icloud.com\" } } }",
            "rules.lua:1: forward to Jane@icloud.com would come back: it is an address of a configured account"),
        Mistake(
            "rule \"a\" { run = {\n forward { to = \"x@example.com\" } } }",
            "rules.lua:2: account \"silent\" cannot send (it has no smtp), so forward is not possible there;"
                + " name the accounts of the rule with account = "),
        Mistake(
            "rule \"a\" { account = { \"home\", \"work\" }, run = { redirect { to = \"x@example.com\" } } }",
            "rules.lua:1: account \"work\" cannot redirect: the provider rewrites it"),
        Mistake(
            "rule \"a\" { account = \"home\", run = { forward { to = \"x@example.com\", as = \"inlin\" } } }",
            "rules.lua:1: forward: as is \"attachment\" or \"inline\", not \"inlin\""),
        Mistake(
            "rule \"a\" { on = \"schedule\", run = { stop } }",
            "rules.lua:1: rule \"a\" has on = \"schedule\" without every = \"1d\" or at = \"07:30\""),
        Mistake(
            "rule \"a\" { every = \"1d\", run = { stop } }",
            "rules.lua:1: rule \"a\" has every or at, which need on = \"schedule\""),
        Mistake(
            "rule \"a\" { limit = 0, run = { stop } }",
            "rules.lua:1: rule \"a\" has limit = 0; it takes a number of plans, or false"),
        Mistake(
            "rule \"a\" { when = subject:matches \"(\", run = { stop } }",
            "rules.lua:1: subject:matches: the expression is wrong: missing closing parenthesis at character 2"),
        Mistake(
            "rule \"a\" { when = older \"7 moons\", run = { stop } }",
            "rules.lua:1: older takes a duration: older \"7d\""),
        Mistake(
            "rule \"a\" { when = from.domain \"x\", run = { stop } }",
            "rules.lua:1: domain is called with a colon: subject:domain \"...\""),
        Mistake("rule {}", "rules.lua:1: rule takes a name: rule \"name\" { ... }"),
        Mistake("local x = = 1", "rules.lua:1: unexpected symbol near '='"),
        Mistake("error \"no\"", "rules.lua:1: no"),
        Mistake(
            "local function f() f() end\nwhile true do f() end", "rules.lua: this rule used up its memory (64 MiB)"),
    ]

    @Test(arguments: dropped + names + shapes)
    func aMistakeIsToldWithItsLine(_ mistake: Mistake) async {
        let problems = await RuleBench.problems(mistake.source)
        #expect(problems == mistake.told)
    }

    @Test func everyFileIsLookedAt() async {
        do {
            _ = try await RuleBench(files: [
                "a.lua": "x = 1", "b.lua": "rule \"b\" { when = true, run = { stop } }", "c.lua": "local x",
            ])
            Issue.record("it loaded")
        } catch {
            #expect(
                error.problems.map(\.description) == [
                    "a.lua:1: global \"x\" cannot be set; write local x",
                    "b.lua:1: when = true is no condition; leave when out to match every message",
                ])
        }
    }

    @Test func whatRulesUseIsNotDropped() async throws {
        let bench = try await RuleBench(
            files: [
                "lists/vip.lua": "return { boss = from:is \"boss@acme.example\", aunt = from:is \"aunt@x.example\" }",
                "rules.lua": """
                local vip = require "lists/vip"
                local noon = received:between("11:00", "13:00")
                local filed = move "Filed"
                rule "a" { when = vip.boss & ~bulk, run = { stop } }
                rule "b" { run = function(m) if m:is(noon) then return { filed } end end }
                """,
            ])
        #expect(bench.runtime.rules.map(\.name) == ["a", "b"])
    }

    @Test func anEndlessFileEnds() async {
        var limits = RuleLimits.standard
        limits.loadSteps = 100_000
        do {
            _ = try await RuleBench("local x = 1\nwhile true do x = x + 1 end", limits: limits)
            Issue.record("it loaded")
        } catch {
            #expect(
                error.problems.map(\.description) == ["rules.lua:2: this rule used up its step budget (100000 steps)"])
        }
    }
}
