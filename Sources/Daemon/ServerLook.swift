import Accounts
import ActionExecutor
import Foundation
import IMAPSession
import IMAPSyntax
import Logging
import MIMEParsing
import MailModel
import MailTransport

/// Looks at an account's server for commands that only ask: folders, and single messages. Changes nothing there.
public struct ServerLook: Sendable {
    public struct Folder: Codable, Sendable {
        public var folder: String
        @Nullable public var role: String?
    }

    let account: AccountConfiguration
    let logger: Logger

    public init(account: AccountConfiguration, logger: Logger) {
        self.account = account
        self.logger = logger
    }

    public func folders() async throws -> [Folder] {
        try await connected { connection, server in
            let extended = server.has("SPECIAL-USE") && server.has("LIST-EXTENDED")
            let reply = try await connection.run(
                .list(reference: "", pattern: "*", returning: extended ? [.specialUse] : [])
            ).checked()
            let roles = FolderRoles.find(in: reply.lists, layout: server.layout, account: account)
            let byName = Dictionary(roles.map { ($0.value, $0.key) }, uniquingKeysWith: { first, _ in first })
            return reply.lists.compactMap { entry in
                guard let name = server.layout.name(entry.name), !entry.has("\\noselect") else { return nil }
                return Folder(folder: name.rawValue, role: byName[name]?.rawValue)
            }.sorted { $0.folder < $1.folder }
        }
    }

    /// A whole message as it lies on the server.
    public struct Message: Sendable {
        public var facts: MessageFacts
        public var raw: [UInt8]
        public var identity: MessageIdentity?
    }

    /// A whole message with its facts; `nil` when there is none with that UID.
    public func message(_ mailbox: MailboxName, _ uid: UID) async throws -> Message? {
        try await connected { connection, server in
            guard let wire = server.layout.wireName(mailbox) else { return nil }
            _ = try await connection.run(.examine(wire, condstore: false)).checked()
            let identities = IdentityReader(capabilities: server.capabilities)
            let reply = try await connection.run(
                .uidFetch(
                    .set(UIDSet(uid)),
                    [.uid, .flags, .internalDate, .size, .bodyPeek(.whole, partial: nil)] + identities.fetchItems,
                    changedSince: nil
                )
            ).checked()
            guard let found = reply.fetched.first(where: { $0.uid == uid }), let facts = found.facts,
                let raw = found.body(.whole)
            else { return nil }
            return Message(
                facts: facts, raw: raw, identity: identities.identity(of: found, header: HeaderBlock(raw)))
        }
    }

    private func connected<Value: Sendable>(
        _ body: @Sendable (IMAPConnection, SignedIn) async throws -> Value
    ) async throws -> Value {
        let dialer = Dialer(threads: 1)
        do {
            let credential = AccountCredential(
                account, http: dialer, clock: { Int64(Date().timeIntervalSince1970) }, logger: logger
            )
            let connector = AccountConnector(account: account, credential: credential, dialer: dialer, logger: logger)
            let session = try await connector.connect()
            let value = try await body(session.connection, session.server)
            await session.connection.logout()
            await dialer.shutDown()
            return value
        } catch {
            await dialer.shutDown()
            throw error
        }
    }
}
