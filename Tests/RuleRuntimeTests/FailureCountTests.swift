import MailModel
import Testing

@testable import RuleRuntime

/// What the daemon sets rules aside by (DESIGN §2.8).
@Suite struct FailureCountTests {
    private func failures(
        _ bench: RuleBench, _ message: RuleMessage, aside: Set<String> = []
    ) async -> RuleFailures? {
        let outcome = await bench.runtime.decide(message, state: .empty, now: RuleBench.now, aside: aside)
        guard case .failed(let failure) = outcome else { return nil }
        return failure.failures
    }

    @Test func failuresInARowAreCountedUntilTheRuleDoesWhatItShould() async throws {
        let bench = try await RuleBench(
            """
            rule "first" { when = flag "seen", run = { stop } }
            rule "bad" {
              when = function(m)
                if m.flags.flagged then return true end
                if m.flags.draft then return false end
                error("no")
              end,
              run = { mark "seen" },
            }
            """)
        var message = RuleMessage.whole()
        #expect(await failures(bench, message) == RuleFailures(inARow: 1))
        #expect(await failures(bench, message) == RuleFailures(inARow: 2))
        // An earlier rule ended the run, or it does not match: that says nothing of it.
        for flag in [Flag.seen, .draft] {
            message.flags = [flag]
            #expect(await failures(bench, message) == nil)
        }
        message.flags = []
        #expect(await failures(bench, message) == RuleFailures(inARow: 3))
        message.flags = [.flagged]
        #expect(await failures(bench, message) == nil)
        message.flags = []
        #expect(await failures(bench, message) == RuleFailures(inARow: 1))
    }

    @Test func spentBudgetsAreCountedApart() async throws {
        let bench = try await RuleBench(
            """
            rule "endless" { when = function(m) while not m.flags.seen do end return true end, run = { mark "flagged" } }
            """)
        var message = RuleMessage.whole()
        #expect(await failures(bench, message) == RuleFailures(inARow: 1, spentBudget: 1))
        message.flags = [.seen]
        #expect(await failures(bench, message) == nil)
        message.flags = []
        #expect(await failures(bench, message) == RuleFailures(inARow: 1, spentBudget: 2))
    }

    @Test func aRuleThatIsSetAsideIsPassedBy() async throws {
        let bench = try await RuleBench(
            """
            rule "bad" { run = function(m) error("no") end }
            rule "good" { run = { mark "seen" } }
            """)
        #expect(await failures(bench, .whole()) == RuleFailures(inARow: 1))
        let outcome = await bench.runtime.decide(.whole(), state: .empty, now: RuleBench.now, aside: ["bad"])
        guard case .decided(let decision) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(decision.matchedRules == ["good"])
    }
}
