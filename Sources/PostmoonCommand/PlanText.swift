import Daemon
import Foundation
import MailModel

/// Plans as a person reads them.
enum PlanText {
    static func line(fromJSON json: String) -> String {
        guard let report = try? JSONLine.decode(PlanReport.self, from: json) else { return json }
        return line(report)
    }

    static func line(_ report: PlanReport) -> String {
        let number = report.plan.map { "#\($0) " } ?? ""
        let actions = report.actions.map(\.sentence).joined(separator: "; ")
        let what = actions.isEmpty ? "nothing" : actions
        let subject = report.subject.isEmpty ? "(no subject)" : report.subject
        var text = "\(number)\(report.time)  \(report.account)/\(report.folder)  “\(subject)” from \(report.from)\n"
        text += "    \(report.status): \(what)"
        var by = report.rules
        if let generation = report.generation, generation > 0 { by.append("generation \(generation)") }
        if !by.isEmpty { text += "  (\(by.joined(separator: ", ")))" }
        if let error = report.error { text += "\n    \(error)" }
        for action in report.actions {
            if let detail = action.detail, detail != report.error { text += "\n    \(action.action): \(detail)" }
        }
        for change in report.changed ?? [] { text += "\n    since it was shown: \(change)" }
        return text.split(separator: "\n").map { Terminal.safe(String($0)) }.joined(separator: "\n")
    }

    /// With the evidence: which rules were asked, and what decided.
    static func explanation(_ report: PlanReport) -> String {
        var lines = [line(report) + evidence(report.evidence, indent: 2)]
        for action in report.actions {
            for attempt in action.attempts ?? [] {
                lines.append("  \(action.action): \(attempt.time) \(attempt.result)")
            }
        }
        return lines.joined(separator: "\n")
    }

    /// Each rule that was asked with its tests, every line begun by a line break.
    static func evidence(_ evidence: [RuleEvidence], indent: Int) -> String {
        let margin = "\n" + String(repeating: " ", count: indent)
        return evidence.map { entry in
            let tests = entry.tests.map { test in
                let value = test.value.isEmpty ? "" : "   “\(test.value)”"
                return "\(margin)    \(test.result ? "yes" : "no ")  \(Terminal.safe(test.test + value))"
            }
            return "\(margin)\(entry.matched ? "✓" : "✗") \(Terminal.safe(entry.rule))\(tests.joined())"
        }.joined()
    }
}
