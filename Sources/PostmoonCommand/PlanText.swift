import Daemon
import Foundation

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
        if !report.rules.isEmpty { text += "  (\(report.rules.joined(separator: ", ")))" }
        if let error = report.error { text += "\n    \(error)" }
        return text.split(separator: "\n").map { Terminal.safe(String($0)) }.joined(separator: "\n")
    }

    /// With the evidence: which rules were asked, and what decided.
    static func explanation(_ report: PlanReport) -> String {
        var lines = [line(report)]
        for evidence in report.evidence {
            lines.append("  \(evidence.matched ? "✓" : "✗") \(Terminal.safe(evidence.rule))")
            for test in evidence.tests {
                let value = test.value.isEmpty ? "" : "   “\(test.value)”"
                lines.append("      \(test.result ? "yes" : "no ")  \(Terminal.safe(test.test + value))")
            }
        }
        for action in report.actions {
            for attempt in action.attempts ?? [] {
                lines.append("  \(action.action): \(attempt.time) \(attempt.result)")
            }
        }
        return lines.joined(separator: "\n")
    }
}
