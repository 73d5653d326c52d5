import IMAPSession
import IMAPSyntax
import MailModel

/// Messages fetched together, and those whose data the server did not give.
struct FetchedPart: Sendable {
    var messages: [FetchedMessage] = []
    /// There, but not readable.
    var unreadable: [UID] = []
    /// The header fields that were asked for; `nil`: the whole header.
    var fields: Set<String>?

    var isEmpty: Bool { messages.isEmpty && unreadable.isEmpty }
    var uids: [UID] { messages.compactMap(\.uid) + unreadable }
}

extension MailboxVisit {
    /// Everything from a UID on.
    func fetch(from first: UID, fields: Set<String>?) async throws -> FetchedPart {
        let reply = try await connection.run(.uidFetch(.from(first), fetchItems(fields: fields), changedSince: nil))
        if reply.status != .ok, reply.error.isTransient { throw reply.error }
        guard reply.status == .ok, reply.fetched.allSatisfy({ isComplete($0) || ($0.uid ?? .first) < first }) else {
            let listed = try await connection.run(.uidFetch(.from(first), [.uid], changedSince: nil)).checked()
            return try await fetch(listed.fetched.compactMap(\.uid).filter { $0 >= first }, fields: fields)
        }
        // `n:*` names the last message even when its UID is below n (RFC 3501 §6.4.8).
        return FetchedPart(messages: reply.fetched.filter { ($0.uid ?? .first) >= first }, fields: fields)
    }

    /// These messages. One that the server leaves out, or refuses to give, is asked for once more by itself: it must
    /// neither be passed over nor stand in the way of the others.
    func fetch(_ uids: [UID], fields: Set<String>?) async throws -> FetchedPart {
        guard !uids.isEmpty else { return FetchedPart(fields: fields) }
        let items = fetchItems(fields: fields)
        let wanted = Set(uids)
        var part = FetchedPart(fields: fields)
        let lineLimit = hub.account.profile.quirks.lineLength
        let commands = NonEmptyUIDSet(UIDSet(uids)).map { CommandEncoder.chunks(of: $0, lineLimit: lineLimit) } ?? []
        for reply in try await connection.run(commands.map { .uidFetch(.set($0.set), items, changedSince: nil) }) {
            if reply.status != .ok, reply.error.isTransient { throw reply.error }
            part.messages += reply.fetched.filter { isComplete($0) && wanted.contains($0.uid ?? .first) }
        }
        let given = Set(part.messages.compactMap(\.uid))
        for uid in uids where !given.contains(uid) {
            let single = try await connection.run(.uidFetch(.set(UIDSet(uid)), items, changedSince: nil))
            if let message = single.fetched.first(where: { $0.uid == uid && isComplete($0) }) {
                part.messages.append(message)
                continue
            }
            let look = try await connection.run(.uidFetch(.set(UIDSet(uid)), [.uid, .flags], changedSince: nil))
            if look.fetched.contains(where: { $0.uid == uid }) { part.unreadable.append(uid) }
        }
        return part
    }

    private func isComplete(_ message: FetchedMessage) -> Bool { message.facts != nil && !message.bodies.isEmpty }
}
