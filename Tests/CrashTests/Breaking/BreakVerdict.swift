import ActionJournal
import MailModel

@testable import TestKit

/// Holds what a broken and resumed trial came to against what its scenario allows.
struct BreakVerdict: Sendable {
    private(set) var complaints: [String] = []
    private(set) var lost = 0
    private(set) var doubled = 0
    /// Messages sent, told or piped of which nobody knows whether they arrived.
    private(set) var doubts = 0
    private let scenario: BreakScenario

    /// - Parameters:
    ///   - forwards: what arrived from this trial.
    ///   - hooks: what the webhook heard of this trial.
    init(
        _ trial: BreakTrial, _ letters: [BreakLetter], _ snapshot: BreakSnapshot, forwards: [StoredMessage],
        hooks: [String]
    ) {
        scenario = trial.scenario
        let plans = Dictionary(grouping: snapshot.plans) { Token.first(in: $0.plan.headline.subject) ?? "" }
        let found = Dictionary(grouping: snapshot.found) { Token.first(in: $0.message.text) ?? "" }
        let sent = Dictionary(grouping: forwards) { Token.first(in: $0.text) ?? "" }
        for letter in letters {
            let own = plans[letter.token] ?? []
            judgePlaces(letter, found[letter.token] ?? [])
            let isDoubtful = judgePlans(letter, own)
            judgeForwards(letter, own, sent[letter.token] ?? [])
            judgeTelling(
                letter, "program", scenario.program, snapshot.rings.count { $0.contains(letter.token) }, isDoubtful)
            judgeTelling(letter, "webhook", scenario.hook, hooks.count { $0.contains(letter.token) }, isDoubtful)
        }
        let tokens = Set(letters.map(\.token))
        for token in Set(found.keys).union(plans.keys).union(sent.keys).subtracting(tokens) {
            complaints.append("something strange: “\(token)”")
        }
        if !snapshot.spooled.isEmpty, doubts == 0 { complaints.append("the spool holds \(snapshot.spooled)") }
        if snapshot.counts.timers > 0 { complaints.append("\(snapshot.counts.timers) timers are left") }
    }

    private mutating func judgePlaces(_ letter: BreakLetter, _ found: [Census.Found]) {
        let (places, expected) = (found.map(\.place).sorted(), scenario.places.sorted())
        if places.count < expected.count { lost += 1 }
        if places.count > expected.count { doubled += 1 }
        if places != expected { complaints.append("\(letter.token): expected in \(expected), found in \(places)") }
        for copy in found where copy.message.withoutTrace != letter.text {
            complaints.append("\(letter.token): the message in \(copy.place) is not what was delivered")
        }
    }

    /// - Returns: whether a step's outcome is in doubt.
    private mutating func judgePlans(_ letter: BreakLetter, _ plans: [PlanView]) -> Bool {
        if plans.count != scenario.plans { complaints.append("\(letter.token): \(plans.count) plans") }
        let steps = plans.flatMap(\.steps)
        let isDoubtful = steps.contains { step in
            [.pipe, .notify].contains(step.kind)
                && (step.state == .unknown || step.outcome?.detail?.contains("interrupted") ?? false)
        }
        if isDoubtful { doubts += 1 }
        for plan in plans {
            let isTakenBack = scenario.isUndo && plan.plan.trigger == .new
            let allowed: [PlanState] = isTakenBack ? [.undone] : isDoubtful ? [.done, .held] : [.done]
            if !allowed.contains(plan.plan.state) {
                complaints.append("\(letter.token): plan \(plan.plan.id) is \(plan.plan.state.rawValue)")
            }
        }
        for step in steps where step.state != .done && !(isDoubtful && step.state == .unknown) {
            complaints.append("\(letter.token): a step \(step.kind.rawValue) is \(step.state.rawValue)")
        }
        return isDoubtful
    }

    private mutating func judgeForwards(_ letter: BreakLetter, _ plans: [PlanView], _ arrived: [StoredMessage]) {
        guard scenario.sends else {
            if !arrived.isEmpty { complaints.append("\(letter.token): sent, and nobody asked for it") }
            return
        }
        let attempts = plans.flatMap(\.steps).flatMap(\.outbox).flatMap(\.attempts)
        let unknown = attempts.count { $0.result == .unknown }
        doubts += unknown
        if arrived.isEmpty {
            lost += 1
            complaints.append("\(letter.token): the forward did not arrive")
        }
        if arrived.count - 1 > unknown {
            doubled += 1
            complaints.append("\(letter.token): \(arrived.count) forwards, but only \(unknown) in doubt")
        }
        if Set(arrived.map(\.withoutTrace)).count > 1 {
            complaints.append("\(letter.token): its forwards are not the same")
        }
    }

    private mutating func judgeTelling(
        _ letter: BreakLetter, _ what: String, _ expected: BreakScenario.Telling, _ count: Int, _ isDoubtful: Bool
    ) {
        let isFine =
            switch expected {
            case .never: count == 0
            case .atMostOnce: count == 1 || (count == 0 && isDoubtful)
            // Told again only because of the one break.
            case .atLeastOnce: count == 1 || count == 2
            }
        if expected == .atLeastOnce, count == 2 { doubts += 1 }
        if isFine { return }
        if count == 0 { lost += 1 }
        if count > 1 { doubled += 1 }
        complaints.append("\(letter.token): the \(what) was told \(count) times, in doubt: \(isDoubtful)")
    }
}

/// A message of a scenario.
struct BreakLetter: Sendable {
    let token: String
    /// With LF.
    let text: String

    init(_ number: Int, of scenario: BreakScenario) {
        token = "tok-\(scenario.label)-\(number)-x"
        text = """
            From: Sender <sender@sender.example>
            To: jane@example.org
            Subject: Letter \(token)
            Date: Mon, 23 Nov 2026 03:00:00 +0000
            Message-ID: <\(token)@sender.example>

            Token: \(token)
            .a line with a dot before it

            """
    }
}
