import Foundation
import TestKit
import Testing

/// What can be found out before a rule touches any mail: `check`, `test`, `repl`.
@Suite(.inTurn, .timeLimit(.minutes(5)))
struct TrialTests {
    static let rules = """
        rule "receipts" {
          when = from:domain "apple.com" & subject:contains "receipt",
          run  = { mark "seen", move "Receipts" },
        }
        """

    static func setup(_ files: [String: String] = [:], rules: String = rules) async throws -> PostmoonSetup {
        var account = try await SharedServers.dovecot().account("nobody")
        account.imap.port = 1
        return try PostmoonSetup(accounts: [account], rules: rules, files: files)
    }

    // MARK: test

    @Test
    func `test tells what differs and why, and ends with 1`() async throws {
        let setup = try await Self.setup([
            "rules/tests/a.lua": """
            test "filed" {
              message = message { from = "a@apple.com", subject = "Your receipt" },
              expect  = { mark "seen", move "Receipts" },
              rules   = { "receipts" },
            }
            test "not filed" { message = file "other.eml", expect = { move "Receipts" } }
            """,
            "rules/tests/other.eml": "From: b@example.net\r\nSubject: A receipt\u{1B}[31m\r\n\r\nx\r\n",
        ])
        let result = try await setup.run("test", "--json")
        #expect(result.status == 1)
        let tests = try result.objects()
        let keys: Set = ["test", "file", "line", "ok", "expected", "actual", "evidence", "error", "rules"]
        #expect(tests.allSatisfy { $0.keys.isSuperset(of: keys) })
        #expect(tests.map { $0.text("test") } == ["filed", "not filed"])
        #expect(tests.map { $0.flag("ok") } == [true, false])
        #expect(tests.map { $0.text("file") } == ["tests/a.lua", "tests/a.lua"])
        #expect(tests.map { $0.number("line") } == [1, 6])
        #expect(tests[0].objects("actual").map { $0.text("action") } == ["mark", "move"])
        #expect(tests[1].objects("expected").map { $0.text("folder") } == ["Receipts"])
        #expect(tests[1].objects("actual").isEmpty)
        let evidence = try #require(tests[1].objects("evidence").first)
        #expect(evidence.text("rule") == "receipts")
        #expect(evidence.objects("tests").first?.text("value") == "b@example.net")

        let text = try await setup.run("test")
        #expect(text.status == 1)
        #expect(text.output.contains("ok    filed  (tests/a.lua:1)"))
        #expect(text.output.contains("FAIL  not filed  (tests/a.lua:6)"))
        #expect(text.output.contains("missing     move \"Receipts\""))
        #expect(text.output.contains("no   from:domain \"apple.com\"   “b@example.net”"))
        #expect(text.output.contains("2 tests, 1 failed"))
        #expect(!text.output.contains("\u{1B}"))
    }

    @Test
    func `test takes files, and ends with 0, 1 or 2`() async throws {
        let passing = "test \"t\" { message = message {}, expect = {} }"
        let setup = try await Self.setup([
            "rules/tests/a.lua": passing, "rules/tests/b.lua": "test \"u\" { message = massage {}, expect = {} }",
            "elsewhere.lua": passing,
        ])
        #expect(try await setup.run("test", setup.folder.file("rules/tests/a.lua")).status == 0)
        #expect(try await setup.run("test", "a.lua").status == 0)
        #expect(try await setup.run("test", setup.folder.file("elsewhere.lua")).status == 0)
        let wrong = try await setup.run("test", "b.lua")
        #expect(wrong.status == 1)
        #expect(wrong.output.contains("tests/b.lua:1: there is no global \"massage\"; did you mean \"message\"?"))
        #expect(try await setup.run("test", "c.lua").status == 2)
        try setup.replaceRules("rule \"r\" {")
        let broken = try await setup.run("test", "a.lua")
        #expect(broken.status == 1)
        #expect(broken.output.contains("rules.lua:1"))
        try FileManager.default.removeItem(atPath: setup.folder.file("rules"))
        #expect(try await setup.run("test").status == 2)
        #expect(try await Self.setup().run("test").output.contains("there are no tests"))
    }

    // MARK: check

    @Test
    func `check finds rules that never run and mistakes in functions and tests`() async throws {
        let setup = try await Self.setup(
            ["rules/tests/t.lua": "test \"t\" { expect = {} }"],
            rules: """
                rule "all" { run = { archive } }
                rule "behind" { when = bulk, run = { trash } }
                rule "typo" { on = { "new", "moved_in" }, run = function(m) m:mvoe(m.subject) end }
                rule "odd" { on = { "new", "moved_in" }, when = subject:is "a" & subject:is "b", run = { trash } }
                """)
        let result = try await setup.run("check")
        #expect(result.status == 1)
        #expect(
            result.lines.prefix(4) == [
                #"rules.lua:2: rule "behind" never runs: rule "all" (rules.lua:1) before it ends the run for every message"#,
                #"rules.lua:3: a message has no field "mvoe"; did you mean "move"?"#,
                #"rules.lua:4: warning: rule "odd" hardly ever matches: subject:is "a" and subject:is "b" ask for two different values of one"#,
                #"tests/t.lua:1: test "t" has no message; it takes message = message { ... } or message = file "x.eml""#,
            ])
        let findings = try await setup.run("check", "--json").objects()
        #expect(findings.map { $0.text("severity") } == ["error", "error", "warning", "error"])
        #expect(findings.map { $0.text("rule") } == ["behind", "typo", "odd", nil])
        #expect(findings.map { $0.number("line") } == [2, 3, 4, 1])
        #expect(findings.allSatisfy { $0.keys == ["file", "line", "severity", "message", "rule"] })

