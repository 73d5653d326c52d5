import MailModel
import Testing

@testable import RuleRuntime

@Suite struct OrderTests {
    private func matched(_ source: String, _ message: RuleMessage = .whole()) async throws -> [String] {
        try await RuleBench(source).decide(message).matchedRules
    }

    @Test(arguments: ["move \"A\"", "trash", "archive", "junk", "snooze \"2h\""])
    func takingAMessageAwayEndsTheRun(action: String) async throws {
        let later = "\nrule \"b\" { run = { mark \"seen\" } }"
        #expect(try await matched("rule \"a\" { run = { \(action) } }" + later) == ["a"])
        #expect(try await matched("rule \"a\" { continue = true, run = { \(action) } }" + later) == ["a", "b"])
        let function = action.contains(" ") ? "m:\(action)" : "m:\(action)()"
        #expect(try await matched("rule \"a\" { run = function(m) \(function) end }" + later) == ["a"])
    }

    @Test func whatIsDueLaterEndsNothing() async throws {
        let source = """
            rule "a" { run = { move("A", { after = "30d" }), trash { after = "60d", recheck = true } } }
            rule "b" { run = { move "B" } }
            """
        let decision = try await RuleBench(source).decide(.whole())
        #expect(decision.matchedRules == ["a", "b"])
        #expect(decision.actions.map(\.after) == [2_592_000, 5_184_000, nil])
        #expect(decision.actions.map(\.recheck) == [false, true, false])
    }

