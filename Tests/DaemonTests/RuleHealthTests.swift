import MailModel
import RuleRuntime
import Testing

@testable import Daemon

@Suite struct RuleHealthTests {
    private func failure(_ rule: String = "a", inARow: Int = 1, spent: Int = 0) -> RuleFailure {
        var failure = RuleFailure(
            rule: rule, position: SourcePosition(file: "a.lua", line: 3), message: "no", spentBudget: spent > 0)
        failure.failures = RuleFailures(inARow: inARow, spentBudget: spent)
        return failure
    }

    @Test func aRuleIsSetAsideAfterTwentyFailuresInARowAndToldOnce() {
        let health = RuleHealth()
        for count in 1...19 { #expect(health.note(failure(inARow: count), in: 1, at: 5) == nil) }
        #expect(health.aside(in: 1).isEmpty)
        let entry = health.note(failure(inARow: 20), in: 1, at: 7)
        #expect(entry == RuleHealth.SetAside(rule: "a", since: 7, error: "a.lua:3: rule a: no"))
        #expect(health.note(failure(inARow: 21), in: 1, at: 8) == nil)
        #expect(health.aside(in: 1) == ["a"])
        #expect(health.setAside.map(\.since) == [7])
    }

    @Test func threeSpentBudgetsAreEnough() {
        let health = RuleHealth()
        #expect(health.note(failure(spent: 2), in: 1, at: 5) == nil)
        #expect(health.note(failure(spent: 3), in: 1, at: 5) != nil)
    }

    @Test func newRulesBeginAnew() {
        let health = RuleHealth()
        _ = health.note(failure(inARow: 20), in: 1, at: 5)
        #expect(health.aside(in: 2).isEmpty)
        #expect(health.setAside.isEmpty)
        // A decision of the old rules that ends late.
        #expect(health.note(failure("b", inARow: 20), in: 1, at: 6) == nil)
        #expect(health.aside(in: 2).isEmpty && health.aside(in: 1).isEmpty)
    }
}
