import IMAPSession
import IMAPSyntax
import MailModel

/// Looks for the doctor's own letter in a folder, and takes it out again.
struct LetterFinder: Sendable {
    let connection: IMAPConnection
    let server: SignedIn
    let scope: DoctorScope

    /// The UID that the next message will have at least; selects the folder.
    func nextUID(in mailbox: MailboxName) async throws -> UID {
        guard let wire = server.layout.wireName(mailbox) else { throw Self.noFolder(mailbox) }
        let reply = try await connection.run(.select(wire, condstore: false)).checked()
        if let next = reply.selected?.uidNext { return next }
        let last = try await connection.run(.uidFetch(.last, [.uid], changedSince: nil)).checked()
        return last.fetched.compactMap(\.uid).max()?.next ?? .first
    }

    /// Waits for it for at most one step's time; what comes is pushed where the server can, and asked for otherwise.
    func find(_ letter: TestLetter, in mailbox: MailboxName, from: UID) async throws -> UID? {
        let end = ContinuousClock.now + .seconds(scope.step)
        repeat {
            if let uid = try await look(for: letter, from: from) { return uid }
            guard server.has("IDLE") else {
                _ = try await connection.run(.noop).checked()
                try await Task.sleep(for: .milliseconds(500))
                continue
            }
            _ = try await connection.idle(seconds: min(2, scope.step))
            _ = try await connection.takeActivity()
        } while ContinuousClock.now < end
        return try await look(for: letter, from: from)
    }

    /// The letter's UID, if it is there.
    func look(for letter: TestLetter, from: UID) async throws -> UID? {
        let section = BodySection.headerFields(["Message-ID"])
        let reply = try await connection.run(
            .uidFetch(.from(from), [.uid, .bodyPeek(section, partial: nil)], changedSince: nil)
        ).checked()
        return reply.fetched.first { message in
            message.bodies.contains { String(decoding: $0.bytes, as: UTF8.self).contains(letter.messageID) }
        }?.uid
    }

    /// Removes this one message, where the server can remove one.
    func remove(_ uid: UID) async throws {
        let one = NonEmptyUIDSet(uid)
        _ = try await connection.run(.uidStore(one, .add, [.deleted], silent: true, unchangedSince: nil)).checked()
        guard server.has("UIDPLUS") else { return }
        _ = try await connection.run(.uidExpunge(one)).checked()
    }

    static func noFolder(_ mailbox: MailboxName) -> SessionError {
        SessionError(
            code: .folderMissing, scope: .mailbox, mailbox: mailbox.rawValue,
            text: "the server cannot have a folder \(mailbox)")
    }
}
