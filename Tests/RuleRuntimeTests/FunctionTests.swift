import MIMEParsing
import MailModel
import Testing

@testable import RuleRuntime

@Suite struct FunctionTests {
    /// Runs the body of a function and answers with what it printed.
    private func printed(
        _ body: String, _ message: RuleMessage = .whole(), state: RuleStateSnapshot = .empty
    ) async throws -> [String] {
        let bench = try await RuleBench("rule \"r\" { run = function(m) \(body) end }")
        return try await bench.decide(message, state: state).log
    }

    private func failure(_ body: String, _ message: RuleMessage = .whole()) async throws -> String {
        try await RuleBench("rule \"r\" { run = function(m)\n\(body)\nend }").failure(message).description
    }

    @Test(arguments: [
        ("m.account", "home"), ("m.folder", "INBOX"), ("m.uid", "7"), ("m.size > 100", "true"),
        ("m.received", "1772452740"), ("m.date", "1772452680"), ("m.age", "60"), ("now()", "1772452800"),
        ("m.subject", "Your receipt from Apple. München"), ("m.from", "\"Apple, Inc.\" <no_reply@email.apple.com>"),
        ("m.from.name", "Apple, Inc."), ("m.from.domain", "email.apple.com"), ("m.from.localpart", "no_reply"),
        ("m.to[1].detail", "shop"), ("#m.to", "2"), ("m.to", "Jane Doe <jane+shop@icloud.com>, team@acme.example"),
        ("m.sender", "nil"), ("#m.bcc", "0"), ("m.list_id", ""), ("m.in_reply_to", ""), ("#m.references", "0"),
        ("m.message_id", "r1@apple.com"), ("m.headers[\"x-tag\"]", "one"), ("m.headers[\"X-None\"]", ""),
        ("table.concat(m:header_all \"X-Tag\", \"|\")", "one|two"), ("m.text:match \"Total: (%S+)\"", "12.99"),
        ("#m.attachments", "0"), ("m.parts[1].type", "text/plain"), ("#m.raw == m.size", "true"),
        ("m.event.kind", "new"), ("#m.event.added", "0"), ("m.flags.seen", "true"), ("m.flags.flagged", "false"),
        ("m.flags[1]", "seen"), ("#m.flags", "1"), ("m:is(from:domain \"apple.com\" & flag \"seen\")", "true"),
        ("os.date(\"!%Y\", m.date)", "2026"), ("regex([[(\\d+)\\.(\\d+)]]):match(m.text)", "12\t99"),
        ("regex(\"x\"):match(m.text)", "nil"), ("regex(\"TOTAL\", { case = false }):test(m.text)", "true"),
        ("role.archive", "role.archive"), ("from:is \"x\" == nil", "false"),
    ])
    func aFieldHasItsValue(expression: String, value: String) async throws {
        // The last one makes a condition for nothing, inside m:is it would be asked.
        guard !expression.hasPrefix("from:") else { return }
        #expect(try await printed("print(\(expression))", .whole(flags: [.seen])) == [value])
    }

