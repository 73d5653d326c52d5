import ActionJournal
import Foundation
import MailModel

@testable import TestKit

/// What lies where on all servers, what was sent and what was rung, by token.
struct SoakCensus: Sendable {
    struct Found: Hashable, Sendable {
        var place: SoakPlace
        var content: String
    }

    /// What bears no token is under `""`.
    private(set) var found: [String: [Found]] = [:]
    /// By recipient, then token.
    private(set) var forwards: [String: [String: [StoredMessage]]] = [:]
    private(set) var rings: [String: Int] = [:]

    init(_ site: SoakSite) {
        for (home, server) in site.mail {
            for folder in server.mailboxes(of: home.rawValue) {
                for message in server.messages(of: home.rawValue, in: folder) {
                    let place = SoakPlace(home: home, folder: folder, flags: message.flags)
                    found[Token.first(in: message.text) ?? "", default: []].append(
                        Found(place: place, content: message.withoutTrace))
                }
            }
        }
        for recipient in SoakLetter.recipients {
            forwards[recipient] = Dictionary(grouping: site.relay.messages(of: recipient)) {
                Token.first(in: $0.text) ?? ""
            }
        }
        let lines =
            (try? String(contentsOfFile: site.rings, encoding: .utf8))?.split(separator: "\n") ?? []
        for line in lines { if let token = Token.first(in: line) { rings[token, default: 0] += 1 } }
    }

    /// Where everything is, to be compared.
    var places: [String: [SoakPlace]] { found.mapValues { $0.map(\.place).sorted() } }
}

/// Holds what was found against what was promised.
struct SoakVerdict: Sendable {
    struct Complaint: Sendable {
        var charge: Verdict.Charge
        var letter: SoakLetter?
        var detail: String
    }

    private(set) var complaints: [Complaint] = []
    /// Sends and notices whose outcome nobody can know.
    private(set) var doubts = 0
    private let plans: [String: [PlanView]]

    init(
        _ letters: [SoakLetter], _ census: SoakCensus, _ plans: [PlanView],
        _ deeds: [String: Set<SoakLetter.Deed>]
    ) {
        self.plans = Dictionary(grouping: plans) { Token.first(in: $0.plan.headline.subject) ?? "" }
        for letter in letters {
            judgePlace(letter, census.found[letter.token] ?? [], deeds[letter.token] ?? [])
            judgePlans(letter)
            judgeForwards(letter, census)
            judgeRings(letter, census.rings[letter.token] ?? 0, deeds[letter.token] ?? [])
        }
        let tokens = Set(letters.map(\.token))
        for (token, found) in census.found where !tokens.contains(token) {
            complain(.stray, nil, "“\(token)” in \(found.map(\.place))")
        }
    }

    func count(_ charges: Verdict.Charge...) -> Int {
        complaints.count { charges.contains($0.charge) }
    }

    func plans(of letter: SoakLetter) -> [PlanView] { plans[letter.token] ?? [] }

    private mutating func complain(_ charge: Verdict.Charge, _ letter: SoakLetter?, _ detail: String) {
        complaints.append(Complaint(charge: charge, letter: letter, detail: detail))
    }

    private mutating func judgePlace(
        _ letter: SoakLetter, _ found: [SoakCensus.Found], _ deeds: Set<SoakLetter.Deed>
    ) {
        let wasLeft = plans(of: letter).flatMap(\.steps).contains { $0.state == .superseded }
        let allowed = letter.allowedEnds(deeds, wasLeft: wasLeft)
        let places = found.map(\.place).sorted()
        if !allowed.contains(places) {
            let counts = allowed.map(\.count)
            let charge: Verdict.Charge =
                places.count < counts.min() ?? 0
                ? .lost : places.count > counts.max() ?? 0 ? .doubled : .misplaced
            complain(
                charge, letter, "allowed \(allowed.sorted { $0.count < $1.count }), found in \(places)")
        }
        let sent = String(decoding: letter.bytes, as: UTF8.self).replacing("\r\n", with: "\n")
        for copy in found where copy.content != sent {
            complain(.altered, letter, "the message in \(copy.place) is not what was delivered")
        }
    }

    private mutating func judgePlans(_ letter: SoakLetter) {
        for plan in plans(of: letter) {
            switch plan.plan.state {
            case .done: break
            case .superseded where letter.isRace || letter.meddling == .dragBack: break
            // Somebody took the copy away before its source was removed.
            case .held where letter.home == .joe && letter.meddling == .dragBack: break
            case .rolledBack where letter.home == .joe && letter.meddling == .dragBack: break
            case .proposed, .planned, .running, .failed, .rolledBack, .superseded, .held, .undone:
                complain(
                    .unfinished, letter,
                    "plan \(plan.plan.id) is \(plan.plan.state.rawValue): \(plan.plan.error ?? "")"
                )
            }
        }
    }

    private mutating func judgeForwards(_ letter: SoakLetter, _ census: SoakCensus) {
        let arrived = SoakLetter.recipients.flatMap { census.forwards[$0]?[letter.token] ?? [] }
        guard letter.kind == .forwarded else {
            if !arrived.isEmpty { complain(.strayForward, letter, "\(arrived.count) forwards") }
            return
        }
        let rows = plans(of: letter).flatMap(\.steps).flatMap(\.outbox)
        let unknown = rows.flatMap(\.attempts).count { $0.result == .unknown }
        doubts += unknown
        if arrived.isEmpty {
            // None is sent for a message that somebody took away first.
            if !letter.isRace || rows.contains(where: { $0.state == .accepted }) {
                complain(.forwardLost, letter, "nothing arrived at \(letter.recipient)")
            }
        } else if arrived.count - 1 > unknown {
            complain(
                .forwardDoubled, letter, "\(arrived.count) arrived, but only \(unknown) were in doubt")
        } else if Set(arrived.map(\.withoutTrace)).count != 1 {
            complain(.forwardAltered, letter, "the \(arrived.count) forwards are not the same")
        }
    }

    private mutating func judgeRings(
        _ letter: SoakLetter, _ rings: Int, _ deeds: Set<SoakLetter.Deed>
    ) {
        let steps = plans(of: letter).flatMap(\.steps).filter { $0.kind == .notify }
        let isDoubtful = steps.contains { $0.outcome?.detail?.contains("interrupted") ?? false }
        // A notice of many lists only the first of them.
        let isTogether = steps.contains { $0.outcome?.detail?.contains("told together") ?? false }
        if isDoubtful, rings == 0 { doubts += 1 }
        let isFine =
            switch letter.kind {
            case .notified: rings == 1 || rings == 0 && (isDoubtful || isTogether)
            case .gone where deeds.contains(.changed):
                rings == 1 || rings == 0 && (isDoubtful || isTogether)
            default: rings == 0
            }
        if !isFine { complain(.notice, letter, "notified \(rings) times, in doubt: \(isDoubtful)") }
    }
}
