import Daemon
import Foundation

/// What looks over mail found, as a person reads it.
enum SweepText {
    static func text(_ report: ComparisonReport) -> String {
        let title = "\(report.account)/\(report.folder)/\(report.uid)  “\(subject(report.subject))” from \(report.from)"
        return [title, "    - \(side(report.here))", "    + \(side(report.there))"].map(Terminal.safe)
            .joined(separator: "\n")
    }

    private static func side(_ side: ComparisonReport.Side) -> String {
        if let error = side.error { return error }
        let actions = side.actions.map(\.sentence).joined(separator: "; ")
        return (actions.isEmpty ? "nothing" : actions)
            + (side.rules.isEmpty ? "" : "  (\(side.rules.joined(separator: ", ")))")
    }

    static func text(_ report: AgreementReport) -> String {
        let share = report.hits > 0 ? ", \(report.agree * 100 / report.hits) % where you put them" : ""
        var lines = ["\(report.rule): \(report.hits) \(report.hits == 1 ? "message" : "messages")\(share)"]
        for example in report.examples {
            lines.append(
                "    \(example.account)/\(example.folder)/\(example.uid)  “\(subject(example.subject))” from"
                    + " \(example.from): it would be in \(example.would)")
        }
        let more = report.disagree - report.examples.count
        if more > 0 { lines.append("    and \(more) more") }
        return lines.map(Terminal.safe).joined(separator: "\n")
    }

    private static func subject(_ text: String) -> String { text.isEmpty ? "(no subject)" : text }
}
