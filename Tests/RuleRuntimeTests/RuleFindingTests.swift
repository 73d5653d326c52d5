import MailModel
import Testing

@testable import RuleRuntime

/// Rules that load, and what is wrong with them all the same.
@Suite struct RuleFindingTests {
    /// `error 1: text` for each finding.
    static func findings(_ source: String, lists: [String: String] = [:]) async throws -> [String] {
        try await RuleBench(source, lists: lists).runtime.findings().map {
            "\($0.severity) \($0.position.line): \($0.message)"
        }
    }

    /// A rule with one condition, in the account that can send.
    static func judged(_ condition: String) async throws -> [String] {
        try await findings("rule \"r\" { when = \(condition), run = { mark \"seen\" } }")
    }

    // MARK: Rules that never run

    @Test func aRuleBehindOneThatTakesEverythingNeverRuns() async throws {
        let told = try await Self.findings(
            """
            rule "all" { run = { archive } }
            rule "behind" { when = from:is "a@b.org", run = { trash } }
            """)
        #expect(
            told == [
                #"error 2: rule "behind" never runs: rule "all" (rules.lua:1) before it ends the run for every message"#
            ])
    }

    @Test(arguments: [
        // What is not ended goes on.
        (#"rule "a" { run = { mark "seen" } }"#, #"rule "b" { run = { trash } }"#, false),
        (#"rule "a" { continue = true, run = { archive } }"#, #"rule "b" { run = { mark "seen" } }"#, false),
        (#"rule "a" { dry_run = true, run = { archive } }"#, #"rule "b" { run = { trash } }"#, false),
        (#"rule "a" { enabled = false, run = { archive } }"#, #"rule "b" { run = { trash } }"#, false),
        (#"rule "a" { run = { archive { after = "1d" } } }"#, #"rule "b" { run = { trash } }"#, false),
        (#"rule "a" { run = function(m) m:archive() end }"#, #"rule "b" { run = { trash } }"#, false),
        (
            #"rule "a" { when = function(m) return true end, run = { archive } }"#, #"rule "b" { run = { trash } }"#,
            false
        ),
        (#"rule "a" { run = { stop } }"#, #"rule "b" { run = { trash } }"#, true),
        (#"rule "a" { continue = true, run = { archive, stop } }"#, #"rule "b" { run = { mark "seen" } }"#, true),
        (#"rule "a" { when = bulk | ~bulk, run = { archive } }"#, #"rule "b" { run = { trash } }"#, true),
        // Only where it is asked as well.
        (#"rule "a" { account = "home", run = { archive } }"#, #"rule "b" { run = { trash } }"#, false),
        (#"rule "a" { run = { archive } }"#, #"rule "b" { account = "home", run = { trash } }"#, true),
        (#"rule "a" { folder = "INBOX", run = { archive } }"#, #"rule "b" { run = { trash } }"#, false),
        (
            #"rule "a" { folder = "*", run = { archive } }"#, #"rule "b" { folder = "Team/Support", run = { trash } }"#,
            true
        ),
        (#"rule "a" { run = { archive } }"#, #"rule "b" { on = "flags", run = { trash } }"#, false),
        (#"rule "a" { on = { "new", "flags" }, run = { archive } }"#, #"rule "b" { run = { trash } }"#, true),
        (#"rule "a" { run = { archive } }"#, #"rule "b" { on = { "new", "moved_in" }, run = { trash } }"#, false),
        (#"rule "a" { run = { archive } }"#, #"rule "b" { on = "schedule", every = "1d", run = { trash } }"#, false),
        // The same condition, or a wider one.
        (#"rule "a" { when = bulk, run = { archive } }"#, #"rule "b" { when = bulk, run = { trash } }"#, true),
        (
            #"rule "a" { when = bulk, run = { archive } }"#, #"rule "b" { when = from:me() & bulk, run = { trash } }"#,
            true
        ),
        (
            #"rule "a" { when = bulk & from:me(), run = { archive } }"#, #"rule "b" { when = bulk, run = { trash } }"#,
            false
        ),
        (
            #"rule "a" { when = flag "seen", run = { archive } }"#,
            #"rule "b" { when = flag "seen", run = { trash } }"#, false
        ),
    ])
    func behindIsOnlyWhatIsBehind(first: String, second: String, isBehind: Bool) async throws {
        let told = try await Self.findings("\(first)\n\(second)")
        #expect(told.contains { $0.hasPrefix("error 2: rule \"b\" never runs: rule \"a\"") } == isBehind, "\(told)")
    }

    @Test(arguments: [
        (#"folder = "Old""#, true), (#"folder = { "Old", "INBOX" }"#, false), (#"folder = "Team/*""#, false),
        (#"folder = "Team/Support", account = "work""#, true), (#"folder = "inbox""#, false),
        (#"on = "schedule", every = "1d", folder = "Old""#, false), (#"enabled = false, folder = "Old""#, false),
    ])
    func aFolderThatNobodyWatchesNeverHasEvents(keys: String, never: Bool) async throws {
        let told = try await Self.findings("rule \"r\" { \(keys), run = { mark \"seen\" } }")
        #expect(told.isEmpty != never, "\(told)")
    }

    // MARK: Conditions

    @Test(arguments: [
        (#"size:over "5MB" & size:under "1MB""#, #"size:over "5MB" and size:under "1MB" exclude each other"#),
        (#"all { older "7d", bulk, newer "1d" }"#, #"older "7d" and newer "1d" exclude each other"#),
        (#"bulk & ~bulk"#, "bulk and ~bulk exclude each other"),
        (#"none { bulk, ~bulk }"#, "none {...}: one of its conditions always holds"),
        (#"flag "seen" & (bulk & ~flag "seen")"#, #"flag "seen" and ~flag "seen" exclude each other"#),
        (
            #"date:before "2020-01-01" & date:after "2021-01-01""#,
            #"date:before "2020-01-01" and date:after "2021-01-01" exclude each other"#
        ),
        (
            #"received:weekday { "sat", "sun" } & received:weekday { "mon" }"#,
            #"received:weekday { "sat", "sun" } and received:weekday { "mon" } exclude each other"#
        ),
        (
            #"received:between("22:00", "07:00") & received:between("08:00", "20:00")"#,
            #"received:between("22:00", "07:00") and received:between("08:00", "20:00") exclude each other"#
        ),
        (#"list_id:is "a.b" & list_id:ends ".c""#, #"list_id:is "a.b" and list_id:ends ".c" exclude each other"#),
        (
            #"list_id:starts "a" & list_id:starts "b""#,
            #"list_id:starts "a" and list_id:starts "b" exclude each other"#
        ),
        (
            #"(size:over "2MB" & size:under "1MB") | (bulk & ~bulk)"#,
            #"size:over "2MB" and size:under "1MB" exclude each other"#
        ),
    ])
    func whatNeverHoldsIsAnError(condition: String, reason: String) async throws {
        #expect(
            try await Self.judged(condition)
                == ["error 1: rule \"r\" never runs: its condition never holds (\(reason))"])
    }

    @Test(arguments: [
        (#"from:is "a@b.c" & from:is "d@e.f""#, "hardly ever matches"),
        (#"from:domain "a.org" & from:domain "b.org""#, "hardly ever matches"),
        (#"subject:is "a" & subject:is "b""#, "hardly ever matches"),
        (#"from:one_of {}"#, "the list of from:one_of {  } is empty"),
        (#"bulk | (size:over "5MB" & size:under "1MB")"#, "a part of its condition never holds"),
    ])
    func whatIsOnlyOddIsAWarning(condition: String, told: String) async throws {
        let findings = try await Self.judged(condition)
        #expect(findings.count == 1)
        #expect(
            findings.first?.hasPrefix("warning 1: ") == true && findings.first?.contains(told) == true, "\(findings)")
    }

    @Test(arguments: [
        #"size:over "1MB" & size:under "5MB""#, #"older "1d" & newer "7d""#, #"older "7d" | newer "1d""#,
        #"to:is "a@b.c" & to:is "d@e.f""#, #"from:domain "a.org" & from:domain "x.a.org""#,
        #"from:is "a@b.c" & from:contains "A""#, #"date:before "2020-01-01" & received:after "2021-01-01""#,
        #"subject:starts "a" & subject:starts "ab""#, #"header("X-A"):is "1" & header("X-A"):is "2""#,
        #"received:between("22:00", "07:00") & received:between("06:00", "09:00")"#, #"bulk | ~bulk"#,
        #"subject:is "A" & subject:is("a", { case = true })"#, #"~(bulk & automated)"#,
    ])
    func whatCanHoldIsLeftAlone(condition: String) async throws {
        #expect(try await Self.judged(condition) == [])
    }

    // MARK: What stands in functions

    @Test func whatFunctionsNameIsHeldAgainstTheConfiguration() async throws {
        let told = try await Self.findings(
            """
            local function tell(m) m:notify { channel = "fone" } end
            rule "r" { account = "home", when = function(msg) return msg.subjct:find "x" end, run = function(m)
              m:mvoe "X"
              m:notify { title = m.subject, channel = "phnoe" }
              m:pipe "archiv"
              m:pipe("archiver")
              m:move("hom:X", { after = "1d" })
              m:move "work:X"
              m:move("a//b")
              m:forward { to = "jane+news@icloud.com" }
              local name = m.list_id:match "x" or m.form
              m:move("Lists/" .. name)
              if m.trash then tell(m) end
            end }
            """)
        #expect(
            told == [
                #"error 1: no notify channel "fone" in the configuration; did you mean "phone"?"#,
                #"error 2: a message has no field "subjct"; did you mean "subject"?"#,
                #"error 3: a message has no field "mvoe"; did you mean "move"?"#,
                #"error 4: no notify channel "phnoe" in the configuration; did you mean "phone"?"#,
                #"error 5: no program "archiv" in the configuration; did you mean "archiver"?"#,
                #"error 7: no account "hom" for folder "hom:X"; did you mean "home"?"#,
                #"error 9: "a//b" cannot be a folder's name (levels are separated by / and not empty)"#,
                "error 10: forward to jane+news@icloud.com goes round in a circle: it is the mailbox of"
                    + " jane@icloud.com, an address of a configured account",
                #"error 11: a message has no field "form"; did you mean "from"?"#,
                "error 13: trash is called with a colon: m:trash",
            ])
    }

    @Test func whatOnlyLooksLikeItIsLeftAlone() async throws {
        let told = try await Self.findings(
            """
            local t = { move = "a//b", notify = { channel = "nobody" } }
            local function move(x) return x end
            rule "r" { run = function(m)
              local f = function(m) return m.whatever end
              f { whatever = t.move }
            end }
            rule "s" { run = function(m)
              for _, m in ipairs(m.to) do print(m.address, m.header_all) end
              print(t.m.x, "m.nothing") -- m.nothing
              m:header_all "Received"
            end }
            """)
        #expect(told == [])
    }

    @Test func sendingFromAnAccountThatCannotIsTold() async throws {
        let told = try await Self.findings("rule \"r\" { run = function(m)\n m:redirect { to = \"a@b.org\" }\nend }")
        #expect(
            told == [
                #"warning 2: redirect is not possible in account "silent", which has no smtp; name the accounts of the"#
                    + " rule with account =",
                #"warning 2: redirect is not possible in account "work", which cannot redirect: the provider rewrites"#
                    + " it; name the accounts of the rule with account =",
            ])
        #expect(
            try await Self.findings(
                "rule \"r\" { account = \"home\", run = function(m) m:redirect { to = \"a@b.org\" } end }") == [])
    }

    // MARK: Folders on the server

    @Test func foldersAreHeldAgainstTheServers() async throws {
        let rules = """
            rule "a" { account = "home", on = "schedule", every = "1d", folder = "Newsleters", run = { trash } }
            rule "b" { account = "home", run = { copy("Recieptx", { create = false }), archive } }
            rule "c" { account = "home", when = bulk, run = { copy "Reciepts", copy "Receipts", copy "New/Place" } }
            rule "d" { on = "schedule", every = "1d", folder = { "News*", "Nothing/*" }, run = { copy "work:Bills" } }
            rule "e" { run = function(m) m:move "Reciepts"; m:copy("Years/" .. m.subject) end }
            rule "f" { account = "work", run = { copy "2026", copy(role.sent) } }
            """
        let outlines = try await RuleBench(rules).runtime.outlines()
        let servers = [
            ServerFolders(
                account: RuleBench.account("home"), names: ["INBOX", "Receipts", "Newsletters", "Trash"],
                roles: [.trash: "Trash"]),
            ServerFolders(
                account: RuleBench.account("work"), names: ["INBOX", "2025", "Sent", "Bills"], roles: [.sent: "Sent"]),
        ]
        let told = FolderFindings(servers).findings(outlines).sorted()
            .map { "\($0.severity) \($0.position.line): \($0.message)" }
        #expect(
            told == [
                #"error 1: rule "a": there is no folder "Newsleters" in account "home"; did you mean "Newsletters"?"#,
                #"error 2: account "home" has no folder for archive; name it in the configuration:"#
                    + #" folders = { archive = "..." }"#,
                #"error 2: there is no folder "Recieptx" in account "home", and create = false; did you mean"#
                    + #" "Receipts"?"#,
                #"warning 3: folder "Reciepts" would be made in account "home"; did you mean "Receipts"?"#,
                #"error 4: rule "d": there is no folder "Nothing/*" in accounts "home", "work""#,
                #"warning 5: folder "Reciepts" would be made in account "home"; did you mean "Receipts"?"#,
            ])
    }
}
