import ActionJournal
import IMAPSession
import IMAPSyntax
import MIMEParsing
import MailModel
import RuleRuntime

/// Decides many messages, and fetches the bodies that rules turn out to need together and ahead: one by one each would
/// cost a round trip. Of long ones only what rules ask for is fetched.
struct BodiesAhead {
    /// Bytes of messages that are fetched together. No more than two such lots are in memory.
    private static let lotBytes = 4 * 1_024 * 1_024

    private struct Lot {
        var messages: [ArrivedMessage] = []
        /// What the rules said of these without bodies.
        var answers: [MessageDecider.FirstAnswer] = []
        /// Those of which a rule needs the body.
        var whole: Set<UID> = []
        /// Those of which an excerpt will do.
        var excerpts: [UID: MessageExcerpt] = [:]
        var bytes = 0

        var isEmpty: Bool { whole.isEmpty && excerpts.isEmpty }
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
        let lots = try await lots(messages, state)
        var asked = lots.first.map(ask) ?? []
        // What rules said holds for as long as nothing that they remember has changed, and none is set aside.
        let health = visit.decider.surroundings.health
        let (changes, aside) = (state.changeCount, health.count)
        for (index, lot) in lots.enumerated() {
            let bodies = try await bodies(asked, of: lot)
            asked = index + 1 < lots.count ? ask(lots[index + 1]) : []
            var decider = visit.decider
            let (fetch, excerpt) = (decider.fetch, decider.excerpt)
            // What did not come with the others is asked for by itself.
            decider.fetch = { uid, section in
                if section == .whole, lot.whole.contains(uid), let bytes = bodies[uid] { return bytes }
                return try await fetch(uid, section)
            }
            decider.excerpt = { uid, size in
                if lot.whole.contains(uid) { return nil }
                return lot.excerpts[uid] == nil ? try await excerpt(uid, size) : bodies[uid]
            }
            records += try await decider.decide(
                lot.messages, event: event, trigger: trigger, state: &state, proposing: proposing, only: only,
                known: state.changeCount == changes && health.count == aside ? lot.answers : [])
        }
        return records
    }

    private func lots(_ messages: [ArrivedMessage], _ state: RuleStateSnapshot) async throws -> [Lot] {
        var lots: [Lot] = []
        var lot = Lot()
        let answers = await visit.decider.firstAnswers(messages[...], event, only: only, state: state, past: true)
        let excerpts = try await excerpts(zip(messages, answers).filter { $1.outcome.asksForTexts }.map(\.0))
        for (message, answer) in zip(messages, answers) {
            let uid = message.key.uid
            let excerpt = excerpts[uid]
            let size = excerpt?.contentSize ?? message.facts.size
            let isOpen = answer.outcome.asksForMore && mayBeRead(uid, size, excerpt == nil ? .whole : .text)
            if isOpen, !lot.isEmpty, lot.bytes + size > Self.lotBytes {
                lots.append(lot)
                lot = Lot()
            }
            lot.messages.append(message)
            lot.answers.append(answer)
            guard isOpen else { continue }
            if let excerpt { lot.excerpts[uid] = excerpt } else { lot.whole.insert(uid) }
            lot.bytes += size
        }
        return lots + [lot]
    }

    /// What the long ones among these are made of.
    private func excerpts(_ messages: [ArrivedMessage]) async throws -> [UID: MessageExcerpt] {
        let long = messages.filter { $0.facts.size >= MessageExcerpt.shortest }
        let sizes = Dictionary(long.map { ($0.key.uid, $0.facts.size) }) { first, _ in first }
        var excerpts: [UID: MessageExcerpt] = [:]
        for reply in visit.connection.submit(visit.fetches(of: Set(sizes.keys), [.uid, .bodyStructure])) {
            for message in try await reply.value().exceptPassingRefusals().fetched {
                guard let uid = message.uid, let size = sizes[uid], let structure = message.structure else { continue }
                excerpts[uid] = MessageExcerpt(structure, size: size)
            }
        }
        return excerpts
    }

    /// Whether it is neither too large nor known to break the connection.
    private func mayBeRead(_ uid: UID, _ size: Int, _ section: BodySection) -> Bool {
        let subject = ReadingTrouble.Subject(uid: uid, section: section)
        return size <= MessageDecider.largestBody
            && visit.hub.readingTrouble.refusal(of: subject, in: visit.mailbox, visit.uidValidity) == nil
    }

    private func ask(_ lot: Lot) -> [PendingReply] {
        var commands = visit.fetches(of: lot.whole, [.uid, .bodyPeek(.whole, partial: nil)])
        // Most long messages are made alike.
        let alike = Dictionary(grouping: lot.excerpts) { $0.value.sections }
        for messages in alike.values {
            commands += visit.fetches(of: Set(messages.map(\.key)), messages[0].value.items)
        }
        return visit.connection.submit(commands)
    }

    private func bodies(_ asked: [PendingReply], of lot: Lot) async throws -> [UID: [UInt8]] {
        var bodies: [UID: [UInt8]] = [:]
        for reply in asked {
            for message in try await reply.value().exceptPassingRefusals().fetched {
                guard let uid = message.uid else { continue }
                let bytes = lot.excerpts[uid].map { $0.message(of: message) } ?? message.body(.whole)
                if let bytes { bodies[uid] = bytes }
            }
        }
        return bodies
    }
}

extension DecisionOutcome {
    fileprivate var asksForTexts: Bool { if case .needs(.texts) = self { true } else { false } }
    fileprivate var asksForMore: Bool { if case .needs(.body) = self { true } else { asksForTexts } }
}
