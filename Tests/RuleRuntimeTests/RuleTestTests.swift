import MailModel
import Testing

@testable import RuleRuntime

/// Rules and a test file beside them, run.
struct TestBench {
    let runtime: RuleRuntime
    let tests: RuleTests

    init(_ rules: String, tests source: String, files: [String: String] = [:]) async throws {
        let folder = RuleFolder(
            files: [.init(name: "rules.lua", content: rules)], lists: files.mapValues { Array($0.utf8) })
        runtime = try await RuleRuntime(
            folder: folder, environment: RuleBench.environment, executor: RuleExecutor(label: "test"))
        tests = RuleTests.load(
            [.init(name: "tests/t.lua", content: source)], beside: folder, environment: RuleBench.environment,
            now: RuleBench.now)
    }

    /// The verdict on the only test.
    func verdict() async throws -> RuleTestVerdict {
        #expect(tests.problems.map(\.description) == [])
        guard let test = tests.tests.first, tests.tests.count == 1 else {
            Issue.record("\(tests.tests.count) tests")
            throw RuleBench.Unexpected()
        }
        return await runtime.run(test)
    }

    static func verdict(
        _ rules: String, _ test: String, files: [String: String] = [:]
    ) async throws -> RuleTestVerdict {
        try await TestBench(rules, tests: "test \"t\" { \(test) }", files: files).verdict()
    }

    static func problems(_ source: String) async throws -> [String] {
        try await TestBench("", tests: source).tests.problems.map(\.description)
    }
}

@Suite struct RuleTestTests {
    static let rules = """
        rule "receipts" {
          when = from:domain "apple.com" & subject:contains "receipt",
          run  = { mark "seen", move "Receipts" },
        }
        """

