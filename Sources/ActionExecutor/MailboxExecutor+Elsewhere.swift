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

    /// Works in another mailbox: of this account on the connection in hand, of another one on a link of its own.
    ///
    /// What goes wrong with another account is no fault of this connection, and is told as one of that mailbox.
    func visiting<Value: Sendable>(
        _ account: AccountName?, _ mailbox: MailboxName, writing: Bool,
        _ body: (CommandResult, MailboxLook) async throws -> Value
    ) async throws -> Value {
        guard let account else {
            guard let wire = setting.layout.wireName(mailbox) else { throw Self.unnameable(mailbox) }
            return try await within(wire, writing: writing) { try await body($0, look) }
        }
        return try await linked(to: account) { link in
            guard let wire = link.layout.wireName(mailbox) else { throw Self.unnameable(mailbox) }
            let opened = try await link.connection.run(
                writing ? .select(wire, condstore: false) : .examine(wire, condstore: false))
            return try await body(opened, link.look)
        }
    }

    /// Works on another account's connection.
    func linked<Value: Sendable>(
        to account: AccountName, _ body: (AccountLink) async throws -> Value
    ) async throws -> Value {
        do {
            return try await body(try await links.link(to: account))
        } catch let error as any Fault where error.scope >= .connection {
            if Task.isCancelled { throw CancellationError() }
            links.drop(account)
            throw SessionError(
                code: .accountUnreachable, scope: .mailbox, text: "account “\(account)”: \(error.description)")
        }
    }

    private static func unnameable(_ mailbox: MailboxName) -> SessionError {
        SessionError(
            code: .folderMissing, scope: .mailbox, mailbox: mailbox.rawValue,
            text: "the server cannot have a folder of this name")
    }

    /// Which of the copies that removals rely on are still where they were put, by the removals' steps; and those of
    /// accounts that cannot be reached.
    func confirmed(
        _ copies: [(step: StepID, copy: CopyPlace)]
    ) async throws -> (found: Set<StepID>, unreachable: [StepID: SessionError]) {
        var found: Set<StepID> = []
        var unreachable: [StepID: SessionError] = [:]
        for (place, copies) in Dictionary(grouping: copies, by: \.copy.folder).sorted(by: { $0.key < $1.key }) {
            do {
                let own: Set<StepID> = try await visiting(place.account, place.mailbox, writing: false) {
                    opened, look in
                    guard opened.status == .ok else {
                        // Only a folder that is not there proves anything; trouble that passes does not.
                        if opened.error.isTransient { throw opened.error }
                        return []
                    }
                    let validity = opened.selected?.uidValidity?.rawValue
                    let here = copies.filter { $0.copy.outcome.targetUIDValidity == validity }
                    let identities = try await look.identities(of: here.compactMap(\.copy.uid))
                    return Set(
                        here.filter { entry in
                            entry.copy.uid.flatMap { identities[$0] } == entry.copy.identity
                        }.map(\.step))
                }
                found.formUnion(own)
            } catch let error as SessionError where error.code == .accountUnreachable {
                for copy in copies { unreachable[copy.step] = error }
            }
        }
        return (found, unreachable)
    }
}

extension CopyPlace {
    var uid: UID? { outcome.targetUID.flatMap { UID($0) } }
}
