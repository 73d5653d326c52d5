import ActionJournal
import IMAPSession
import IMAPSyntax
import Logging
import MIMEParsing
import MailModel
import MailboxWatch
import RuleRuntime

/// Turns what another hand changed into decisions, stored in one transaction with the mirror that knows of it: nothing
/// is passed over, nothing is told twice.
struct ChangeDecisions: Sendable {
    let visit: MailboxVisit
    let logger: Logger
    let interest: ChangeInterest
    /// The header fields that the mirror keeps.
    let fields: MirrorState.Fields
    /// For how long nobody looked, in seconds.
    let absence: Int64

    func decide(_ look: inout MirrorLook) async throws {
        look.own = try await visit.journal.ownEffects(
            account: visit.hub.name, mailbox: visit.mailbox, uidValidity: visit.uidValidity,
            of: look.changes.map(\.uid) + look.doubted)
        let (present, unreadable) = try await fetchChanged(&look)
        let changes = look.changes
        let removed = interest.removals ? changes.filter(\.isRemoval).map(\.uid) : []
        let kept = try await visit.journal.mirroredFacts(
            account: visit.hub.name, mailbox: visit.mailbox, of: removed)
        let facts = facts(look, kept)
        guard !facts.isEmpty else { return }
        let flags = Dictionary(look.known.map { ($0.uid, $0.flags) }, uniquingKeysWith: { first, _ in first })
        try await DecisionStore(visit: visit, logger: logger).store(progress: [], facts: facts) { state in
            var records: [DecisionRecord] = []
            for change in changes {
                switch change {
                case .flagsChanged(let uid, let difference, let number) where interest.flags:
                    if let message = present[uid] {
                        records += try await decide(message, difference, number, &state)
                    } else if unreadable.contains(uid) {
                        records.append(
                            Arrivals(visit: visit, logger: logger).unreadable(
                                uid, .flags(number), event: RuleEventKind.flags.rawValue))
                    }
                case .removed(let uid) where interest.removals:
                    guard let facts = kept[uid] else {
                        logger.warning("removed before its header was known", metadata: ["uid": "\(uid)"])
                        continue
                    }
                    records += try await RemovedMessage(visit: visit, fields: fields, absence: absence)
                        .decide(uid, flags[uid] ?? [], facts, &state)
                case .flagsChanged, .removed, .appeared: break
                }
            }
            return records
        }
    }

    /// Fetches the messages whose flags changed, as rules want to see them; the flags that come with them are the newest
    /// and the ones that count. A message that is gone meanwhile is left for another look.
    private func fetchChanged(
        _ look: inout MirrorLook
    ) async throws -> (present: [UID: ArrivedMessage], unreadable: Set<UID>) {
        var present: [UID: ArrivedMessage] = [:]
        var unreadable: Set<UID> = []
        guard interest.flags else { return (present, unreadable) }
        let changed = look.changes.compactMap { if case .flagsChanged(let uid, _, _) = $0 { uid } else { nil } }
        guard !changed.isEmpty else { return (present, unreadable) }
        let names = await visit.hub.surroundings.rules.headerFields(for: visit.hub.name)
        for part in changed.chunks(of: MirrorBuilder.part) {
            let fetched = try await visit.fetch(Array(part), fields: names)
            for message in fetched.messages {
                guard let uid = message.uid else { continue }
                look.told(message)
                if let arrived = visit.arrived(message, fields: names) {
                    present[uid] = arrived
                } else {
                    unreadable.insert(uid)
                }
            }
            unreadable.formUnion(fetched.unreadable)
            for uid in part where present[uid] == nil && !unreadable.contains(uid) { look.passOver(uid) }
        }
        return (present, unreadable)
    }

    private func facts(_ look: MirrorLook, _ kept: [UID: MirroredFacts]) -> [JournalFact] {
        var facts: [JournalFact] = []
        let updated = look.updated
        if !updated.isEmpty { facts.append(.mirrored(updated.map { MirrorEntry($0, visit.key($0.uid)) })) }
        let dropped = look.dropped
        if !dropped.isEmpty { facts.append(.unmirrored(visit.hub.name, visit.mailbox, dropped)) }
        return facts
    }

    private func decide(
        _ message: ArrivedMessage, _ difference: FlagDifference, _ number: Int, _ state: inout RuleStateSnapshot
    ) async throws -> [DecisionRecord] {
        let decided = try await visit.decider.decide(
            message, event: .flags(added: difference.added, removed: difference.removed), trigger: .flags(number),
            state: &state, absence: absence
        )
        var records: [DecisionRecord] = []
        for var record in decided {
            record.flagChange = difference
            records.append(try await FlagFight(journal: visit.journal, logger: logger).settle(record))
        }
        return records
    }
}
