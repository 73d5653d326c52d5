import IMAPSession
import IMAPSyntax
import MailModel
import Testing

@testable import Daemon

@Suite struct ReadingTroubleTests {
    private let inbox = MailboxName.inbox
    private let broken = SessionError(code: .connectionLost, scope: .connection, text: "it broke")

    private func read(
        _ trouble: ReadingTrouble, _ subject: ReadingTrouble.Subject?, _ error: SessionError?
    ) async throws {
        let validity = try #require(UIDValidity(7))
        try? await trouble.reading(subject, in: inbox, validity) { if let error { throw error } }
    }

    private func header(_ number: UInt32) throws -> ReadingTrouble.Subject {
        ReadingTrouble.Subject(uid: try #require(UID(number)), section: .header)
    }

    @Test func aMessageThatCannotBeReadIsLeftAloneInTheEnd() async throws {
        let trouble = ReadingTrouble()
        let (uid, other) = (try header(5), try header(6))
        let validity = try #require(UIDValidity(7))
        for _ in 0..<ReadingTrouble.patience {
            #expect(trouble.refusal(of: uid, in: inbox, validity) == nil)
            try await read(trouble, uid, broken)
        }
        let refusal = try #require(trouble.refusal(of: uid, in: inbox, validity))
        #expect(refusal.scope == .message)
        #expect(refusal.text.contains("3 times") && refusal.text.contains("it broke"))
        #expect(trouble.refusal(of: other, in: inbox, validity) == nil)
        // Its header may be read though the whole of it is not, or the other way round.
        let whole = ReadingTrouble.Subject(uid: uid.uid, section: .whole)
        #expect(trouble.refusal(of: whole, in: inbox, validity) == nil)
        // New UIDs are other messages.
        #expect(try trouble.refusal(of: uid, in: inbox, #require(UIDValidity(8))) == nil)
    }

    @Test func aMessageThatIsReadInTheEndHasNoTrouble() async throws {
        let trouble = ReadingTrouble()
        let uid = try header(5)
        for _ in 0..<10 {
            try await read(trouble, uid, broken)
            try await read(trouble, uid, broken)
            try await read(trouble, uid, nil)
        }
        #expect(try trouble.refusal(of: uid, in: inbox, #require(UIDValidity(7))) == nil)
    }

    @Test func messagesAreReadOneByOneUntilAllOfThemWere() async throws {
        let trouble = ReadingTrouble()
        let validity = try #require(UIDValidity(7))
        #expect(!trouble.isCareful(in: inbox, validity))
        try await read(trouble, nil, broken)
        #expect(trouble.isCareful(in: inbox, validity))
        #expect(try !trouble.isCareful(in: #require(MailboxName("Other")), validity))
        trouble.calmDown(in: inbox, validity)
        #expect(!trouble.isCareful(in: inbox, validity))
    }

    @Test func aRefusalCountsOnlyIfItMayPass() async throws {
        let validity = try #require(UIDValidity(7))
        let uid = try header(5)
        for (code, counts) in [(FaultCode.unavailable, true), (FaultCode.folderReadOnly, false)] {
            let trouble = ReadingTrouble()
            for _ in 0..<ReadingTrouble.patience {
                try await read(trouble, uid, SessionError(code: code, scope: .mailbox, text: "no"))
            }
            #expect((trouble.refusal(of: uid, in: inbox, validity) != nil) == counts)
            #expect(trouble.isCareful(in: inbox, validity) == counts)
        }
    }
}
