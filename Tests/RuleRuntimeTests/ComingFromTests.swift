import MailModel
import Testing

@testable import RuleRuntime

/// `docs/coming-from.md`: what it calls working code works, and what it promises a row for has one.
@Suite struct ComingFromTests {
    private let page: MarkdownPage
    private let folder: RecipeFolder

    init() throws {
        page = MarkdownPage(try RecipeFolder.text("docs/coming-from.md"))
        folder = try RecipeFolder()
    }

    @Test func wholeRulesLoadAndDecide() async throws {
        let blocks = page.blocks.filter { $0.language == "lua" }
        #expect(blocks.count >= 6)
        for block in blocks {
            let problem = await problem(of: block.text)
            #expect(problem == nil, "docs/coming-from.md:\(block.line): \(problem ?? "")")
        }
    }

    @Test func everyRowIsWorkingCode() async throws {
        let rows = page.rows.filter { $0.cells.count == 2 && !$0.cells[0].hasPrefix("---") }
        #expect(rows.count > 250)
        var checked = 0
        for row in rows {
            for code in MarkdownPage.codeSpans(row.cells[1]) where !Self.names.contains(code) {
                checked += 1
                let problem = await problem(ofSpan: code)
                #expect(problem == nil, "docs/coming-from.md:\(row.line): \(code): \(problem ?? "")")
            }
        }
        #expect(checked > 300)
    }

    @Test func whatIsNoCodeIsFound() async {
        for wrong in [
            "from:contians \"x\"", "subject", "move", "mvoe \"x\"", "on = \"flag\"", "m.subjcet", "m:move", "a & b",
            "forward { to = \"a@example.org\", cc = \"b\" }", "postmoon sweeep", "size:over \"5 apples\"",
        ] {
            #expect(await problem(ofSpan: wrong) != nil, "\(wrong)")
        }
    }

    @Test(arguments: OtherProgram.allCases)
    func everythingOfTheirsHasItsRow(program: OtherProgram) {
        let left = page.rows.map(\.cells[0])
        for name in program.conditionsAndActions {
            #expect(left.contains { $0.contains(name) }, "no row for \(name)")
        }
    }

    // MARK: Trying

    /// Names in the right column that are no code of rules.
    private static let names: Set<String> = [
        "when", "local", "regex", "postmoon.toml", "[accounts.NAME]", "oauth2", "watch", "idle", "poll", "timeout",
        "ca",
    ]
    private static let commands: Set<String> = [
        "init", "doctor", "check", "test", "run", "sweep", "inspect", "why", "log", "undo", "release", "pause",
        "resume",
        "status", "folders", "repl",
    ]

    /// Two accounts that may do everything.
    private static let environment = RuleEnvironment(
        accounts: [
            RuleAccount(name: RuleBench.account("home"), addresses: ["jane@icloud.com"]),
            RuleAccount(name: RuleBench.account("work"), addresses: ["jane@icloud.com", "jane@acme.example"]),
        ], channels: ["phone"], programs: ["archiver"], timezone: "Europe/Berlin")

    /// A span may be a condition, actions, keys of a rule, statements or a value in a function; a command.
    private func problem(ofSpan code: String) async -> String? {
        if code.hasPrefix("postmoon ") {
            let command = code.split(separator: " ")[1]
            return Self.commands.contains(String(command)) ? nil : "there is no such command"
        }
        var problems: [String] = []
        var forms = [
            "when = \(code), run = { stop }", "run = { \(code) }", "\(code), run = { stop }",
            "run = function(m) \(code) end",
        ]
        if code.contains("m.") || code.contains("os.") { forms.append("run = function(m) local value = \(code) end") }
        for form in forms {
            guard let problem = await problem(of: "rule \"row\" { \(form) }") else { return nil }
            problems.append(problem)
        }
        return problems.joined(separator: "; ")
    }

    private func problem(of source: String) async -> String? {
        var files = folder.rules.filter { $0.key.hasPrefix("lists/") }
        files["page.lua"] = source
        do {
            let bench = try await RuleBench(files: files, lists: folder.lists, environment: Self.environment)
            for event: RuleEvent in [.new, .flags(added: [.flagged], removed: []), .schedule(rule: "row"), .movedIn] {
                let outcome = await bench.runtime.decide(
                    .whole(Self.message, event: event), state: .empty, now: RuleBench.now)
                if case .failed(let failure) = outcome { return failure.message }
                if case .needs(let need) = outcome { return "needs \(need)" }
            }
            return nil
        } catch {
            return error.description
        }
    }

    /// With an attachment, several recipients, and headers that occur twice.
    private static let message = """
        Received: from mx1.example.org by mx2.example.org; Mon, 02 Mar 2026 11:58:30 +0000
        Received: from out.example.net by mx1.example.org; Mon, 02 Mar 2026 11:58:10 +0000
        Message-ID: <m1@example.net>
        Date: Mon, 02 Mar 2026 11:58:00 +0000
        From: Ada Example <ada@example.net>
        To: Jane <jane+shop@icloud.com>, team@acme.example
        Cc: boss@acme.example
        Subject: [urgent] order 17
        X-Tag: one
        MIME-Version: 1.0
        Content-Type: multipart/mixed; boundary="b"

        --b
        Content-Type: text/plain

        See the file.
        --b
        Content-Type: application/pdf
        Content-Disposition: attachment; filename="report.pdf"

        %PDF
        --b--

        """
}