        try setup.replaceRules(#"rule "odd" { when = subject:is "a" & subject:is "b", run = { trash } }"#)
        try FileManager.default.removeItem(atPath: setup.folder.file("rules/tests"))
        let warned = try await setup.run("check")
        #expect(warned.status == 0, "\(warned)")
        #expect(warned.output.contains("1 rule for 1 account: no errors, 1 warning"))
    }

    @Test
    func `check --online asks the server for the folders that rules name`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        var account = server.account(user)
        account.extra = #"watch = ["INBOX", "Suport"]"#
        for folder in ["Receipts", "Support"] { try await server.doveadm("mailbox", "create", "-u", user, folder) }
        let setup = try PostmoonSetup(
            accounts: [account],
            rules: """
                rule "slip" { when = bulk, run = { move "Reciepts" } }
                rule "strict" { when = automated, run = { move("Bills", { create = false }) } }
                rule "fine" { run = { copy "Receipts", trash } }
                """)
        #expect(try await setup.run("check").status == 0)
        let result = try await setup.run("check", "--online", "--json")
        #expect(result.status == 1)
        let findings = try result.objects()
        #expect(
            findings.map { $0.text("message") ?? "" } == [
                "[accounts.lab]: watch names “Suport”, and there is no such folder",
                #"folder "Reciepts" would be made in account "lab"; did you mean "Receipts"?"#,
                #"there is no folder "Bills" in account "lab", and create = false"#,
            ])
        #expect(findings.map { $0.text("severity") } == ["error", "warning", "error"])
        let offline = try await Self.setup().run("check", "--online")
        #expect(offline.status == 1)
        #expect(offline.output.contains("the server could not be asked for its folders"))
    }

    // MARK: repl

    @Test
    func `repl evaluates what it is told about a file, and outlives mistakes`() async throws {
        let setup = try await Self.setup()
        let file = try setup.folder.write(
            "m.eml", "From: \"Apple\" <no_reply@apple.com>\r\nSubject: Your receipt\r\n\r\nTotal: 5\u{1B}[31m\r\n")
        let answers = try await setup.run(
            "repl", file, "--json",
            input: """
                m.from.domain
                local x = m.subject:upper()
                x, #m.to
                subject:contains "receipt" & from:is "b@c.d"
                m:move "X"
                m.subjct
                while true do end
                function f(a)
                  return a + 1
                end
                f(41)
                { 1, "two", k = { m.from } }
                :rules
                :rule receipts
                :rule nothing
                :plan
                :quit
                m.from
                """
        ).objects()
        #expect(
            answers.map { $0.texts("values") } == [
                ["\"apple.com\""], [], ["\"YOUR RECEIPT\"", "0"], ["false"], [], [], [], [], ["42"],
                ["{ 1, \"two\", k = { Apple <no_reply@apple.com> } }"], [], [], [], [],
            ])
        #expect(answers[3].objects("evidence").first?.objects("tests").map { $0.flag("result") } == [true, false])
        #expect(answers[4].texts("actions") == ["move \"X\""])
        #expect(answers[5].text("error") == "a message has no field \"subjct\"; did you mean \"subject\"?")
        #expect(answers[6].text("error")?.contains("budget") == true)
        let plan = ["mark \"seen\"", "move \"Receipts\""]
        #expect(answers[10].objects("evidence").map { $0.text("rule") } == ["receipts"])
        #expect(answers[10].texts("actions") == plan)
        #expect(answers[11].texts("actions") == plan)
        #expect(answers[12].text("error") == "there is no rule “nothing”; there are “receipts”")
        #expect(answers[13].texts("actions") == plan)

        let text = try await setup.run("repl", file, input: "m.text\nm\n:help\n")
        #expect(text.status == 0)
        #expect(!text.output.contains("\u{1B}"))
        #expect(text.output.contains("Total: 5\\u{1b}[31m"))
        #expect(text.output.contains("subject = \"Your receipt\""))
        #expect(text.output.contains(":rule NAME"))
        #expect(try await setup.run("repl", "no-such-file", input: "").status == 2)
    }

    @Test
    func `repl looks at a message on the server and leaves it as it is`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        try await server.deliver(Letter("Your receipt", from: "a@apple.com"), to: user)
        let setup = try PostmoonSetup(accounts: [server.account(user)], rules: Self.rules)
        let result = try await setup.run("repl", "lab/INBOX/1", input: "m.uid\nm:trash()\n:plan\n")
        #expect(result.output == "1\nwould: trash\nwould: mark \"seen\", move \"Receipts\"\n", "\(result)")
        #expect(server.messages(of: user).map(\.flags) == [[]])
        #expect(try await setup.run("repl", "lab/INBOX/9", input: "").status == 1)
        #expect(try await setup.run("log", "--json").status == 1)
    }
}
