extension DovecotServer {
    /// Waits until a folder's messages are as wanted, and gives them; after the time limit what is there.
    public func messages(
        of user: String, in mailbox: String = "INBOX", within limit: Duration,
        until isWanted: @escaping @Sendable ([StoredMessage]) -> Bool
    ) async throws -> [StoredMessage] {
        try await blocking {
            awaited(within: limit) {
                let messages = self.messages(of: user, in: mailbox)
                return isWanted(messages) ? messages : nil
            } ?? self.messages(of: user, in: mailbox)
        }
    }
}
