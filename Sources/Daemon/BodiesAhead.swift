import ActionJournal
import IMAPSession
import IMAPSyntax
import MailModel
import RuleRuntime

/// Decides many messages, and fetches the bodies that rules turn out to need together and ahead: one by one each would
/// cost a round trip.
struct BodiesAhead {
    /// Bytes of messages that are fetched together. No more than two such lots are in memory.
    private static let lotBytes = 4 * 1_024 * 1_024

    private struct Lot {
        var messages: [ArrivedMessage] = []
        /// What the rules said of these without bodies.
        var answers: [MessageDecider.FirstAnswer] = []
        /// Those of which a rule needs the body.
        var open: Set<UID> = []
        var bytes = 0
    }

    let visit: MailboxVisit
    let event: RuleEvent
    let only: Set<String>?
    /// Whether reading many together has failed: then each is read by itself, so that it is known which one is to blame.
    let isCareful: Bool

    /// The records of the messages, in their order.
    func decide(
        _ messages: [ArrivedMessage], trigger: PlanTrigger, state: inout RuleStateSnapshot, proposing: Bool
    ) async throws -> [DecisionRecord] {
        guard !isCareful, await visit.hub.surroundings.rules.mayReadBodies(of: visit.hub.name) else {
            return try await visit.decider.decide(
                messages, event: event, trigger: trigger, state: &state, proposing: proposing, only: only)
        }
        var records: [DecisionRecord] = []
        let lots = await lots(messages, state)
        var asked = lots.first.map(ask) ?? []
        // What rules said holds for as long as nothing that they remember has changed, and none is set aside.
        let health = visit.decider.surroundings.health
        let (changes, aside) = (state.changeCount, health.count)
        for (index, lot) in lots.enumerated() {
            let bodies = try await bodies(asked)
            asked = index + 1 < lots.count ? ask(lots[index + 1]) : []
            var decider = visit.decider
            let fetch = decider.fetch
            // What did not come with the others is asked for by itself.
            decider.fetch = { uid, section in
                if section == .whole, let bytes = bodies[uid] { return bytes }
                return try await fetch(uid, section)
            }
            records += try await decider.decide(
                lot.messages, event: event, trigger: trigger, state: &state, proposing: proposing, only: only,
                known: state.changeCount == changes && health.count == aside ? lot.answers : [])
        }
        return records
    }

    private func lots(_ messages: [ArrivedMessage], _ state: RuleStateSnapshot) async -> [Lot] {
        var lots: [Lot] = []
        var lot = Lot()
        let answers = await visit.decider.firstAnswers(messages[...], event, only: only, state: state, past: true)
        for (message, answer) in zip(messages, answers) {
            var isOpen = false
            if case .needs(.body) = answer.outcome { isOpen = mayBeRead(message) }
            if isOpen, !lot.open.isEmpty, lot.bytes + message.facts.size > Self.lotBytes {
                lots.append(lot)
                lot = Lot()
            }
            lot.messages.append(message)
            lot.answers.append(answer)
            guard isOpen else { continue }
            lot.open.insert(message.key.uid)
            lot.bytes += message.facts.size
        }
        return lots + [lot]
    }

    /// Whether it is neither too large nor known to break the connection.
    private func mayBeRead(_ message: ArrivedMessage) -> Bool {
        let subject = ReadingTrouble.Subject(uid: message.key.uid, section: .whole)
        return message.facts.size <= MessageDecider.largestBody
            && visit.hub.readingTrouble.refusal(of: subject, in: visit.mailbox, visit.uidValidity) == nil
    }

    private func ask(_ lot: Lot) -> [PendingReply] {
        visit.connection.submit(visit.fetches(of: lot.open, [.uid, .bodyPeek(.whole, partial: nil)]))
    }

    private func bodies(_ asked: [PendingReply]) async throws -> [UID: [UInt8]] {
        var bodies: [UID: [UInt8]] = [:]
        for reply in asked {
            for message in try await reply.value().exceptPassingRefusals().fetched {
                if let uid = message.uid, let bytes = message.body(.whole) { bodies[uid] = bytes }
            }
        }
        return bodies
    }
}
