import MailModel
import Testing

@testable import RuleRuntime

/// What two rules may ask for together, and what is said when they may not.
@Suite struct ConflictTests {
    private static func source(_ first: String, _ second: String) -> String {
        """
        rule "first" { account = "home", continue = true, run = { \(first) } }
        rule "second" { account = "home",
          run = { \(second) } }
        """
    }

    @Test(
        arguments: [
            ("move \"A\"", "move \"B\"", "move \"B\"", "move \"A\""),
            ("move \"A\"", "trash", "trash", "move \"A\""),
            ("trash", "move \"A\"", "move \"A\"", "trash"),
            ("archive", "junk", "junk", "archive"),
            ("archive", "trash", "trash", "archive"),
            ("snooze \"2h\"", "move \"A\"", "move \"A\"", "snooze"),
            ("junk", "snooze \"2h\"", "snooze", "junk"),
            ("snooze \"2h\"", "snooze \"3h\"", "snooze", "snooze"),
            ("move \"work:A\"", "move \"A\"", "move \"A\"", "move \"work:A\""),
            ("move(role.archive)", "move \"Archive\"", "move \"Archive\"", "move role.archive"),
        ])
    func twoPlacesConflictAndBothRulesAreNamed(
        first: String, second: String, told: String, before: String
    ) async throws {
        let failure = try await RuleBench(Self.source(first, second)).failure(.whole())
        #expect(
            failure.description
                == "rules.lua:3: rule second: \(told) conflicts with \(before), which rule \"first\" asked for"
                + " (rules.lua:1); rule \"second\" cannot have both")
        // The same in one list is found before there is any message.
        let problems = await RuleBench.problems("rule \"both\" { account = \"home\", run = {\n\(first),\n\(second) } }")
        #expect(
            problems == [
                "rules.lua:3: \(told) conflicts with \(before), which it asked for (rules.lua:2);"
                    + " rule \"both\" cannot have both"
            ])
    }

    @Test(
        arguments: [
            ("move \"A\"", "move \"A\""), ("trash", "trash"), ("trash", "move(role.trash)"),
            ("move(role.archive)", "archive"), ("junk", "move(role.junk)"), ("move \"inbox/A\"", "move \"INBOX/A\""),
            ("move \"A\"", "move(\"A\", { create = false })"), ("move \"home:A\"", "move \"A\""),
            ("snooze \"2h\"", "snooze \"120m\""), ("copy \"A\"", "copy \"home:A\""),
            ("forward { to = \"x@example.com\" }", "forward { to = \"x@example.com\" }"),
            ("move(\"A\", { after = \"1d\" })", "move(\"A\", { after = \"24h\" })"),
        ])
    func theSameTwiceIsOneAction(first: String, second: String) async throws {
        let decision = try await RuleBench(Self.source(first, second)).decide(.whole())
        #expect(decision.matchedRules == ["first", "second"])
        #expect(decision.actions.map(\.rule) == ["first"])
    }

    @Test(
        arguments: [
            ("move \"A\"", "trash { after = \"30d\" }"), ("trash { after = \"30d\" }", "move \"A\""),
            ("move(\"A\", { after = \"1d\" })", "move(\"B\", { after = \"1d\" })"),
            ("archive { after = \"1d\" }", "junk { after = \"1d\", recheck = true }"),
            ("move \"A\"", "copy \"A\""), ("copy \"A\"", "copy \"B\""),
            ("mark \"seen\"", "unmark(\"seen\", { after = \"1h\" })"),
        ])
    func whatIsDueLaterConflictsWithNothing(first: String, second: String) async throws {
        let decision = try await RuleBench(Self.source(first, second)).decide(.whole())
        #expect(decision.actions.map(\.rule) == ["first", "second"])
    }

    @Test func theSameMoveEndsTheRunThoughAnotherRuleAskedForIt() async throws {
        let decision = try await RuleBench(
            """
            rule "a" { continue = true, run = { move "A" } }
            rule "b" { run = { move "A" } }
            rule "c" { run = { mark "seen" } }
            """
        ).decide(.whole())
        #expect(decision.matchedRules == ["a", "b"])
    }

    @Test(arguments: [
        "jane@icloud.com", "JANE.DOE@icloud.com", "jane@acme.example", "jane+anything@icloud.com",
        "silent@example.net",
    ])
    func nothingIsSentToAnOwnAddress(address: String) async throws {
        for action in ["forward", "redirect"] {
            let problems = await RuleBench.problems(
                "rule \"r\" { account = \"home\", run = {\n\(action) { to = { \"x@example.com\", \"\(address)\" } } } }"
            )
            #expect(
                problems == [
                    "rules.lua:2: \(action) to \(address) would come back: it is an address of a configured account"
                ])
        }
        let bench = try await RuleBench(
            "rule \"r\" { run = function(m)\n m:forward { to = \"\(address)\" } end }")
        #expect(
            try await bench.failure(.whole()).description
                == "rules.lua:2: rule r: forward to \(address) would come back: it is an address of a configured account"
        )
    }

    @Test func theLastWordOnAFlagCounts() async throws {
        let decision = try await RuleBench(
            Self.source("mark \"seen\", keyword \"Bill\"", "unmark \"seen\", unkeyword \"bill\"")
        ).decide(.whole())
        #expect(decision.actions.map(\.action) == [.unmark(flag: "seen"), .unkeyword("bill")])
    }

    @Test func anActionInAFunctionConflictsAtItsLine() async throws {
        let bench = try await RuleBench(
            """
            rule "first" { continue = true, run = { archive } }
            rule "second" { run = function(m)
              m:mark "seen"
              m:move "Elsewhere"
            end }
            """)
        let failure = try await bench.failure(.whole())
        #expect(
            failure.description
                == "rules.lua:4: rule second: move \"Elsewhere\" conflicts with archive, which rule \"first\" asked for"
                + " (rules.lua:1); rule \"second\" cannot have both")
    }
}
