import ActionJournal
import Foundation
import Testing

@testable import TestKit

extension BreakCampaign {
    /// Postfix took them; it needs a moment to pass them on.
    func awaitForwards(_ results: [Result]) async throws {
        guard scenario.sends else { return }
        let (servers, wanted) = (servers, Set(results.map(\.trial.address)))
        _ = try await blocking {
            awaited(within: .seconds(30)) { () -> Bool? in
                servers.submission.queueIsEmpty && wanted.isSubset(of: arrivals.keys) ? true : nil
            }
        }
    }

    /// What was sent on, by the address of the trial.
    private var arrivals: [String: [StoredMessage]] {
        guard scenario.sends else { return [:] }
        return Dictionary(grouping: servers.relay.messages(of: recipient)) { message in
            let header = message.header("Resent-From") ?? message.header("From") ?? ""
            return String(header.split { "<> ".contains($0) }.last { $0.contains("@") } ?? "")
        }
    }

    @discardableResult
    func judge(_ results: [Result], isExpectedToFail: Bool = false) throws -> Tally {
        let forwards = arrivals
        let hooks = Dictionary(grouping: hook.requests) { $0.line.split(separator: " ")[1].dropFirst() }
        var tally = Tally()
        for result in results {
            let trial = result.trial
            let verdict = BreakVerdict(
                trial, letters, result.snapshot, forwards: forwards[trial.address] ?? [],
                hooks: (hooks[trial.name[...]] ?? []).map { String(decoding: $0.body, as: UTF8.self) })
            tally.broken += result.wasBroken ? 1 : 0
            tally.messages += letters.count
            tally.lost += verdict.lost
            tally.doubled += verdict.doubled
            tally.doubts += verdict.doubts
            tally.complaints += verdict.complaints.isEmpty ? 0 : 1
            if !verdict.complaints.isEmpty, !isExpectedToFail { complain(verdict, result) }
            trial.remove()
        }
        return tally
    }

    private func complain(_ verdict: BreakVerdict, _ result: Result) {
        let trial = result.trial
        var text = "\(scenario.name), \(trial.trouble.map { "\($0)" } ?? "whole"), seed \(seed):\n"
        text += verdict.complaints.joined(separator: "\n") + "\n"
        text += result.snapshot.plans.map(\.explanation).joined(separator: "\n") + "\n"
        let steps = FaultReport(trial.reportFile).steps.suffix(6).map { "\($0.deed) \($0.target)" }
        text += "last steps: \(steps.joined(separator: ", "))\n\(trial.log(last: 60))"
        Issue.record(Comment(rawValue: text))
    }
}

extension PostfixServer {
    /// Whether it has handed over everything that it took.
    fileprivate var queueIsEmpty: Bool {
        ["maildrop", "incoming", "active", "deferred"].allSatisfy { queue in
            let folder = "\(path)/queue/\(queue)"
            return FileManager.default.enumerator(atPath: folder)?.allSatisfy { name in
                var isFolder: ObjCBool = false
                // What went away meanwhile is no message either.
                return !FileManager.default.fileExists(atPath: "\(folder)/\(name)", isDirectory: &isFolder)
                    || isFolder.boolValue
            } ?? true
        }
    }
}
