import ActionJournal
import IMAPSession
import IMAPSyntax
import MailModel

/// Finds what happened to messages between a sweep's plan and its being carried out.
struct SweepChanges: Sendable {
    let engine: Engine

    /// - Returns: sentences for each plan whose message is not as the rules saw it.
    func look(_ plans: [PlanRecord]) async throws -> [PlanID: [String]] {
        var changes: [PlanID: [String]] = [:]
        for hub in engine.hubs {
            let own = plans.filter { $0.key.account == hub.name }
            for mailbox in Set(own.map(\.key.mailbox)).sorted() {
                let (visit, _) = try await MailboxVisit.open(hub, mailbox)
                defer { visit.connection.close() }
                changes.merge(try await look(own.filter { $0.key.mailbox == mailbox }, visit)) { _, new in new }
            }
        }
        return changes
    }

    private func look(_ plans: [PlanRecord], _ visit: MailboxVisit) async throws -> [PlanID: [String]] {
        guard let uids = NonEmptyUIDSet(UIDSet(plans.map(\.key.uid))) else { return [:] }
        var flags: [UID: Set<Flag>] = [:]
        for chunk in CommandEncoder.chunks(of: uids, lineLimit: visit.hub.account.profile.quirks.lineLength) {
            let reply = try await visit.connection.run(
                .uidFetch(.set(chunk.set), [.uid, .flags], changedSince: nil)
            ).checked()
            for message in reply.fetched {
                if let uid = message.uid, let now = message.flags { flags[uid] = now }
            }
        }
        var changes: [PlanID: [String]] = [:]
        for plan in plans {
            let found: [String]
            if plan.key.uidValidity != visit.uidValidity {
                found = ["“\(visit.mailbox)” was renumbered by the server"]
            } else if let now = flags[plan.key.uid] {
                found = Self.differences(from: plan.flags, to: now)
            } else {
                found = [try await whereabouts(of: plan)]
            }
            if !found.isEmpty { changes[plan.id] = found }
        }
        return changes
    }

    static func differences(from before: Set<Flag>, to now: Set<Flag>) -> [String] {
        let added = now.subtracting(before).subtracting([.recent]).sorted()
        let removed = before.subtracting(now).subtracting([.recent]).sorted()
        return added.map { "somebody set \($0.name)" } + removed.map { "somebody took \($0.name) away" }
    }

    /// Gone from where it was: the journal may know where another plan, or an event, saw it last.
    private func whereabouts(of plan: PlanRecord) async throws -> String {
        let journal = engine.surroundings.journal
        if let place = try await journal.lastPlace(of: plan.identity, account: plan.key.account),
            place.mailbox != plan.key.mailbox
        {
            return "it is no longer in “\(plan.key.mailbox)”; it was last seen in “\(place.mailbox)”"
        }
        return "it is no longer in “\(plan.key.mailbox)”"
    }
}
