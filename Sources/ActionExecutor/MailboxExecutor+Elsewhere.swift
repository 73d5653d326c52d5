import ActionJournal
import IMAPSession
import IMAPSyntax
import MailModel

extension MailboxExecutor {
    /// Works in another mailbox of the account, then selects the source again.
    ///
    /// - Parameter body: is given the reply to SELECT or EXAMINE, whatever it was.
    func within<Value: Sendable>(
        _ wire: WireMailboxName, writing: Bool, _ body: (CommandResult) async throws -> Value
    ) async throws -> Value {
        let opened = try await connection.run(
            writing ? .select(wire, condstore: false) : .examine(wire, condstore: false))
        let value: Value
        do {
            value = try await body(opened)
        } catch {
            // With the connection gone there is nothing to go back to.
            if let error = error as? SessionError, error.scope >= .connection { throw error }
            try await reselect()
            throw error
        }
        try await reselect()
        return value
    }

    /// Back to the source, which must still be the mailbox that our UIDs speak of.
    func reselect() async throws {
        guard let wire = setting.layout.wireName(setting.mailbox) else { return }
        let reply = try await connection.run(.select(wire, condstore: setting.condstore)).checked()
        guard reply.selected?.uidValidity == uidValidity else {
            throw SessionError(
                code: .protocolError, scope: .connection, mailbox: setting.mailbox.rawValue,
                text: "the folder was renumbered by the server while we worked in it"
            )
        }
    }

    /// Which of the copies that removals rely on are still where they were put, by the removals' steps.
    func confirmed(_ copies: [(step: StepID, copy: CopyPlace, identity: MessageIdentity)]) async throws -> Set<StepID> {
        var found: Set<StepID> = []
        for (mailbox, copies) in Dictionary(grouping: copies, by: \.copy.mailbox).sorted(by: { $0.key < $1.key }) {
            guard let wire = setting.layout.wireName(mailbox) else { continue }
            let own: Set<StepID> = try await within(wire, writing: false) { opened in
                guard opened.status == .ok else {
                    // Only a folder that is not there proves anything; trouble that passes does not.
                    if opened.error.isTransient { throw opened.error }
                    return []
                }
                let here = copies.filter { $0.copy.outcome.targetUIDValidity == opened.selected?.uidValidity?.rawValue }
                let identities = try await identities(of: here.compactMap(\.copy.uid))
                return Set(here.filter { $0.copy.uid.flatMap { identities[$0] } == $0.identity }.map(\.step))
            }
            found.formUnion(own)
        }
        return found
    }

    /// The identities of those of the messages that are in the selected mailbox.
    func identities(of uids: [UID]) async throws -> [UID: MessageIdentity] {
        var found: [UID: MessageIdentity] = [:]
        guard let set = NonEmptyUIDSet(UIDSet(uids)) else { return found }
        for chunk in CommandEncoder.chunks(of: set, lineLimit: setting.lineLimit, overhead: 256) {
            let reply = try await connection.run(
                .uidFetch(.set(chunk.set), setting.identities.wholeFetch, changedSince: nil)
            ).checked()
            for message in reply.fetched {
                if let uid = message.uid { found[uid] = setting.identities.identity(of: message) }
            }
        }
        return found
    }
}

extension CopyPlace {
    var uid: UID? { outcome.targetUID.flatMap { UID($0) } }
}
