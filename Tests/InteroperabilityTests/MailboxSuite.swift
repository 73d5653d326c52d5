import Foundation
import Synchronization

@testable import TestKit

/// One user of a server, with the program set up for it.
struct Bench: Sendable {
    let kind: ServerKind
    let setup: PostmoonSetup
    let client: MailClient

    private static let next = Mutex<[ServerKind: Int]>([:])

    init(_ kind: ServerKind, rules: String, extra: String = "") async throws {
        let server = try await kind.started()
        let user = try Self.takeUser(of: kind)
        var account = AccountText(user: user, imap: AccountText.Server(port: server.port, security: .none))
        account.password = server.password
        account.extra = extra
        self.kind = kind
        client = try await MailClient.open(kind, user: user)
        setup = try PostmoonSetup(accounts: [account], rules: rules)
    }

    private static func takeUser(of kind: ServerKind) throws -> String {
        let number = next.withLock { next in
            next[kind, default: 0] += 1
            return next[kind] ?? 0
        }
        guard number <= 40 else { throw ServerUnavailable("\(kind.rawValue) has no more users") }
        return "u\(number)"
    }

    /// The subject stands for the message.
    static func letter(_ subject: String, body: String = "Hello.\r\n") -> String {
        """
        From: Someone <someone@example.net>\r
        To: Jane <jane@example.org>\r
        Subject: \(subject)\r
        Date: Mon, 23 Nov 2026 09:00:00 +0000\r
        Message-ID: <\(abs(subject.hashValue)).\(subject.utf8.count)@example.net>\r
        \r
        \(body)
        """
    }

    func deliver(_ subjects: String..., to folder: String = "INBOX") async throws {
        for subject in subjects { try await client.put(Self.letter(subject), into: folder) }
    }

    /// Waits until the plan of this message is done.
    @discardableResult
    func done(_ subject: String) async throws -> JSONObject {
        try await setup.plan { $0.text("subject") == subject && $0.text("status") == "done" }
    }
}
