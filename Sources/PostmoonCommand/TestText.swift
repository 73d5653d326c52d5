import MailModel
import RuleRuntime

/// The outcome of tests as a person reads it: of one that failed, what differs and why.
enum TestText {
    static func text(_ test: RuleTest, _ verdict: RuleTestVerdict) -> String {
        let title = "\(test.name)  (\(test.position))"
        guard !verdict.isOK else { return Terminal.safe("ok    \(title)") }
        var lines = ["FAIL  \(title)"]
        if let error = verdict.error {
            lines.append("      \(error)")
        } else {
            if let expected = test.expected {
                lines.append("      expected  \(written(expected))")
                lines.append("      actual    \(written(verdict.actual))")
                lines += verdict.missing.map { "        missing     \($0.written)" }
                lines += verdict.surplus.map { "        unexpected  \($0.written)  by rule “\($0.rule)”\(place($0))" }
            } else {
                lines.append("      actual    \(written(verdict.actual))")
            }
            if let rules = test.rules, verdict.rulesDiffer {
                lines.append("      expected rules  \(names(rules))")
                lines.append("      actual rules    \(names(verdict.rules))")
            }
        }
        if !verdict.proposed.isEmpty {
            lines.append("      not counted, because its rule has dry_run: \(written(verdict.proposed))")
        }
        if !verdict.evidence.isEmpty { lines.append("      why") }
        return lines.map(Terminal.safe).joined(separator: "\n") + PlanText.evidence(verdict.evidence, indent: 8)
    }

    static func summary(_ tests: RuleTests, failed: Int, in folder: String) -> String {
        let count = tests.tests.count
        guard count > 0 else { return tests.problems.isEmpty ? "there are no tests in \(folder)/tests" : "no test ran" }
        return "\(count) \(count == 1 ? "test" : "tests"), " + (failed == 0 ? "none failed" : "\(failed) failed")
    }

    private static func written(_ actions: [PlannedAction]) -> String {
        actions.isEmpty ? "nothing" : actions.map(\.written).joined(separator: ", ")
    }

    private static func names(_ rules: [String]) -> String {
        rules.isEmpty ? "none" : rules.map { "“\($0)”" }.joined(separator: ", ")
    }

    private static func place(_ action: PlannedAction) -> String { action.position.map { " (\($0))" } ?? "" }
}
