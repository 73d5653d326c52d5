import IMAPSession
import MailModel
import Synchronization

/// A connection to another account, signed in, for messages that go there.
public struct AccountLink: Sendable {
    public var connection: IMAPConnection
    public var layout: MailboxLayout
    public var identities: IdentityReader
    public var hasUIDPlus: Bool
    /// Longest command line, in bytes.
    public var lineLimit: Int

    public init(
        connection: IMAPConnection, layout: MailboxLayout, identities: IdentityReader, hasUIDPlus: Bool, lineLimit: Int
    ) {
        self.connection = connection
        self.layout = layout
        self.identities = identities
        self.hasUIDPlus = hasUIDPlus
        self.lineLimit = lineLimit
    }

    var look: MailboxLook {
        MailboxLook(connection: connection, reader: identities, comparing: .content, lineLimit: lineLimit)
    }
}

/// Opens connections to the other accounts.
public protocol AccountLinking: Sendable {
    /// A connection of its own, which the caller closes.
    func open(_ account: AccountName) async throws -> AccountLink
}

/// The links that are open while a mailbox's steps are carried out: at most one to each account.
final class OpenLinks: Sendable {
    private let linking: (any AccountLinking)?
    private let links = Mutex<[AccountName: AccountLink]>([:])

    init(_ linking: (any AccountLinking)?) { self.linking = linking }

    func link(to account: AccountName) async throws -> AccountLink {
        if let open = links.withLock({ $0[account] }) { return open }
        guard let linking else {
            throw SessionError(
                code: .configuration, scope: .mailbox, text: "other accounts cannot be reached from here")
        }
        let link = try await linking.open(account)
        links.withLock { $0[account] = link }
        return link
    }

    func drop(_ account: AccountName) {
        links.withLock { $0.removeValue(forKey: account) }?.connection.close()
    }

    func closeAll() {
        let open = links.withLock { links in
            defer { links = [:] }
            return Array(links.values)
        }
        for link in open { link.connection.close() }
    }
}

extension FaultCode {
    /// Another account that a message goes to cannot be reached now.
    static let accountUnreachable = FaultCode(rawValue: "account_unreachable")
}
