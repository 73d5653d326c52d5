import Testing

@testable import RuleRuntime

/// Operators that Lua would take without a word, or with words that only Lua's makers understand.
@Suite struct OperatorGuardTests {
    private static func rule(_ condition: String) -> String {
        "local c =\n\(condition)\nrule \"a\" { when = c, run = { stop } }"
    }

    @Test(
        arguments: [
            ("from:is \"x\" + bulk", "a condition is no number and no text; conditions are combined with & | ~"),
            ("from:is \"x\" .. \"y\"", "a condition is no number and no text; conditions are combined with & | ~"),
            ("\"y\" .. bulk", "a condition is no number and no text; conditions are combined with & | ~"),
            ("-bulk", "a condition is no number and no text; conditions are combined with & | ~"),
            ("#subject", "a subject is no number and no text; conditions are combined with & | ~"),
            ("bulk << 1", "a condition is no number and no text; conditions are combined with & | ~"),
            ("from:is \"x\" ~ bulk", "~ stands before one condition; between two of them write a & ~b"),
            ("size < 5", "size cannot be compared; use size:over :under"),
            ("5 >= size", "size cannot be compared; use size:over :under"),
            ("bulk < automated", "a condition cannot be compared; conditions are combined with & | ~"),
            ("from:is \"x\" & 5", "& combines conditions, not 5"),
            ("\"x\" | bulk", "| combines conditions, not \"x\""),
            ("bulk & true", "& combines conditions, not true"),
            ("bulk & print", "& combines conditions, not a function"),
            ("bulk & trash", "& combines conditions, not an action"),
            ("~subject", "~: subject alone is no condition; it needs a test like :contains \"...\""),
            ("all { bulk, subject.is }", "all combines conditions, not a function"),
            ("any(bulk, automated)", "any takes a list of conditions: any { a, b }"),
            ("none {}", "none {} has no conditions"),
            ("subject \"x\"", "subject needs a test: subject:is ..."),
            ("bulk { case = true }", "options go second, in parentheses: bulk(\"...\", { case = true })"),
            (
                "subject.x",
                "subject has no test \"x\" (it has is, contains, starts, ends, matches, glob, one_of, exists)"
            ),
            ("subject:is(5)", "subject:is takes a text, not 5"),
            ("subject:is()", "subject:is takes a text, not nothing"),
            ("subject:is { \"a\", \"b\" }", "subject:is takes one text; a list goes to subject:one_of"),
            ("subject:one_of \"a\"", "subject:one_of takes a list: subject:one_of { \"a\", \"b\" }"),
            ("subject:one_of { \"a\", 5 }", "subject:one_of: value 2 is 5, not a text"),
            (
                "subject:one_of { \"a\", case = true }",
                "subject:one_of: options go second: subject:one_of({ ... }, { case = true })"
            ),
            ("subject:is(\"x\", { cse = true })", "subject:is has no option \"cse\"; did you mean \"case\"?"),
            ("subject:is(\"x\", { case = 1 })", "subject:is: case is true or false, not 1"),
            ("subject:exists \"x\"", "subject:exists() takes nothing"), ("from:me \"x\"", "from:me() takes nothing"),
            ("size:over \"5 stones\"", "size:over takes a size like \"5MB\", not \"5 stones\""),
            ("date:before \"yesterday\"", "date:before takes a date like \"2030-01-31\", not \"yesterday\""),
            (
                "received:between(\"25:00\", \"07:00\")",
                "received:between takes two times of day: received:between(\"22:00\", \"07:00\")"
            ),
            (
                "received:weekday { \"caturday\" }",
                "received:weekday: \"caturday\" is no weekday (mon tue wed thu fri sat sun)"
            ),
            ("auth:pass \"dkin\"", "auth:pass takes spf, dkim, dmarc or arc; did you mean \"dkim\"?"),
            ("older {}", "older takes a duration: older \"7d\""),
            ("flag(5)", "flag takes the name of a flag: flag \"seen\""),
            ("header \"X Y\":exists()", "header takes the name of a header field: header \"X-Name\""),
            (
                "subject:matches \"(\"",
                "subject:matches: the expression is wrong: missing closing parenthesis at character 2"
            ),
        ])
    func anOperandThatIsNoneIsTold(condition: String, told: String) async {
        #expect(await RuleBench.problems(Self.rule(condition)) == ["rules.lua:2: \(told)"])
    }

    /// What always is true or false in Lua.
    @Test(
        arguments: [
            ("if bulk then m:trash() end", "\"bulk\" is a condition and always counts as true here; write m:is(bulk)"),
            (
                "if m.size > 5 and has_attachment then m:trash() end",
                "\"has_attachment\" is a condition and always counts as true here; write m:is(has_attachment)"
            ),
            (
                "if not automated then m:trash() end",
                "\"automated\" is a condition and always counts as true here; write m:is(automated)"
            ),
            (
                "if subject then m:trash() end",
                "\"subject\" is a subject of conditions and always counts as true here; in a function the message's is"
                    + " m.subject"
            ),
            (
                "local x = bulk or automated",
                "\"bulk\" is a condition and always counts as true here; write m:is(bulk)"
            ),
            (
                "if subject == \"x\" then m:trash() end",
                "\"subject\" is a subject of conditions and equals nothing; in a function the message's is m.subject"
            ),
            (
                "if \"x\" ~= from then m:trash() end",
                "\"from\" is a subject of conditions and equals nothing; in a function the message's is m.from"
            ),
            ("return bulk == true", "\"bulk\" is a condition and equals nothing; write m:is(bulk)"),
        ])
    func aConditionIsNoTruth(body: String, told: String) async {
        let problems = await RuleBench.problems("rule \"a\" { run = function(m)\n\(body)\nend }")
        #expect(problems == ["rules.lua:2: \(told)"])
    }

    @Test(arguments: [
        "if m:is(bulk) then m:trash() end", "if m.subject == m.from.address then m:trash() end",
        "local size = 5 if size then m:mark \"seen\" end", "for _, from in ipairs(m.to) do if from then break end end",
        "local function f(date) return date == 5 end", "local t = { size = 1, from = 2 } return t.size and nil",
        "return m.size > 1e9 and m:is(bulk) or nil", "if m:is(bulk | automated) then return end",
        "if m:is(subject:is \"x\") and not m:is(bulk) then return end",
    ])
    func whatIsRightIsLeftAlone(body: String) async {
        #expect(await RuleBench.problems("rule \"a\" { run = function(m)\n\(body)\nend }") == [])
    }
}
