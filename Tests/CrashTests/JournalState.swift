import ActionJournal
import Foundation
import MailModel

@testable import TestKit

/// What the journal says, read beside the running program.
struct JournalState: Sendable {
    var nextUID: UInt32
    var plans: [PlanView]
    var counts: JournalCounts
    var spooled: [String]

    static func read(_ site: CrashSite) async throws -> JournalState {
        let journal = try Journal.open(folder: site.state, access: .readOnly)
        defer { journal.close() }
        let progress = try await journal.allProgress()
        return JournalState(
            nextUID: progress.first { $0.mailbox == .inbox }?.nextUID.rawValue ?? 0,
            plans: try await journal.plans(PlanQuery()),
            counts: try await journal.counts(),
            spooled: (try? FileManager.default.contentsOfDirectory(atPath: site.state + "/spool")) ?? []
        )
    }

    /// Whether nothing is left that goes on by itself.
    func isSettled(_ letters: Int) -> Bool {
        let busy: [OutboxState] = [.waiting, .ready, .begun, .dotSent, .unknown]
        return nextUID > letters && (counts.plans[.planned] ?? 0) == 0 && (counts.plans[.running] ?? 0) == 0
            && busy.allSatisfy { (counts.outbox[$0] ?? 0) == 0 }
    }

    /// The plans by the token of their message.
    var byToken: [String: [PlanView]] {
        Dictionary(grouping: plans) { Token.first(in: $0.plan.headline.subject) ?? "" }
    }
}

extension PlanView {
    /// Everything of it that helps to understand it, a line for each step.
    var explanation: String {
        var lines = [
            "plan \(plan.id) \(plan.state.rawValue) uid \(plan.key.uid) trigger \(plan.trigger) rules \(rules) "
                + "identity \(plan.identity.rawValue) \(plan.error ?? "")"
        ]
        for step in steps {
            lines.append(
                "  step \(step.id) \(step.position) \(step.kind.rawValue) → \(step.arguments.mailbox ?? "-") "
                    + "\(step.state.rawValue) attempt \(step.attempt) released \(step.released) "
                    + "begun \(step.begunAt ?? 0) finished \(step.finishedAt ?? 0) "
                    + "target \(step.outcome?.targetUIDValidity ?? 0)/\(step.outcome?.targetUID ?? 0) "
                    + "bound \(step.precondition?.targetUIDNext ?? 0) \(step.outcome?.detail ?? "")")
            for row in step.outbox {
                let attempts = row.attempts.map { "\($0.time) \($0.result.rawValue) \($0.text)" }
                lines.append(
                    "    to \(row.draft.recipient) <\(row.draft.messageID)> \(row.state.rawValue) begun \(row.begun): "
                        + attempts.joined(separator: " | "))
            }
        }
        return lines.joined(separator: "\n")
    }
}
