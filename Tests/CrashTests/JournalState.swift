import ActionJournal
import Foundation
import MailModel

@testable import TestKit

/// What the journal says, read beside the running program.
struct JournalState: Sendable {
    var nextUID: [String: UInt32]
    var plans: [PlanView]
    var counts: JournalCounts
    var spooled: [String]
    /// What the counting rule came to.
    var tally: Int

    static func read(_ site: CrashSite) async throws -> JournalState {
        let journal = try Journal.open(folder: site.state, access: .readOnly)
        defer { journal.close() }
        let progress = try await journal.allProgress()
        return JournalState(
            nextUID: Dictionary(uniqueKeysWithValues: progress.map { ($0.mailbox.rawValue, $0.nextUID.rawValue) }),
            plans: try await journal.plans(PlanQuery()),
            counts: try await journal.counts(),
            spooled: (try? FileManager.default.contentsOfDirectory(atPath: site.state + "/spool")) ?? [],
            tally: try await journal.ruleState(rule: Letter.tally, now: 0).first?.value.flatMap { Int($0) } ?? 0
        )
    }

    /// Whether nothing is left that goes on by itself.
    func isSettled(_ letters: [Letter]) -> Bool {
        let busy: [OutboxState] = [.waiting, .ready, .begun, .dotSent, .unknown]
        return Self.nextUIDs(letters).allSatisfy { (nextUID[$0] ?? 0) >= $1 } && (counts.plans[.planned] ?? 0) == 0
            && (counts.plans[.running] ?? 0) == 0
            && busy.allSatisfy { (counts.outbox[$0] ?? 0) == 0 }
    }

    /// The first free UID of each watched folder when each letter came there once.
    static func nextUIDs(_ letters: [Letter]) -> [String: UInt32] {
        let work = letters.count { $0.places.contains { $0.folder == Letter.work } }
        return ["INBOX": UInt32(letters.count { $0.source == "INBOX" } + 1), Letter.work: UInt32(work + 1)]
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
