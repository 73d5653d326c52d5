import IMAPSession
import IMAPSyntax
import MailModel

/// Goes over the messages that are in a mailbox now, in the order of their UIDs and part by part: the next part is on
/// its way while the present one is worked on, and no more than two are in memory.
struct MailboxWalk: Sendable {
    /// Messages fetched and given together.
    static let part = 1_000

    let visit: MailboxVisit
    /// Only messages received at or after, in seconds since 1970; `nil`: all.
    var since: Int64?
    /// Only messages above this UID.
    var after: UID?

    /// - Parameter body: given the messages of a part that are not marked deleted, with the header fields that rules can
    ///   need.
    func run(_ body: ([ArrivedMessage]) async throws -> Void) async throws {
        try await run(fetching: await visit.hub.surroundings.rules.headerFields(for: visit.hub.name), body)
    }

    /// - Parameter fields: the header fields that other rules can need; `nil`: the whole header.
    func run(fetching fields: Set<String>?, _ body: ([ArrivedMessage]) async throws -> Void) async throws {
        let commands = try await uids().chunks(of: Self.part).flatMap {
            visit.fetches(of: Set($0), visit.fetchItems(fields: fields))
        }
        var next = commands.first.map { visit.connection.submit([$0])[0] }
        for index in commands.indices {
            guard let reply = next, !visit.hub.isStopping else { return }
            let fetched = try await reply.value().checked().fetched
            next = commands.indices.contains(index + 1) ? visit.connection.submit([commands[index + 1]])[0] : nil
            let messages = fetched.sorted { ($0.uid ?? .first) < ($1.uid ?? .first) }
                .compactMap { visit.arrived($0, fields: fields) }.filter { !$0.facts.flags.contains(.deleted) }
            try await body(messages)
        }
    }

    private func uids() async throws -> [UID] {
        let first: UID
        if let after {
            guard let next = after.next else { return [] }
            first = next
        } else {
            first = .first
        }
        let items: [FetchItem] = since == nil ? [.uid] : [.uid, .internalDate]
        let listed = try await visit.connection.run(.uidFetch(.from(first), items, changedSince: nil)).checked()
        let oldest = since ?? .min
        // `n:*` names the last message even when its UID is below n (RFC 3501 §6.4.8).
        return listed.fetched.filter { ($0.internalDate ?? .max) >= oldest }.compactMap(\.uid).filter { $0 >= first }
            .sorted()
    }
}
