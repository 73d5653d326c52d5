import ActionJournal
import IMAPSession
import IMAPSyntax
import Logging
import MailModel

/// A mailbox whose UIDNEXT fell while its UIDVALIDITY stayed, against RFC 3501 §2.3.1.1: as after a backup that was put
/// back carelessly. Its UIDs are given out a second time, and what was remembered by UID would mean other messages.
struct FallenUIDs {
    let account: AccountName
    let selected: SelectedMailbox
    /// What the server says now.
    let next: UID
    let known: MailboxProgress
    let journal: Journal
    let logger: Logger

    /// Has the mailbox taken as renumbered: its messages are known by identity only. A number that messages which are
    /// there contradict is only a wrong number, and not believed.
    func judge(on connection: IMAPConnection) async throws {
        let facts: Logger.Metadata = [
            "account": "\(account)", "folder": "\(known.mailbox)", "uid_next": "\(next)", "known": "\(known.nextUID)",
        ]
        guard try await isPlausible(on: connection) else {
            logger.warning(
                "the server's next UID fell, against RFC 3501, below messages that are there: it is not believed",
                metadata: facts)
            return
        }
        logger.warning(
            "the server's next UID fell, against RFC 3501: its UIDs are not trusted, the folder is taken as renumbered",
            metadata: facts)
        try await journal.apply([.uidsVoided(account, known.mailbox, known.uidValidity)])
    }

    /// Whether no message contradicts it, but such as came since.
    private func isPlausible(on connection: IMAPConnection) async throws -> Bool {
        guard selected.exists > 0 else { return true }
        let last = try await connection.run(.uidFetch(.last, [.uid], changedSince: nil)).checked()
        guard last.fetched.contains(where: { $0.uid.map { $0 >= next } ?? false }) else { return true }
        return try await connection.selectedMailbox().map { $0.exists > selected.exists } ?? true
    }
}
