import ActionJournal
import TestKit

@testable import Daemon

/// Holds what the submission server took against what the journal says of it.
struct SendingAccount: Sendable {
    private(set) var problems: [String] = []
    /// Recipients to whom an attempt ended in doubt.
    private(set) var doubts = 0

    init(of world: World) async throws {
        var unexplained = world.submission.taken.map { message in Set(message.recipients) }
        for plan in try await world.journal().plans(PlanQuery()) {
            for row in plan.steps.flatMap(\.outbox) {
                let places = world.submission.taken.indices.filter { place in
                    let message = world.submission.taken[place]
                    let ids = [message.field("Resent-Message-ID"), message.field("Message-ID")]
                    return message.recipients.contains(row.draft.recipient) && ids.contains("<\(row.draft.messageID)>")
                }
                for place in places { unexplained[place].remove(row.draft.recipient) }
                judge(row, places.map { world.submission.taken[$0] })
            }
        }
        for recipient in unexplained.joined() { problems.append("something was sent to \(recipient) that no plan has") }
    }

    private mutating func judge(_ row: OutboxEntry, _ taken: [TakenMessage]) {
        let results = row.attempts.map(\.result)
        let accepted = results.filter { $0 == .accepted }.count
        let unknown = results.filter { $0 == .unknown }.count
        let who = "\(row.draft.recipient) (\(row.state.rawValue), \(results.map(\.rawValue)))"
        if unknown > 0 { doubts += 1 }
        if accepted > 1 { problems.append("accepted more than once for \(who)") }
        if taken.count < accepted { problems.append("never arrived at \(who)") }
        if taken.count > accepted + unknown { problems.append("arrived \(taken.count) times at \(who)") }
        if row.state == .accepted, accepted == 0 { problems.append("accepted without an attempt for \(who)") }
        if Set(taken.map(\.bytes)).count > 1 { problems.append("not the same bytes each time for \(who)") }
        let isSaid = row.attempts.contains { $0.result == .unknown && $0.text.contains("sent again") }
        if taken.count > 1, row.draft.policy == .resend, !isSaid {
            problems.append("sent again and not said for \(who)")
        }
        if unknown > 1, row.draft.policy == .hold { problems.append("sent again though it was to be held for \(who)") }
    }
}

extension Trial.Outcome {
    /// Whether a break came between what makes the final dot durable and what makes its reply so; or a connection hung
    /// while the message was sent, which shows only when no reply comes.
    var mayDoubt: Bool {
        breaks.contains { step in
            let before = moments.prefix(step + 1)
            guard let data = before.lastIndex(where: { $0.isAnswer(from: World.Host.submission, "354") }) else {
                return false
            }
            let commits = before[(data + 1)...].count { $0 == .commit }
            return (hasStalled ? 0...2 : 1...2).contains(commits)
        }
    }

    /// What is wrong with this end of a scenario; `nil`: nothing.
    ///
    /// - Parameter isExplained: any other end is explained by what broke.
    func complaint(about scenario: Scenario, isExplained: Bool = false) -> String? {
        let isAllowed =
            isExplained || scenario.ends.map(EndState.init).contains(end)
            || (doubts > 0 && scenario.endsInDoubt.map(EndState.init).contains(end))
        if problems.isEmpty, isAllowed { return nil }
        let trail = moments.enumerated().dropFirst(max(0, (breaks.first ?? 0) - 8)).prefix(60).map { step, moment in
            "  \(breaks.contains(step) ? ">" : " ") \(step) \(moment)"
        }
        return """
              ends as \(end.lines)
              instead of \(scenario.ends[0].sorted())
              problems: \(problems)
            \(trail.joined(separator: "\n"))
            """
    }
}

extension Breakage.Moment {
    func isAnswer(from host: String, _ beginning: String) -> Bool {
        if case .answer(let text) = self { text.hasPrefix("\(host) \(beginning)") } else { false }
    }
}

extension FaultTally {
    mutating func note(_ outcome: Trial.Outcome, of scenario: Scenario, isExplained: Bool = false) {
        let letters = outcome.letters
        let ends = scenario.ends.map(EndState.init)
        broken += 1
        messages += letters.count
        let isInDoubt = isExplained && !ends.contains(outcome.end)
        if outcome.doubts > 0 || isInDoubt { inDoubt += 1 }
        // What is in doubt is said, and a person decides.
        if isInDoubt { return }
        for letter in letters {
            let copies = outcome.end.copies(of: letter)
            let allowed = ends.map { $0.copies(of: letter) }
            if copies < allowed.min() ?? 0 { lost += 1 }
            if copies > allowed.max() ?? 0 { doubled += 1 }
        }
    }
}