    @Test func stopEndsTheRun() async throws {
        #expect(
            try await matched("rule \"a\" { run = { mark \"seen\", stop } }\nrule \"b\" { run = { stop } }") == ["a"])
        let source = """
            rule "a" { continue = true, run = function(m)
              pcall(function() m:stop() end)
              m:mark "seen"
            end }
            rule "b" { run = { mark "flagged" } }
            """
        let decision = try await RuleBench(source).decide(.whole())
        #expect(decision.matchedRules == ["a"])
        #expect(decision.actions.isEmpty)
    }

    @Test func laterRulesSeeTheFlagsAsPlanned() async throws {
        let source = """
            rule "a" { when = ~flag "seen", run = { mark "seen", keyword "Done" } }
            rule "b" { when = flag "seen" & flag "done", run = { unmark "seen" } }
            rule "c" { run = function(m) if not m.flags.seen and m.flags.done then m:mark "flagged" end end }
            """
        let decision = try await RuleBench(source).decide(.whole())
        #expect(decision.matchedRules == ["a", "b", "c"])
        #expect(decision.actions.map(\.action) == [.keyword("Done"), .unmark(flag: "seen"), .mark(flag: "flagged")])
    }

    @Test func twoMovesConflictAndNameBothRules() async throws {
        let bench = try await RuleBench(
            """
            rule "first" { continue = true, run = { move "A" } }
            rule "second" {
              run = { trash } }
            """)
        let failure = try await bench.failure(.whole())
        #expect(
            failure.description
                == "rules.lua:3: rule second: trash conflicts with move \"A\", which rule \"first\" asked for"
                + " (rules.lua:1); rule \"second\" cannot have both")
        #expect(!failure.spentBudget)
    }

    @Test func aDryRuleEndsNothingAndIsNotSeen() async throws {
        let source = """
            rule "dry" { dry_run = true, run = function(m) m:mark "seen" m:trash() state.x = 1 print "dry" end }
            rule "live" { when = ~flag "seen", run = { move "B" } }
            """
        let decision = try await RuleBench(source).decide(.whole())
        #expect(decision.matchedRules == ["dry", "live"])
        #expect(decision.actions.map(\.action) == [.move(FolderTarget(place: .name("B")))])
        #expect(decision.proposed.map(\.action) == [.mark(flag: "seen"), .trash])
        #expect(decision.stateChanges.isEmpty)
        #expect(decision.log.isEmpty)
    }

    @Test func aDeletedMessageMatchesNoRule() async throws {
        let source = "rule \"a\" { on = { \"new\", \"removed\" }, run = { mark \"seen\" } }"
        #expect(try await matched(source, .whole(flags: [.deleted])) == [])
        #expect(try await matched(source, .whole(flags: [.deleted], event: .removed)) == ["a"])
    }

    @Test(
        arguments: [
            ("on = \"new\"", .new, true), ("on = \"new\"", .movedIn, false),
            ("on = { \"new\", \"moved_in\" }", .movedIn, true),
            ("on = \"moved_in\"", .sweep, true), ("on = \"flags\"", .sweep, false),
            ("on = \"flags\"", .flags(added: [.seen], removed: []), true), ("enabled = false", .new, false),
            ("on = \"schedule\", every = \"1d\"", .schedule(rule: "r"), true),
            ("on = \"schedule\", at = \"07:30\"", .schedule(rule: "other"), false),
            ("account = \"home\"", .new, true), ("account = \"work\"", .new, false), ("folder = \"inbox\"", .new, true),
            ("folder = { \"Team/*\", \"INBOX\" }", .new, true), ("folder = \"Team/*\"", .new, false),
        ] as [(String, RuleEvent, Bool)])
    func aRuleIsForItsEvents(keys: String, event: RuleEvent, matches: Bool) async throws {
        let result = try await matched("rule \"r\" { \(keys), run = { mark \"seen\" } }", .whole(event: event))
        #expect(result == (matches ? ["r"] : []))
    }

    @Test(
        arguments: [
            ("INBOX", .new, true), ("Team/Support", .new, true), ("Archive", .new, false), ("Archive", .sweep, true),
        ] as [(String, RuleEvent, Bool)])
    func withoutAFolderARuleIsForTheWatchedOnes(mailbox: String, event: RuleEvent, matches: Bool) async throws {
        let result = try await matched(
            "rule \"r\" { run = { mark \"seen\" } }", .whole(event: event, mailbox: mailbox))
        #expect(result == (matches ? ["r"] : []))
    }

    @Test func onlyNamedRulesAreAsked() async throws {
        let bench = try await RuleBench("rule \"a\" { run = { stop } }\nrule \"b\" { run = { mark \"seen\" } }")
        let outcome = await bench.runtime.decide(.whole(), state: .empty, now: RuleBench.now, only: ["b"])
        guard case .decided(let decision) = outcome else {
            Issue.record("not decided")
            return
        }
        #expect(decision.matchedRules == ["b"])
    }

    @Test func aNamedRuleIsSweptWhateverItIsFor() async throws {
        let bench = try await RuleBench(
            """
            rule "nightly" { on = "schedule", every = "1d", run = { mark "seen" } }
            rule "gone" { on = "removed", run = { mark "seen" } }
            """)
        for (only, matched) in [(nil, []), (["nightly", "gone"], ["nightly"])] as [(Set<String>?, [String])] {
            let outcome = await bench.runtime.decide(
                .whole(event: .sweep), state: .empty, now: RuleBench.now, only: only)
            guard case .decided(let decision) = outcome else {
                Issue.record("not decided")
                return
            }
            #expect(decision.matchedRules == matched)
        }
    }

    @Test func theSummaryTellsWhatARuleIs() async throws {
        let bench = try await RuleBench(
            """
            rule "a" { run = { stop } }
            rule "b" { on = "schedule", every = "1d", folder = "News", account = "home", limit = false,
              dry_run = true, run = { archive } }
            rule "c" { on = { "new", "schedule" }, at = "07:30", limit = 5, enabled = false, continue = true,
              run = { trash } }
            """)
        let rules = bench.runtime.rules
        #expect(rules.map(\.position.line) == [1, 2, 4])
        #expect(rules.map(\.events) == [[.new], [.schedule], [.new, .schedule]])
        #expect(rules.map(\.schedule) == [nil, .every(86_400), .at(minutes: 450)])
        #expect(rules.map(\.folders) == [nil, ["News"], nil])
        #expect(rules.map(\.accounts) == [nil, ["home"], nil])
        #expect(rules.map(\.limit) == [200, nil, 5])
        #expect(rules.map(\.enabled) == [true, true, false])
        #expect(rules.map(\.dryRun) == [false, true, false])
        #expect(rules.map(\.continues) == [false, false, true])
    }
}
