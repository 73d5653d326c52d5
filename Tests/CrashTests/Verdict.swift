import ActionJournal
import MailModel

@testable import TestKit

/// Holds what was found against what was promised.
struct Verdict: Sendable {
    enum Charge: String, Sendable {
        case lost, doubled, misplaced, altered, stray
        case forwardLost = "forward lost"
        case forwardDoubled = "forward doubled"
        case forwardAltered = "forward differs"
        case strayForward = "stray forward"
        case notice = "not notified once"
        case undecided = "not decided exactly once"
        case unfinished = "plan not done"
        case leftover = "something left over"
    }

    struct Complaint: Sendable {
        var charge: Charge
        var letter: Letter?
        var detail: String
    }

    private(set) var complaints: [Complaint] = []
    /// Forwards that arrived more than once, each after a receipt that was in doubt.
    private(set) var allowedDuplicates = 0
    /// Attempts to send whose outcome stayed in doubt.
    private(set) var doubts = 0
    /// Notifications that were begun when the program ended, and are not repeated.
    private(set) var noticeDoubts = 0
    private let plans: [String: [PlanView]]

    init(_ letters: [Letter], _ census: Census, _ journal: JournalState) {
        plans = journal.byToken
        for letter in letters {
            judgePlace(letter, census.account[letter.token] ?? [])
            judgePlan(letter)
            judgeNotice(letter, census.rings[letter.token] ?? 0)
            for recipient in [Letter.onCall, Letter.deputy] {
                judgeForwards(letter, recipient, census.forwards(of: letter, to: recipient))
            }
        }
        judgeRest(letters, census, journal)
    }

    func count(_ charges: Charge...) -> Int { complaints.count { charges.contains($0.charge) } }

    /// Letters to look at closely: two for each charge.
    var examples: [Letter] {
        var examples: [Int: Letter] = [:]
        for complaints in Dictionary(grouping: complaints, by: \.charge).values {
            for letter in complaints.compactMap(\.letter).prefix(2) { examples[letter.number] = letter }
        }
        return examples.values.sorted { $0.number < $1.number }
    }

    private mutating func complain(_ charge: Charge, _ letter: Letter?, _ detail: String) {
        complaints.append(Complaint(charge: charge, letter: letter, detail: detail))
    }

    private mutating func judgePlace(_ letter: Letter, _ found: [Census.Found]) {
        let places = found.map(\.place).sorted()
        let expected = letter.places.sorted()
        if places != expected {
            let charge: Charge =
                places.count < expected.count ? .lost : places.count > expected.count ? .doubled : .misplaced
            complain(charge, letter, "expected in \(expected), found in \(places)")
        }
        let sent = String(decoding: letter.bytes, as: UTF8.self).replacing("\r\n", with: "\n")
        for copy in found where copy.message.withoutTrace != sent {
            complain(.altered, letter, "the message in \(copy.place) is not what was delivered")
        }
    }

    private mutating func judgePlan(_ letter: Letter) {
        let plans = plans[letter.token] ?? []
        guard plans.count == (letter.isPlanned ? 1 : 0) else {
            return complain(.undecided, letter, "\(plans.count) plans")
        }
        guard let plan = plans.first else { return }
        if plan.rules != [Letter.tally, letter.kind.rawValue] {
            complain(.undecided, letter, "decided by \(plan.rules)")
        }
        if plan.plan.state != .done || plan.steps.contains(where: { $0.state != .done }) {
            complain(.unfinished, letter, "plan \(plan.plan.id) is \(plan.plan.state.rawValue)")
        }
    }

    /// A program that may have run is not run again, and that is said.
    private mutating func judgeNotice(_ letter: Letter, _ rings: Int) {
        let steps = (plans[letter.token] ?? []).flatMap(\.steps).filter { $0.kind == .notify }
        let isDoubtful = steps.contains { $0.outcome?.detail?.contains("interrupted") ?? false }
        if isDoubtful { noticeDoubts += 1 }
        let isFine = letter.kind == .notified ? rings == 1 || (rings == 0 && isDoubtful) : rings == 0
        if !isFine { complain(.notice, letter, "notified \(rings) times, in doubt: \(isDoubtful)") }
    }

    private mutating func judgeForwards(_ letter: Letter, _ recipient: String, _ arrived: [StoredMessage]) {
        guard letter.recipients.contains(recipient) else {
            if !arrived.isEmpty { complain(.strayForward, letter, "\(arrived.count) to \(recipient)") }
            return
        }
        guard !arrived.isEmpty else { return complain(.forwardLost, letter, "nothing arrived at \(recipient)") }
        if Set(arrived.map(\.withoutTrace)).count != 1 || Set(arrived.map { $0.header("Message-ID") }).count != 1 {
            complain(.forwardAltered, letter, "the \(arrived.count) forwards to \(recipient) are not the same")
        }
        let rows = (plans[letter.token] ?? []).flatMap(\.steps).flatMap(\.outbox)
            .filter { $0.draft.recipient == recipient }
        let unknown = rows.flatMap(\.attempts).count { $0.result == .unknown }
        doubts += unknown
        if arrived.count - 1 > unknown {
            complain(
                .forwardDoubled, letter, "\(arrived.count) arrived at \(recipient), but only \(unknown) were in doubt")
        } else {
            allowedDuplicates += arrived.count - 1
        }
        if rows.count != 1 || rows[0].state != .accepted
            || rows[0].attempts.count(where: { $0.result == .accepted }) != 1
        {
            complain(.unfinished, letter, "the forward to \(recipient) is not noted as handed over once")
        }
    }

    private mutating func judgeRest(_ letters: [Letter], _ census: Census, _ journal: JournalState) {
        let tokens = Set(letters.map(\.token))
        for (token, found) in census.account where !tokens.contains(token) {
            complain(.stray, nil, "“\(token)” in \(found.map(\.place))")
        }
        for (recipient, forwards) in census.forwards {
            for (token, found) in forwards where !tokens.contains(token) {
                complain(.strayForward, nil, "“\(token)” \(found.count) times at \(recipient)")
            }
        }
        for token in plans.keys where !tokens.contains(token) {
            complain(.undecided, nil, "a plan for “\(token)”")
        }
        for (folder, next) in JournalState.nextUIDs(letters) where journal.nextUID[folder] != next {
            complain(.leftover, nil, "\(folder) is decided up to UID \(journal.nextUID[folder] ?? 0), not \(next)")
        }
        if journal.tally != letters.count {
            complain(.undecided, nil, "the rules counted \(journal.tally) of \(letters.count) letters")
        }
        if !journal.spooled.isEmpty { complain(.leftover, nil, "the spool holds \(journal.spooled.count) files") }
    }
}
