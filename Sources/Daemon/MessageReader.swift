import IMAPSession
import IMAPSyntax
import MIMEParsing
import MailModel

/// Reads messages of a mailbox one by one.
struct MessageReader: Sendable {
    let hub: AccountHub
    let mailbox: MailboxName
    let connection: IMAPConnection
    let uidValidity: UIDValidity

    /// A section of the message; `nil` when it is gone.
    func section(_ section: BodySection, of uid: UID) async throws -> [UInt8]? {
        let subject = ReadingTrouble.Subject(uid: uid, section: section)
        if let refusal = refusal(of: subject) { throw refusal }
        let reply = try await reading(subject, [.uid, .bodyPeek(section, partial: nil)])
        if reply.status == .ok, let bytes = reply.fetched.first(where: { $0.uid == uid })?.body(section) {
            return bytes
        }
        // Gone, or only not given? A message that is there is not passed over in silence.
        let look = try await connection.run(.uidFetch(.set(UIDSet(uid)), [.uid, .flags], changedSince: nil))
        guard look.fetched.contains(where: { $0.uid == uid }) else { return nil }
        throw SessionError(
            code: .protocolError, scope: .message, command: "UID FETCH", mailbox: mailbox.rawValue,
            text: "the server did not give the text of message \(uid)" + (reply.status == .ok ? "" : ": \(reply.text)")
        )
    }

    /// The message without its files; `nil` where the whole of it is to be fetched.
    ///
    /// - Parameter size: of the message in bytes.
    func excerpt(of uid: UID, size: Int) async throws -> [UInt8]? {
        let subject = ReadingTrouble.Subject(uid: uid, section: .text)
        guard size >= MessageExcerpt.shortest, refusal(of: subject) == nil else { return nil }
        let told = try await reading(subject, [.uid, .bodyStructure]).fetched.first { $0.uid == uid }
        guard let excerpt = MessageExcerpt(told?.structure, size: size),
            excerpt.contentSize <= MessageDecider.largestBody
        else { return nil }
        return try await reading(subject, excerpt.items).fetched.lazy.filter { $0.uid == uid }
            .compactMap { excerpt.message(of: $0) }.first
    }

    private func refusal(of subject: ReadingTrouble.Subject) -> SessionError? {
        hub.readingTrouble.refusal(of: subject, in: mailbox, uidValidity)
    }

    private func reading(_ subject: ReadingTrouble.Subject, _ items: [FetchItem]) async throws -> CommandResult {
        try await hub.readingTrouble.reading(subject, in: mailbox, uidValidity) {
            try await connection.run(.uidFetch(.set(UIDSet(subject.uid)), items, changedSince: nil))
                .exceptPassingRefusals()
        }
    }
}
