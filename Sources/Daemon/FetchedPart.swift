import IMAPSession
import IMAPSyntax
import MailModel

/// Messages fetched together, and those whose data the server did not give.
struct FetchedPart: Sendable {
    var messages: [FetchedMessage] = []
    /// There, but not readable.
    var unreadable: [UID] = []
    /// Why, where it is known.
    var reasons: [UID: String] = [:]
    /// The header fields that were asked for; `nil`: the whole header.
    var fields: Set<String>?

    var isEmpty: Bool { messages.isEmpty && unreadable.isEmpty }
    var uids: [UID] { messages.compactMap(\.uid) + unreadable }
}

extension MailboxVisit {
    /// Everything from a UID on.
    ///
    /// - Parameter expecting: how many the server told of; when it gives none, they are asked for one by one.
    func fetch(from first: UID, fields: Set<String>?, expecting: UInt32 = 0) async throws -> FetchedPart {
        if hub.readingTrouble.isCareful(in: mailbox, uidValidity) {
            return try await fetch(try await uids(from: first), fields: fields)
        }
        let reply = try await hub.readingTrouble.reading(nil, in: mailbox, uidValidity) {
            try await connection.run(.uidFetch(.from(first), fetchItems(fields: fields), changedSince: nil))
                .exceptPassingRefusals()
        }
        let isWhole = reply.fetched.allSatisfy { isComplete($0) || ($0.uid ?? .first) < first }
        guard reply.status == .ok, isWhole, expecting == 0 || !reply.fetched.isEmpty else {
            return try await fetch(try await uids(from: first), fields: fields)
        }
        // `n:*` names the last message even when its UID is below n (RFC 3501 §6.4.8).
        return FetchedPart(messages: once(reply.fetched.filter { ($0.uid ?? .first) >= first }), fields: fields)
    }

    private func uids(from first: UID) async throws -> [UID] {
        let listed = try await connection.run(.uidFetch(.from(first), [.uid], changedSince: nil)).checked()
        return Set(listed.fetched.compactMap(\.uid).filter { $0 >= first }).sorted()
    }

    /// Each message once, however often the server gave it: twice would be an arrival and then a return.
    private func once(_ messages: [FetchedMessage]) -> [FetchedMessage] {
        var seen: Set<UID> = []
        return messages.filter { message in message.uid.map { seen.insert($0).inserted } ?? true }
    }

    /// Asks for these messages ahead of `fetch`, which is given what this gives; nothing where they are to be read one by
    /// one.
    func askAhead(for uids: [UID], fields: Set<String>?) -> [PendingReply] {
        if hub.readingTrouble.isCareful(in: mailbox, uidValidity) { return [] }
        return connection.submit(fetches(of: Set(uids), fetchItems(fields: fields)))
    }

    /// These messages. One that the server leaves out, or refuses to give, is asked for once more by itself: it must
    /// neither be passed over nor stand in the way of the others.
    func fetch(_ uids: [UID], fields: Set<String>?) async throws -> FetchedPart {
        try await fetch(uids, fields: fields, asked: askAhead(for: uids, fields: fields))
    }

    /// - Parameter asked: what `askAhead` gave for the same messages.
    func fetch(_ uids: [UID], fields: Set<String>?, asked: [PendingReply]) async throws -> FetchedPart {
        guard !uids.isEmpty else { return FetchedPart(fields: fields) }
        let items = fetchItems(fields: fields)
        let wanted = Set(uids)
        var part = FetchedPart(fields: fields)
        if !asked.isEmpty {
            let replies = try await hub.readingTrouble.reading(nil, in: mailbox, uidValidity) {
                var replies: [CommandResult] = []
                for reply in asked { replies.append(try await reply.value().exceptPassingRefusals()) }
                return replies
            }
            for reply in replies {
                part.messages += reply.fetched.filter { isComplete($0) && wanted.contains($0.uid ?? .first) }
            }
            part.messages = once(part.messages)
        }
        let given = Set(part.messages.compactMap(\.uid))
        for uid in uids where !given.contains(uid) {
            let header = ReadingTrouble.Subject(uid: uid, section: .header)
            if let refusal = hub.readingTrouble.refusal(of: header, in: mailbox, uidValidity) {
                logger.error("a message is left as it is", metadata: ["error": "\(refusal)"])
                part.unreadable.append(uid)
                part.reasons[uid] = refusal.text
                continue
            }
            let single = try await hub.readingTrouble.reading(header, in: mailbox, uidValidity) {
                try await connection.run(.uidFetch(.set(UIDSet(uid)), items, changedSince: nil))
                    .exceptPassingRefusals()
            }
            if let message = single.fetched.first(where: { $0.uid == uid && isComplete($0) }) {
                part.messages.append(message)
                continue
            }
            let look = try await connection.run(.uidFetch(.set(UIDSet(uid)), [.uid, .flags], changedSince: nil))
            if look.fetched.contains(where: { $0.uid == uid }) { part.unreadable.append(uid) }
        }
        hub.readingTrouble.calmDown(in: mailbox, uidValidity)
        return part
    }

    private func isComplete(_ message: FetchedMessage) -> Bool { message.facts != nil && !message.bodies.isEmpty }
}

extension CommandResult {
    /// The result itself, unless it is a refusal that may pass: then the reading has failed.
    func exceptPassingRefusals() throws(SessionError) -> CommandResult {
        if status != .ok, error.isTransient { throw error }
        return self
    }
}
