import ActionJournal
import IMAPSession
import IMAPSyntax
import Logging
import MailModel
import MailboxWatch

/// Makes the mirror of a mailbox: what is there now is how things are, and no event.
struct MirrorBuilder: Sendable {
    /// Messages whose headers are fetched, and whose rows are stored, together.
    static let part = 500

    let visit: MailboxVisit
    let logger: Logger
    let fields: MirrorState.Fields

    /// Lists every message below a UID. What is stored is kept when it is interrupted, and goes on from there.
    func build(_ state: inout MirrorState, below end: UID) async throws {
        if state.builtTo == .first { state.modSeq = try await visit.connection.selectedMailbox()?.highestModSeq }
        state.fields = fields
        var windows = ListingWindows(from: state.builtTo, to: end)
        var held: Int?
        while let range = windows.next(after: held) {
            let listed = try await list(range)
            held = listed.count
            for part in listed.chunks(of: Self.part) {
                let facts = try await facts(of: part.map(\.uid))
                if let last = part.last?.uid { state.builtTo = min(last.next ?? end, end) }
                try await visit.journal.apply([
                    .mirrored(part.map { MirrorEntry($0, visit.key($0.uid), facts[$0.uid]) }), .mirrorState(state),
                ])
            }
        }
        state.builtTo = end
        state.isComplete = true
        try await visit.journal.apply([.mirrorState(state)])
        logger.info("the folder's messages are known; changes are told from now on")
    }

    /// Keeps header fields of messages that are in the mirror already, because a rule needs them now.
    func addFacts(_ state: inout MirrorState) async throws {
        var from: UID? = .first
        while let first = from {
            let entries = try await visit.journal.mirrored(
                UIDSet(first...UID.last), account: visit.hub.name, mailbox: visit.mailbox, limit: Self.part)
            let facts = try await facts(of: entries.map(\.key.uid))
            let known = entries.map { entry in
                var entry = entry
                entry.facts = facts[entry.key.uid]
                return entry
            }
            try await visit.journal.apply([.mirrored(known.filter { $0.facts != nil })])
            from = entries.count < Self.part ? nil : entries.last?.key.uid.next
        }
        state.fields = fields
        try await visit.journal.apply([.mirrorState(state)])
        logger.info("what rules can ask of removed messages is kept from now on")
    }

    private func list(_ range: ClosedRange<UID>) async throws -> [MirroredMessage] {
        let reply = try await visit.connection.run(
            .uidFetch(.set(UIDSet(range)), [.uid, .flags], changedSince: nil)
        ).checked()
        var look = MirrorLook([], below: range.upperBound.next ?? .last)
        for line in reply.fetched { look.told(line) }
        return look.updated
    }

    private func facts(of uids: [UID]) async throws -> [UID: MirroredFacts] {
        let names: Set<String>?
        switch fields {
        case .none: return [:]
        case .some(let wanted): names = wanted
        case .all: names = nil
        }
        let fetched = try await visit.fetch(uids, fields: names)
        return Dictionary(
            fetched.messages.compactMap { message in
                visit.arrived(message, fields: names).flatMap { arrived in
                    KeptHeader.facts(of: arrived, keeping: fields).map { (arrived.key.uid, $0) }
                }
            },
            uniquingKeysWith: { first, _ in first }
        )
    }
}

extension MirrorEntry {
    init(_ message: MirroredMessage, _ key: MessageKey, _ facts: MirroredFacts? = nil) {
        self.init(key: key, flags: message.flags, modSeq: message.modSeq, changes: message.changes, facts: facts)
    }
}

extension MirroredMessage {
    init(_ entry: MirrorEntry) {
        self.init(uid: entry.key.uid, flags: entry.flags, modSeq: entry.modSeq, changes: entry.changes)
    }
}
