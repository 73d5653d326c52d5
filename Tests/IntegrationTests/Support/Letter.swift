import Synchronization
import TestKit

/// A message as its author wrote it.
struct Letter: Sendable {
    var from = "Someone <someone@example.net>"
    var to = "Jane <jane@example.org>"
    var subject: String
    var messageID: String?
    /// Further header lines, without line ends.
    var headers: [String] = []
    var body = "Good morning,\r\nthis is all.\r\n"

    private static let number = Mutex(0)

    init(_ subject: String) {
        self.subject = subject
        messageID = "letter.\(Self.number.withLock { number in number += 1; return number })@example.net"
    }

    init(_ subject: String, from: String) {
        self.init(subject)
        self.from = from
    }

    var text: String {
        var lines = ["From: \(from)", "To: \(to)", "Subject: \(subject)", "Date: Mon, 23 Nov 2026 09:00:00 +0000"]
        if let messageID { lines.append("Message-ID: <\(messageID)>") }
        return (lines + headers).map { $0 + "\r\n" }.joined() + "\r\n" + body
    }
}

extension DovecotServer {
    func deliver(_ letters: Letter..., to user: String) async throws {
        let client = try await lmtp()
        for letter in letters { try await client.deliver(letter.text, to: user) }
    }

    /// Waits until a folder holds a message with this subject, and gives it; `nil` after the time limit.
    func letter(
        _ subject: String, of user: String, in mailbox: String, within limit: Duration = .seconds(20)
    ) async throws -> StoredMessage? {
        try await messages(of: user, in: mailbox, within: limit) { messages in
            messages.contains { $0.header("Subject") == subject }
        }.first { $0.header("Subject") == subject }
    }

    /// Subjects of the messages that lie in a folder now.
    func subjects(of user: String, in mailbox: String = "INBOX") -> Set<String> {
        Set(messages(of: user, in: mailbox).compactMap { $0.header("Subject") })
    }

    /// Waits until a folder holds exactly these subjects, and gives what it holds; after the time limit too.
    func subjects(
        of user: String, in mailbox: String = "INBOX", become subjects: Set<String>
    ) async throws -> Set<String> {
        let found = try await messages(of: user, in: mailbox, within: .seconds(20)) { messages in
            Set(messages.compactMap { $0.header("Subject") }) == subjects
        }
        return Set(found.compactMap { $0.header("Subject") })
    }
}
