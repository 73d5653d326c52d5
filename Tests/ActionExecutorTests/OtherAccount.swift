import ActionExecutor
import IMAPSession
import MailModel
import Synchronization
import TestKit

/// A second account, on a scripted server of its own.
final class OtherAccount: AccountLinking {
    let name: AccountName
    let store: ModelMailStore
    let server: ScriptedServer
    /// Whether nobody can sign in there.
    let isDown = Mutex(false)

    init(_ traits: ServerTraits = .modern, mailboxes: [String] = ["INBOX", "Clients"]) throws {
        guard let name = AccountName("work") else {
            throw SessionError(code: .configuration, scope: .process, text: "")
        }
        self.name = name
        store = ModelMailStore(mailboxes: mailboxes)
        server = ScriptedServer(traits, store: store)
    }

    func open(_ account: AccountName) async throws -> AccountLink {
        if isDown.withLock({ $0 }) {
            throw SessionError(code: .connectionRefused, scope: .connection, text: "nobody listens there")
        }
        let link = try await server.connect()
        return AccountLink(
            connection: link.connection, layout: link.server.layout,
            identities: IdentityReader(capabilities: link.server.capabilities),
            hasUIDPlus: link.server.has("UIDPLUS"), lineLimit: 1_000)
    }

    func messages(_ mailbox: String) -> [ModelMessage] { store[mailbox]?.messages ?? [] }
}
