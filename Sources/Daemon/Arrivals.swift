import ActionJournal
import IMAPSession
import IMAPSyntax
import Logging
import MIMEParsing
import MailModel
import MailboxWatch
import RuleRuntime

/// Turns messages that appeared in a mailbox into decisions: what each is to the rules, and what they want for it.
struct Arrivals: Sendable {
    let visit: MailboxVisit
    let logger: Logger

    /// The records of these messages, in the order of their UIDs; none for what vanished meanwhile.
    func decide(
        _ part: FetchedPart, memory: MailboxMemory, state: inout RuleStateSnapshot, afterReset: Bool
    ) async throws -> [DecisionRecord] {
        var records = part.unreadable.map { unreadable($0, .new, event: "new", because: part.reasons[$0]) }
        var arrived: [ArrivedMessage] = []
        for message in part.messages.sorted(by: { ($0.uid ?? .first) < ($1.uid ?? .first) }) {
            if let message = visit.arrived(message, fields: part.fields) {
                arrived.append(message)
            } else if let uid = message.uid {
                records.append(unreadable(uid, .new, event: "new"))
            }
        }
        let known = try await visit.journal.identityMemory(
            of: arrived, account: visit.hub.name, mailbox: visit.mailbox
        )
        // What a server lists twice is one message. Two that are alike and there at the same time are two, even to the byte.
        var seen: Set<MessageKey> = []
        let judged = arrived.filter { seen.insert($0.key).inserted }.map { message in
            let arrival = ArrivalJudge.judge(
                internalDate: message.facts.internalDate, identity: known[message.key] ?? IdentityMemory(),
                memory: memory, afterReset: afterReset)
            // Marked deleted by somebody: no rule matches it (DESIGN §4).
            return (message: message, arrival: message.facts.flags.contains(.deleted) ? nil : arrival)
        }
        let absence = max(0, visit.hub.surroundings.clock() - memory.lastCompleteCheck)
        var rest = judged[...]
        while let first = rest.first {
            let alike = rest.prefix { $0.arrival == first.arrival }
            rest = rest.dropFirst(alike.count)
            records += try await decide(alike.map(\.message), first.arrival, absence: absence, &state)
        }
        return records.sorted { $0.key.uid < $1.key.uid }
    }

    /// Records that only make the messages known.
    func remember(_ fetched: [FetchedMessage]) -> [DecisionRecord] {
        fetched.compactMap { visit.arrived($0, fields: []) }.map { noted($0, "before") }
    }

    /// - Parameter arrival: what all of them are; `nil`: marked deleted.
    private func decide(
        _ messages: [ArrivedMessage], _ arrival: Arrival?, absence: Int64, _ state: inout RuleStateSnapshot
    ) async throws -> [DecisionRecord] {
        func decide(_ event: RuleEvent, _ trigger: PlanTrigger) async throws -> [DecisionRecord] {
            try await visit.decider.decide(messages, event: event, trigger: trigger, state: &state, absence: absence)
        }
        switch arrival {
        case nil: return messages.map { noted($0, "deleted") }
        case .new: return try await decide(.new, .new)
        case .movedIn: return try await decide(.movedIn, .movedIn)
        case .ownEcho: return messages.map { noted($0, "own") }
        case .takenBack: return messages.map { noted($0, "taken_back") }
        case .knownBefore: return messages.map { noted($0, "renumbered") }
        }
    }

    /// Only remembered: no rule is asked.
    private func noted(_ message: ArrivedMessage, _ event: String) -> DecisionRecord {
        DecisionRecord(
            key: message.key, identity: message.identity, trigger: .movedIn, time: visit.hub.surroundings.clock(),
            headline: MessageHeadline(message.header), event: event, generation: 0, state: .done,
            flags: message.facts.flags
        )
    }

    /// The failed decision of a message that the server does not show.
    ///
    /// - Parameter reason: where there is more to say.
    func unreadable(
        _ uid: UID, _ trigger: PlanTrigger, event: String, because reason: String? = nil
    ) -> DecisionRecord {
        logger.error("the server did not give a message's header; it stays as it is", metadata: ["uid": "\(uid)"])
        return DecisionRecord(
            key: visit.key(uid),
            identity: MessageIdentity(rawValue: "unread:\(visit.mailbox)/\(visit.uidValidity)/\(uid)"),
            trigger: trigger, time: visit.hub.surroundings.clock(),
            headline: MessageHeadline(messageID: "", subject: "", from: ""), event: event, generation: 0,
            state: .failed,
            error: "the server did not give the message's header; it stays as it is" + (reason.map { ": \($0)" } ?? "")
        )
    }
}
