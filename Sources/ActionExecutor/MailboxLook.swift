import IMAPSession
import IMAPSyntax
import MailModel

/// What is asked of the mailbox that a connection has selected.
struct MailboxLook: Sendable {
    var connection: IMAPConnection
    /// What the account's server tells messages by.
    var reader: IdentityReader
    /// What messages are compared by: the same, or `content` in another account than the one they come from.
    var comparing: IdentityReader
    var lineLimit: Int

    func flags(of uids: [UID]) async throws -> [UID: Set<Flag>] {
        guard let set = NonEmptyUIDSet(UIDSet(uids)) else { return [:] }
        return try await flags(of: set)
    }

    /// The flags of those of the messages that are there.
    func flags(of uids: NonEmptyUIDSet) async throws -> [UID: Set<Flag>] {
        var found: [UID: Set<Flag>] = [:]
        for chunk in CommandEncoder.chunks(of: uids, lineLimit: lineLimit) {
            let reply = try await connection.run(.uidFetch(.set(chunk.set), [.uid, .flags], changedSince: nil))
            found.merge(try reply.checked().flags) { $1 }
        }
        return found
    }

    /// The identities of those of the messages that are there.
    func identities(of uids: [UID]) async throws -> [UID: MessageIdentity] {
        var found: [UID: MessageIdentity] = [:]
        guard let set = NonEmptyUIDSet(UIDSet(uids)) else { return found }
        for chunk in CommandEncoder.chunks(of: set, lineLimit: lineLimit, overhead: 256) {
            for message in try await fetched(.set(chunk.set)) {
                if let uid = message.uid { found[uid] = comparing.identity(of: message) }
            }
        }
        return found
    }

    /// With what it takes to tell messages apart.
    func fetched(_ selection: UIDSelection) async throws -> [FetchedMessage] {
        try await connection.run(.uidFetch(selection, reader.wholeFetch, changedSince: nil)).checked().fetched
    }

    /// Changes flags, and looks.
    func make(
        _ changes: FlagChanges, of uids: NonEmptyUIDSet
    ) async throws -> (flags: [UID: Set<Flag>], error: SessionError?) {
        var commands: [IMAPCommand] = []
        if !changes.added.isEmpty {
            commands.append(.uidStore(uids, .add, changes.added.sorted(), silent: true, unchangedSince: nil))
        }
        if !changes.removed.isEmpty {
            commands.append(.uidStore(uids, .remove, changes.removed.sorted(), silent: true, unchangedSince: nil))
        }
        let replies = try await connection.run(commands)
        return (try await flags(of: uids), replies.first { $0.status != .ok }?.error)
    }
}

extension CommandResult {
    /// The flags that the reply showed, the newest of each message.
    var flags: [UID: Set<Flag>] { shown { _, newer in newer } }

    /// The flags that it showed first. What a command behind it changed may be told before its own end: Dovecot puts off
    /// the tagged reply of a FETCH.
    var firstFlags: [UID: Set<Flag>] { shown { first, _ in first } }

    /// The mod-sequences that belong to `firstFlags`.
    var firstModSeqs: [UID: ModSeq] {
        let lines = fetched.filter { $0.flags != nil }.compactMap { line in line.uid.map { ($0, line.modSeq) } }
        return Dictionary(lines, uniquingKeysWith: { first, _ in first }).compactMapValues { modSeq in
            // Zero means that there is none (RFC 7162 §3.1.2.2).
            modSeq.flatMap { $0.rawValue > 0 ? $0 : nil }
        }
    }

    private func shown(_ choose: (Set<Flag>, Set<Flag>) -> Set<Flag>) -> [UID: Set<Flag>] {
        var found: [UID: Set<Flag>] = [:]
        for message in fetched {
            guard let uid = message.uid, let flags = message.flags else { continue }
            found[uid] = found[uid].map { choose($0, flags) } ?? flags
        }
        return found
    }
}
