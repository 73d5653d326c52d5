import ArgumentParser
import Daemon
import Foundation

struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Health of accounts, rules and outbox.")

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let configuration = try common.load()
        let json = common.json
        do {
            let answered = try await ControlClient.ask(
                stateFolder: configuration.stateFolder, ControlRequest(.status)
            ) { answer in
                guard let result = answer.result else { return }
                Terminal.line(json ? result : StatusText.text(fromJSON: result))
            }
            if let answered {
                if answered != 0 { throw CommandStatus(code: answered) }
                return
            }
            Terminal.error(
                "postmoon: no daemon runs for \(configuration.stateFolder); this is what the journal last knew")
            let report = try await StatusReport.offline(configuration)
            Terminal.line(json ? try report.json() : StatusText.text(report))
            throw CommandStatus.finding
        } catch {
            throw CommandStatus(error)
        }
    }
}

/// The status as a person reads it.
enum StatusText {
    static func text(fromJSON json: String) -> String {
        guard let report = try? JSONLine.decode(StatusReport.self, from: json) else { return json }
        return text(report)
    }

    static func text(_ report: StatusReport) -> String {
        var lines: [String] = []
        for account in report.accounts {
            lines.append("\(account.account): \(account.state) since \(account.since)")
            for folder in account.folders {
                lines.append(
                    "  \(folder.folder): \(folder.state)\(folder.error.map { "  \(Terminal.safe($0))" } ?? "")")
                if let remark = folder.remark { lines.append("    \(Terminal.safe(remark))") }
            }
        }
        if report.running {
            lines.append(
                "rules: \(report.rules.count), generation \(report.rules.generation) since \(report.rules.since ?? "-")"
            )
            if let error = report.rules.error {
                lines.append("  the changed rules do not load, since \(report.rules.errorSince ?? "-"):")
                lines += error.split(separator: "\n").map { "    " + Terminal.safe(String($0)) }
            }
        }
        for rule in report.rules.setAside {
            lines.append("  set aside since \(rule.since), failed too often: \(Terminal.safe(rule.error))")
        }
        lines += report.pauses.map(PauseText.inForce)
        lines.append("outbox: \(counts(report.outbox))")
        lines.append("plans: \(counts(report.plans))")
        if report.timers > 0 { lines.append("delayed actions: \(report.timers)") }
        return lines.joined(separator: "\n")
    }

    private static func counts(_ counts: [String: Int]) -> String {
        counts.isEmpty
            ? "empty" : counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    }
}