    @Test(arguments: [
        (#"expect = { mark "seen", move "Receipts" }"#, true),
        (#"expect = { move "Receipts", mark "seen" }, rules = { "receipts" }"#, true),
        (#"rules = { "receipts" }"#, true),
        (#"expect = { move "Receipts" }"#, false),
        (#"expect = { mark "seen", move "Receipts", mark "flagged" }"#, false),
        (#"expect = { mark "seen", move("Receipts", { after = "1d" }) }"#, false),
        (#"expect = { mark "seen", move "receipts" }"#, false),
        (#"expect = {}"#, false),
        (#"rules = {}"#, false),
    ])
    func theWholePlanIsCompared(expectation: String, passes: Bool) async throws {
        let message = #"message { from = "no_reply@email.apple.com", subject = "Your receipt" }"#
        let verdict = try await TestBench.verdict(Self.rules, "message = \(message), \(expectation)")
        #expect(verdict.isOK == passes)
        #expect(verdict.actual.map(\.written) == [#"mark "seen""#, #"move "Receipts""#])
        #expect(verdict.evidence.first?.tests.count == 2)
    }

    @Test func whatDiffersIsNamed() async throws {
        let verdict = try await TestBench.verdict(
            Self.rules,
            #"""
            message = message { from = "no_reply@apple.com", subject = "Your receipt" },
            expect = { mark "seen", mark "flagged" }
            """#)
        #expect(verdict.missing.map(\.written) == [#"mark "flagged""#])
        #expect(verdict.surplus.map(\.written) == [#"move "Receipts""#])
        #expect(verdict.surplus.map(\.rule) == ["receipts"])
    }

    @Test(arguments: [
        (#"{ subject = "Ünïcode" }"#, #"m.subject == "Ünïcode""#),
        (#"{ from = "Jörg Maier <j@example.org>" }"#, #"m.from.name == "Jörg Maier" and m.from.localpart == "j""#),
        (#"{ to = { "a@example.org", "B <b@example.org>" } }"#, #"#m.to == 2 and m.to[2].name == "B""#),
        (
            #"{ cc = "c@x.org", bcc = "d@x.org", reply_to = "e@x.org", sender = "f@x.org" }"#,
            #"m.cc[1].address .. m.bcc[1].address .. m.reply_to[1].address .. m.sender.address"#
                + #" == "c@x.orgd@x.orge@x.orgf@x.org""#
        ),
        (#"{ text = "one\nGröße" }"#, #"m.text == "one\nGröße" and m.html == "" and #m.attachments == 0"#),
        (#"{ html = "<p>hi</p>" }"#, #"m.html == "<p>hi</p>" and m.text:find "hi""#),
        (#"{ text = "plain", html = "<b>rich</b>" }"#, #"m.text == "plain" and m.html == "<b>rich</b>""#),
        (
            #"{ text = "t", attachments = { { filename = "a \"b\".pdf", type = "application/pdf", content = "12345" } } }"#,
            #"m.text == "t" and m.attachments[1].filename == 'a "b".pdf' and m.attachments[1].size == 5"#
                + #" and m.attachments[1].type == "application/pdf" and m.attachments[1].content == "12345""#
        ),
        (
            #"{ headers = { ["X-A"] = { "1", "2" }, ["List-Post"] = "y" } }"#,
            #"#m:header_all "X-A" == 2 and m.headers["list-post"] == "y""#
        ),
        (
            #"{ message_id = "a@b", in_reply_to = "<c@d>", references = { "e@f", "g@h" }, list_id = "l.example.org" }"#,
            #"m.message_id == "a@b" and m.in_reply_to == "c@d" and m.references[2] == "g@h""#
                + #" and m.list_id == "l.example.org""#
        ),
        (#"{ date = "2020-01-02 03:04" }"#, #"m.date == 1577930640"#),
        (#"{ date = "Thu, 02 Jan 2020 03:04:00 +0000" }"#, #"m.date == 1577934240 and m.received == m.date"#),
        (#"{ received = 1577934240 }"#, #"m.received == 1577934240"#),
        (
            #"{ headers = { Received = "from a by b; Thu, 02 Jan 2020 03:04:00 +0000" } }"#,
            #"m.received == 1577934240"#
        ),
        (#"{}"#, #"m.received == now() and m.date == now() and m.uid == 1 and m.folder == "INBOX""#),
        (
            #"{ uid = 7, size = "5MB", account = "work" }"#,
            #"m.uid == 7 and m.size == 5000000 and m.account == "work""#
        ),
        (#"{ flags = { "seen", "Work" } }"#, #"m.flags.seen and m.flags.work and not m.flags.flagged"#),
        // Nothing begins a further line.
        (#"{ subject = "a\r\nBcc: x@y.org" }"#, #"#m.bcc == 0 and m.subject == "a Bcc: x@y.org""#),
    ])
    func aMessageIsWhatItSays(message: String, holds: String) async throws {
        let rules = "rule \"r\" { when = function(m) return \(holds) end, run = { mark \"flagged\" } }"
        let verdict = try await TestBench.verdict(
            rules, "message = message \(message), expect = { mark \"flagged\" }")
        #expect(verdict.isOK, "\(verdict)")
    }

    @Test(arguments: [
        (#"on = "new""#, #"event = "new""#),
        (#"on = "moved_in""#, #"event = "moved_in""#),
        (#"on = "removed""#, #"event = "removed""#),
        (
            #"on = "flags", when = function(m) return m.event.added.seen and not m.event.removed.seen end"#,
            #"event = { kind = "flags", added = { "seen" } }"#
        ),
        (#"on = "schedule", every = "1d", folder = "News""#, #"event = "schedule", folder = "News""#),
        (#"on = "schedule", at = "07:30""#, #"event = { kind = "schedule", rule = "r" }"#),
        (#"folder = "Old/*""#, #"event = "sweep", folder = "Old/2020""#),
    ])
    func everyEventCanBeTested(rule: String, message: String) async throws {
        let rules = "rule \"r\" { \(rule), run = { mark \"flagged\" } }"
        let verdict = try await TestBench.verdict(
            rules, "message = message { \(message) }, expect = { mark \"flagged\" }")
        #expect(verdict.isOK, "\(verdict)")
        let other = message.contains("\"new\"") ? "removed" : "new"
        let elsewhere = try await TestBench.verdict(rules, "message = message { event = \"\(other)\" }, expect = {}")
        #expect(elsewhere.isOK, "\(elsewhere)")
    }

    @Test func theTimeAndWhatRulesRememberCanBeSet() async throws {
        let rules = """
            rule "old" {
              when = older "7d",
              run = function(m) state.count = (state.count or 0) + 1; if state.count > 2 then m:trash() end end
            }
            """
        let message = #"message { received = "2026-01-01" }"#
        let late = #"now = "2026-02-01""#
        let passes = [
            "message = \(message), now = \"2026-01-02\", rules = {}, expect = {}",
            "message = \(message), \(late), rules = { \"old\" }, expect = {}",
            "message = \(message), \(late), state = { old = { count = 2 } }, expect = { trash }",
        ]
        for test in passes {
            let verdict = try await TestBench.verdict(rules, test)
            #expect(verdict.isOK, "\(test): \(verdict)")
        }
    }

    @Test(arguments: [
        (#"before = { message { subject = "x" } }, message = message { subject = "x" }"#, true),
        (#"before = { message { subject = "y" } }, message = message { subject = "x" }"#, false),
        (
            #"before = { message { subject = "x" }, message { subject = "y" } }, message = message { subject = "y" }"#,
            true
        ),
        (
            #"before = { message { subject = "x", received = "2026-02-20" } }, message = message { subject = "x" }"#,
            false
        ),
        (#"message = message { subject = "x" }"#, false),
    ])
    func whatCameBeforeIsRemembered(messages: String, matches: Bool) async throws {
        let rules = "rule \"again\" { when = function(m) return seen_before(m.subject, \"7d\") end, run = { trash } }"
        let verdict = try await TestBench.verdict(rules, "\(messages), expect = \(matches ? "{ trash }" : "{}")")
        #expect(verdict.isOK, "\(verdict)")
    }

    @Test(arguments: ["{}", "{ \"x\" }", "message {}", "{ message {}, 1 }", "{ { subject = \"x\" } }"])
    func onlyMessagesComeBefore(before: String) async throws {
        let problems = try await TestBench.problems(
            "test \"t\" { before = \(before), message = message {}, expect = {} }")
        let told = #"tests/t.lua:1: test "t" has a before that is no list of messages: before = { message { ... } }"#
        #expect(problems == [told])
    }

    @Test(arguments: [
        #"forward { to = "a@b.org", note = "hi" }"#, #"notify { channel = "phone", title = "t", body = "b" }"#,
        #"reply { text = "t", subject = "s" }"#, #"move("X", { create = false })"#, #"keyword "Work""#,
        #"snooze "2h""#, #"trash { after = "30d", recheck = true }"#, #"log "x""#,
    ])
    func anExpectationMatchesTheActionAsItIsWritten(action: String) async throws {
        let rules = "rule \"r\" { account = \"home\", run = { \(action) } }"
        let verdict = try await TestBench.verdict(rules, "message = message {}, expect = { \(action) }")
        #expect(verdict.isOK, "\(verdict)")
        let other = try await TestBench.verdict(rules, "message = message {}, expect = { mark \"answered\" }")
        #expect(!other.isOK)
    }

    @Test(arguments: [
        (#"forward { to = "a@b.org", note = "hi" }"#, #"forward { to = "a@b.org" }"#, true),
        (#"forward { to = "a@b.org" }"#, #"forward { to = "a@b.org", note = "hi" }"#, false),
        (#"forward { to = "a@b.org", first = true }"#, #"forward { to = "a@b.org" }"#, false),
        (#"notify { channel = "phone", body = "b" }"#, #"notify { channel = "phone" }"#, true),
        (#"move("X", { create = false })"#, #"move "X""#, true),
        (#"keyword "Work""#, #"mark "work""#, true),
        (#"move "work:X""#, #"move "X""#, false),
        (#"log "x""#, #"mark "seen""#, false),
    ])
    func textsThatAreLeftOutAreNotCompared(action: String, expected: String, passes: Bool) async throws {
        let verdict = try await TestBench.verdict(
            "rule \"r\" { account = \"home\", run = { \(action) } }", "message = message {}, expect = { \(expected) }")
        #expect(verdict.isOK == passes, "\(verdict)")
    }

    @Test func aFileIsFoundBesideTheTestAndInTheFolder() async throws {
        let files = ["tests/a.eml": "Subject: receipt\nFrom: x@apple.com\n\nhi\n", "b.eml": "Subject: other\n\n"]
        for (file, options, expect) in [
            ("a.eml", "", #"{ mark "seen", move "Receipts" }"#), ("b.eml", "", "{}"),
            ("a.eml", #", { event = "removed" }"#, "{}"),
        ] {
            let verdict = try await TestBench.verdict(
                Self.rules, "message = file(\"\(file)\"\(options)), expect = \(expect)", files: files)
            #expect(verdict.isOK, "\(file): \(verdict)")
        }
    }

    @Test func whatADryRuleWouldAddIsNotDone() async throws {
        let verdict = try await TestBench.verdict(
            #"rule "dry" { dry_run = true, run = { trash } }"#, "message = message {}, expect = {}")
        #expect(verdict.isOK)
        #expect(verdict.proposed.map(\.written) == ["trash"])
    }

    @Test(arguments: [
        (#"rule "r" { run = function(m) error "no" end }"#, "expect = {}", "rules.lua:1: rule r: no"),
        (
            #"rule "apples" { run = { trash } }"#, #"rules = { "aples" }"#,
            #"there is no rule "aples"; did you mean "apples"?"#
        ),
        (
            #"rule "r" { run = { trash } }"#, "expect = { trash }, message = message { event = \"schedule\" }",
            #"event = "schedule" does not say of which rule: event = { kind = "schedule", rule = "Name" }"#
        ),
    ])
    func aTestThatCannotBeComparedSaysWhy(rules: String, test: String, error: String) async throws {
        let message = test.contains("message =") ? "" : "message = message {}, "
        let verdict = try await TestBench.verdict(rules, message + test)
        #expect(!verdict.isOK)
        #expect(verdict.error == error)
    }
}

/// What is wrong in a test file is said with its line and the nearest name.
@Suite struct RuleTestMistakeTests {
    @Test(arguments: [
        (
            "\ntest \"t\" { message = message { form = \"x\" }, expect = {} }",
            #"tests/t.lua:2: message has no key "form"; did you mean "from"?"#
        ),
        (
            "test \"t\" { mesage = message {}, expect = {} }",
            #"tests/t.lua:1: test "t" has no key "mesage"; did you mean "message"?"#
        ),
        (
            "test \"t\" { message = message {} }",
            #"tests/t.lua:1: test "t" expects nothing; give it expect = { ... } (empty: nothing happens) or"#
                + " rules = { ... }"
        ),
        (
            "test \"t\" { expect = {} }",
            #"tests/t.lua:1: test "t" has no message; it takes message = message { ... } or message = file "x.eml""#
        ),
        (
            "test \"t\" {\n message = message {},\n expect = { moev \"x\" },\n}",
            #"tests/t.lua:3: there is no global "moev"; did you mean "move"?"#
        ),
        (
            "test \"t\" { message = message {}, expect = { stop } }",
            #"tests/t.lua:1: test "t" expects stop, which does nothing to a message; leave it out"#
        ),
        ("\n\nmove \"x\"", "tests/t.lua:3: this move is in no test's expect"),
        ("\ntest \"t\"", #"tests/t.lua:2: test "t" has no { ... } behind its name"#),
        (
            "rule \"r\" { run = { trash } }",
            "tests/t.lua:1: a test file has no rules; they stand in the rules folder"
        ),
        ("message { flags = { 1 } }", "tests/t.lua:1: flags is a text or a list of texts, not 1"),
        (
            "message { event = \"newt\" }",
            #"tests/t.lua:1: event "newt" is none (new, moved_in, removed, flags, schedule, sweep); did you mean "new"?"#
        ),
        (
            "message { account = \"hom\" }",
            #"tests/t.lua:1: account "hom" is not configured; did you mean "home"?"#
        ),
        (
            "message { received = \"yesterday\" }",
            #"tests/t.lua:1: received is a date like "2030-01-31 08:00", or seconds since 1970, not "yesterday""#
        ),
        (
            "message { attachments = { { name = \"x\" } } }",
            #"tests/t.lua:1: an attachment has no key "name""#
        ),
        ("message { headers = { [\"a b\"] = \"x\" } }", #"tests/t.lua:1: "a b" cannot be a header's name"#),
        ("file \"none.eml\"", #"tests/t.lua:1: no file "none.eml" in the rules folder"#),
        ("x = 1", #"tests/t.lua:1: global "x" cannot be set; write local x"#),
    ])
    func isNamed(source: String, told: String) async throws {
        #expect(try await TestBench.problems(source) == [told])
    }

    @Test func anEndlessFileEnds() async throws {
        let folder = RuleFolder(files: [])
        var limits = RuleLimits.standard
        limits.loadSteps = 100_000
        let tests = RuleTests.load(
            [.init(name: "tests/t.lua", content: "while true do pcall(error) end")], beside: folder,
            environment: RuleBench.environment, now: 0, limits: limits)
        #expect(tests.problems.count == 1)
    }

    @Test func ruleFilesHaveNoTests() async throws {
        let problems = await RuleBench.problems("local t = test")
        #expect(problems.first?.hasPrefix(#"rules.lua:1: there is no global "test""#) == true)
    }

    @Test func testFilesStayInTheFolder() throws {
        let parent = try TemporaryFolder()
        try parent.write("secret.eml", "Subject: x\n\n")
        try parent.write("rules/tests/a.lua", "test \"t\" { message = file \"../secret.eml\", expect = {} }")
        try parent.write("rules/tests/sub/b.lua", "")
        try parent.write("rules/tests/c.lua", "test \"t\" { message = file \"../../secret.eml\", expect = {} }")
        let folder = try RuleFolder.read("\(parent.path)/rules")
        let files = try folder.testFiles()
        #expect(files.map(\.name) == ["tests/a.lua", "tests/c.lua"])
        let tests = RuleTests.load(files, beside: folder, environment: RuleBench.environment, now: 0)
        #expect(
            tests.problems.map(\.description) == [
                "tests/a.lua:1: \"../secret.eml\" is outside the rules folder",
                "tests/c.lua:1: \"tests/../../secret.eml\" is outside the rules folder",
            ])
        #expect(try folder.testFile("\(parent.path)/rules/tests/a.lua").name == "tests/a.lua")
        #expect(try folder.testFile("a.lua").name == "tests/a.lua")
        #expect(throws: RuleLoadError.self) { try folder.testFile("/nowhere/b.lua") }
        try parent.write("rules/tests/d.lua", "", mode: 0o666)
        #expect(throws: RuleLoadError.self) { try folder.testFiles() }
    }
}