    @Test func partsAndAttachmentsAreDecodedWhenRead() async throws {
        let text = """
            for i, a in ipairs(m.attachments) do print(i, a.filename, a.type, a.size, a.content) end
            print(m.text)
            """
        #expect(
            try await printed(text, .whole(ConditionTests.list)) == [
                "1\tInvoice 7.PDF\tapplication/pdf\t4\t%PDF", "see attached",
            ])
    }

    @Test func everythingIteratesInOrder() async throws {
        let body = """
            for name, value in pairs(m.headers) do if name == "X-Tag" then print(value) end end
            for _, flag in ipairs(m.flags) do print(flag) end
            state.b = { 1, "x" }
            state.a = true
            for key, value in pairs(state) do print(key, type(value)) end
            """
        #expect(
            try await printed(body, .whole(flags: [.seen, .flagged])) == [
                "one", "two", "flagged", "seen", "a\tboolean", "b\ttable",
            ])
    }

    @Test func whenAndRunMayBeFunctionsThatReturn() async throws {
        let bench = try await RuleBench(
            """
            local bulky = bulk | automated
            rule "no" { when = function(m) return bulky end, run = { trash } }
            rule "no2" { when = function(m) return m.subject == "x" end, run = { trash } }
            rule "yes" { when = function(m) return from:exists() & ~bulky end,
              run = function(m) return { mark "seen", stop } end }
            rule "late" { run = { trash } }
            """)
        let decision = try await bench.decide(.whole())
        #expect(decision.matchedRules == ["yes"])
        #expect(decision.actions.map(\.action) == [.mark(flag: "seen")])
        #expect(
            decision.evidence.map(\.tests).map { $0.map(\.test) } == [
                ["bulk", "automated"], ["when = function"], ["from:exists()", "bulk", "automated"],
            ])
    }

    @Test func logIsAnActionAndPrintIsNot() async throws {
        let bench = try await RuleBench(
            """
            rule "r" { run = { log "from a list" } }
            rule "f" { run = function(m) log "one"; m:log "two"; print("three", nil, 4) return { log "five", stop } end }
            """)
        let decision = try await bench.decide(.whole())
        #expect(decision.actions.map(\.action) == [.log("from a list"), .log("one"), .log("two"), .log("five")])
        #expect(decision.log == ["three\tnil\t4"])
    }

    @Test(arguments: [
        ("move \"X\"", "rules.lua:2: rule r: move made an action that nothing uses; write m:move"),
        (
            "if 1 then\n forward { to = \"x@example.com\" } end",
            "rules.lua:3: rule r: forward made an action that nothing uses; write m:forward"
        ),
        (
            "if from:is \"x\" then m:trash() end",
            "rules.lua:2: rule r: this condition is asked by nothing; write m:is(condition), and combine conditions"
                + " with & | ~"
        ),
        (
            "m:is(from:is \"x\" and subject:is \"y\")",
            "rules.lua:2: rule r: this condition is asked by nothing; write m:is(condition), and combine conditions"
                + " with & | ~"
        ),
        ("print(m.subjekt)", "rules.lua:2: rule r: a message has no field \"subjekt\"; did you mean \"subject\"?"),
        (
            "print(m.from.adress)",
            "rules.lua:2: rule r: an address has no field \"adress\"; did you mean \"address\"?"
        ),
        ("m:mov \"x\"", "rules.lua:2: rule r: a message has no field \"mov\"; did you mean \"move\"?"),
        ("m.move \"x\"", "rules.lua:2: rule r: move is called with a colon: m:move"),
        (
            "m:move \"A\" { after = \"1d\" }",
            "rules.lua:2: rule r: options go second, in parentheses: move \"Folder\" or"
                + " move(\"Folder\", { after = \"30d\" })"
        ),
        ("m.subject = \"x\"", "rules.lua:2: rule r: m is read-only"),
        ("m.flags.seen = true", "rules.lua:2: rule r: flags are changed by m:mark and m:unmark"),
        ("counter = 1", "rules.lua:2: rule r: global \"counter\" cannot be set; write local counter"),
        ("print(cuonter)", "rules.lua:2: rule r: there is no global \"cuonter\""),
        (
            "local x = nil\nprint(x.y)",
            "rules.lua:3: rule r: attempt to index a nil value (local 'x')"
        ),
        ("return { \"trash\" }", "rules.lua:1: rule r: value 1 of the list is no action, but \"trash\""),
        ("m:move(\"X\", { aftr = 1 })", "rules.lua:2: rule r: move has no option \"aftr\"; did you mean \"after\"?"),
        (
            "m:notify { channel = \"zzzzz\" }",
            "rules.lua:2: rule r: no notify channel \"zzzzz\" in the configuration"
        ),
        (
            "m:move \"A\"\nm:move \"B\"",
            "rules.lua:3: rule r: move \"B\" conflicts with move \"A\", which it asked for (rules.lua:2);"
                + " rule \"r\" cannot have both"
        ),
        (
            "m:forward { to = \"jane@acme.example\" }",
            "rules.lua:2: rule r: forward to jane@acme.example would come back: it is an address of a configured"
                + " account"
        ),
        ("m:is(\"x\")", "rules.lua:2: rule r: m:is takes a condition, not \"x\""),
        ("rule \"x\" { run = { stop } }", "rules.lua:2: rule r: rules are made while their file loads"),
        ("error({})", "rules.lua:2: rule r: error object is a table"),
        (
            "state.f = print",
            "rules.lua:2: rule r: state keeps texts, numbers, true, false and tables of them,"
                + " not a function"
        ),
        ("if size > 5 then end", "rules.lua:2: rule r: size cannot be compared; use size:over :under"),
        (
            "list.file \"x\"",
            "rules.lua:2: rule r: lists are read while the rules load: put list.file outside functions"
        ),
    ])
    func aMistakeFailsTheRule(body: String, told: String) async throws {
        #expect(try await failure(body) == told)
    }

    @Test(arguments: ["m:mark \"seen\"", "m:stop()"])
    func aWhenOnlyAsks(call: String) async throws {
        let bench = try await RuleBench("rule \"r\" { when = function(m) \(call) end, run = { trash } }")
        #expect(
            try await bench.failure(.whole()).description
                == "rules.lua:1: rule r: a when only asks; actions belong into run")
    }

    @Test func anAccountThatCannotSendIsToldWhenAFunctionSends() async throws {
        let bench = try await RuleBench(
            "rule \"r\" { run = function(m) m:forward { to = \"x@example.com\" } end }",
            environment: RuleEnvironment(accounts: [
                RuleAccount(name: RuleBench.account("home"), addresses: [], canSend: false)
            ]))
        let failure = try await bench.failure(.whole())
        #expect(failure.message.hasPrefix("account \"home\" cannot send"))
    }

    @Test(arguments: [
        "while true do end", "while true do pcall(function() while true do end end) end",
        "string.rep(\"x\", 1 << 40)", "local t = {} for i = 1, 1 << 40 do t[i] = i end",
        "(\"a\"):rep(3000):find(\".-.-b\")", "regex(\"^(a+)+$\"):match((\"a\"):rep(60) .. \"b\")",
        "while true do m:is(from:exists()) end", "while true do print(m.subject) end",
        "while true do local c = from:is \"x\" end", "while true do m:log(tostring({})) end",
        "local i = 0 while true do i = i + 1 state[i] = i end", "local c = bulk while true do c = c & c end",
        "local c = bulk while true do c = ~c end", "while true do m:is(body:contains \"zzz\") end",
        "local i = 0 while true do i = i + 1 regex(\"a\" .. i) end",
    ])
    func whatDoesNotEndIsEnded(body: String) async throws {
        var limits = RuleLimits.standard
        limits.steps = 300_000
        limits.memory = 8 << 20
        let bench = try await RuleBench("rule \"r\" { run = function(m)\n\(body) end }", limits: limits)
        let failure = try await bench.failure(.whole())
        #expect(failure.position.file == "rules.lua")
        // The runtime lives on.
        #expect(try await bench.failure(.whole()).position == failure.position)
    }

    @Test func aSpentBudgetIsSaid() async throws {
        var limits = RuleLimits.standard
        limits.steps = 50_000
        let bench = try await RuleBench("rule \"r\" { run = function(m)\nwhile true do end end }", limits: limits)
        let failure = try await bench.failure(.whole())
        #expect(failure.spentBudget)
        #expect(failure.description == "rules.lua:2: rule r: this rule used up its step budget (50000 steps)")
        #expect(failure.traceback.contains("rules.lua:2"))
    }

    @Test func stateSurvivesAndExpires() async throws {
        let body = """
            print(state.count, seen_before("k", "1h"), rate("x", 2, "1h"), rate("x", 2, "1h"), rate("x", 2, "1h"))
            state.count = (state.count or 0) + 1
            print(state.count)
            """
        let bench = try await RuleBench("rule \"r\" { run = function(m) \(body) end }")
        let first = try await bench.decide(.whole())
        #expect(first.log == ["nil\tfalse\ttrue\ttrue\tfalse", "1"])
        let state = RuleStateSnapshot(first.stateChanges)
        #expect(try await bench.decide(.whole(), state: state).log == ["1\ttrue\tfalse\tfalse\tfalse", "2"])
        guard
            case .decided(let later) = await bench.runtime.decide(
                .whole(), state: state, now: RuleBench.now + 3_601)
        else {
            Issue.record("not decided")
            return
        }
        #expect(later.log == ["1\tfalse\ttrue\ttrue\tfalse", "2"])
    }

    @Test func theSameMessageGivesTheSameChance() async throws {
        let body = "print(math.random(1000000), os.time(), now())"
        let one = try await printed(body)
        #expect(try await printed(body) == one)
        #expect(try await printed(body, .whole(RuleMessage.receipt.replacing("r1@", with: "r2@"))) != one)
    }

    @Test func aDelayedSnoozeBeginsWhenItIsDue() async throws {
        let bench = try await RuleBench(
            """
            rule "a" { run = { snooze("2h", { after = "1d" }) } }
            rule "b" { run = { snooze("07:30", { after = "1d" }) } }
            """)
        let actions = try await bench.decide(.whole()).actions
        let begin = try #require(actions.first?.after)
        guard case .snooze(let first) = actions.first?.action, case .snooze(let second) = actions.last?.action else {
            Issue.record("no snooze: \(actions)")
            return
        }
        #expect(begin == 86_400 && actions.count == 2)
        #expect(first == RuleBench.now + 86_400 + 7_200)
        #expect(second > RuleBench.now + 86_400 && second <= RuleBench.now + 2 * 86_400)
    }

    @Test func timesAreThoseOfTheConfiguredZone() async throws {
        // Berlin: an hour ahead of UTC in winter, two in summer.
        let body = """
            print(os.date("%Y-%m-%d %H:%M:%S %z"), os.date("!%H"), os.date("*t").hour)
            local noon = os.time { year = 2026, month = 7, day = 1, hour = 12 }
            print(noon, os.date("%H:%M", noon), os.time { year = 2026, month = 3, day = 29, hour = 2, min = 30 })
            print(pcall(os.date, "%c", math.maxinteger))
            """
        let log = try await printed(body)
        #expect(
            log == [
                "2026-03-02 13:00:00 +0100\t12\t13", "1782900000\t12:00\t1774747800",
                "false\tdate result cannot be represented in this installation",
            ])
    }

    @Test func snoozeKnowsTheTimeZone() async throws {
        let bench = try await RuleBench(
            """
            rule "a" { continue = true, run = { snooze "07:30" } }
            """)
        // 07:30 in Berlin on the next day, an hour behind UTC.
        #expect(try await bench.decide(.whole()).actions.map(\.action) == [.snooze(until: 1_772_519_400)])
    }
}
