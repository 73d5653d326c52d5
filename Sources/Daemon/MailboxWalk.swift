import IMAPSession
import IMAPSyntax
import MailModel

/// Goes over the messages that are in a mailbox now, in the order of their UIDs and part by part: the next parts are on
/// their way while the present one is worked on, so that nobody waits for the line.
struct MailboxWalk: Sendable {
    /// Messages fetched and given together.
    static let part = 1_500
    /// Parts that are on their way, with some header fields of each message or with whole headers.
    static let (partsAhead, wholePartsAhead) = (7, 2)

    /// Messages that were fetched together.
    struct Part: Sendable {
        /// Those that are not marked deleted, with the header fields that were asked for.
        var messages: [ArrivedMessage] = []
        /// There, but the server did not give them; with why, where that is known.
        var unreadable: [(uid: UID, reason: String?)] = []
        /// The highest UID.
        var last: UID
        /// Whether with this one half of the parts are given.
        var isHalf: Bool
    }

    let visit: MailboxVisit
    /// Only messages received at or after, in seconds since 1970; `nil`: all.
    var since: Int64?
    /// Only messages above this UID.
    var after: UID?

    /// - Parameter body: given the messages of a part, with the header fields that rules can need.
    func run(_ body: (Part) async throws -> Void) async throws {
        try await run(fetching: await visit.hub.surroundings.rules.headerFields(for: visit.hub.name), body)
    }

    /// - Parameter fields: the header fields that other rules can need; `nil`: the whole header.
    func run(fetching fields: Set<String>?, _ body: (Part) async throws -> Void) async throws {
        let parts = try await uids().chunks(of: Self.part).map(Array.init)
        let ahead = fields == nil ? Self.wholePartsAhead : Self.partsAhead
        var asked = parts.prefix(ahead).map { visit.askAhead(for: $0, fields: fields) }[...]
        for (index, uids) in parts.enumerated() {
            guard let last = uids.last, !visit.hub.isStopping else { return }
            let fetched = try await visit.fetch(uids, fields: fields, asked: asked.popFirst() ?? [])
            if index + ahead < parts.count {
                asked.append(visit.askAhead(for: parts[index + ahead], fields: fields))
            }
            try await body(part(fetched, last: last, isHalf: index + 1 == (parts.count + 1) / 2))
        }
    }

    private func part(_ fetched: FetchedPart, last: UID, isHalf: Bool) -> Part {
        var part = Part(
            unreadable: fetched.unreadable.map { ($0, fetched.reasons[$0]) }, last: last, isHalf: isHalf)
        for message in fetched.messages.sorted(by: { ($0.uid ?? .first) < ($1.uid ?? .first) }) {
            if let arrived = visit.arrived(message, fields: fetched.fields) {
                if !arrived.facts.flags.contains(.deleted) { part.messages.append(arrived) }
            } else if let uid = message.uid {
                part.unreadable.append((uid, nil))
            }
        }
        return part
    }

    private func uids() async throws -> [UID] {
        let first: UID
        if let after {
            guard let next = after.next else { return [] }
            first = next
        } else {
            first = .first
        }
        if since == nil, let listed = visit.listed {
            return UIDSet(first...UID.last).intersection(listed).uids.map(\.self)
        }
        let items: [FetchItem] = since == nil ? [.uid] : [.uid, .internalDate]
        let listed = try await visit.connection.run(.uidFetch(.from(first), items, changedSince: nil)).checked()
        let oldest = since ?? .min
        // `n:*` names the last message even when its UID is below n (RFC 3501 §6.4.8).
        return listed.fetched.filter { ($0.internalDate ?? .max) >= oldest }.compactMap(\.uid).filter { $0 >= first }
            .sorted()
    }
}
