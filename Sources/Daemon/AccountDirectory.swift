import ActionExecutor
import IMAPSession
import MailModel
import SMTPClient
import Synchronization

/// Leads from one account to the others, for messages that are moved between them.
final class AccountDirectory: AccountLinking {
    private let hubs = Mutex<[AccountName: AccountHub]>([:])
    private let names = Mutex<Set<AccountName>>([])

    func note(_ hubs: [AccountHub]) {
        self.hubs.withLock { known in
            for hub in hubs { known[hub.name] = hub }
        }
        names.withLock { $0.formUnion(hubs.map(\.name)) }
    }

    /// Lets go of the hubs, which lead here too.
    func forget() {
        hubs.withLock { $0 = [:] }
        names.withLock { $0 = [] }
    }

    /// The same set for everybody who asks.
    var accounts: Set<AccountName> { names.withLock { $0 } }

    /// Who submits the mail of one of them; `nil` when it cannot send, or there is none of that name.
    func submitter(of account: AccountName) -> (any MailSubmitting)? {
        hubs.withLock { $0[account] }?.connector.submitter()
    }

    func open(_ account: AccountName) async throws -> AccountLink {
        guard let hub = hubs.withLock({ $0[account] }) else {
            throw SessionError(
                code: .configuration, scope: .mailbox, text: "there is no account “\(account)” in the configuration")
        }
        let session = try await hub.connector.connect()
        return AccountLink(
            connection: session.connection, layout: session.server.layout,
            identities: IdentityReader(capabilities: session.server.capabilities),
            hasUIDPlus: session.server.has("UIDPLUS"), lineLimit: hub.account.profile.quirks.lineLength)
    }
}
