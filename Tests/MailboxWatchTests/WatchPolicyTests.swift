import IMAPSession
import IMAPSyntax
import MailModel
import MailboxWatch
import Testing

/// How a mailbox is taken up again, and how long to wait.
@Suite struct WatchPolicyTests {
    private func selected(validity: UInt32? = 7, next: UInt32? = 10) -> SelectedMailbox {
        var selected = SelectedMailbox(name: .inbox)
        selected.uidValidity = validity.flatMap(UIDValidity.init)
        selected.uidNext = next.flatMap(UID.init)
        return selected
    }

    private func memory(validity: UInt32 = 7, next: UInt32 = 10) throws -> MailboxMemory {
        MailboxMemory(
            uidValidity: try #require(UIDValidity(validity)), nextUID: try #require(UID(next)), newestInternalDate: nil,
            lastCompleteCheck: 0)
    }

    @Test func whatIsThereTheFirstTimeIsThePast() throws {
        #expect(TakeUp(selected: selected(), memory: nil) == .begin(next: try #require(UID(10))))
    }

    @Test func aMailboxGoesOnWhereItStopped() throws {
        let ten = try #require(UID(10))
        #expect(TakeUp(selected: selected(next: 10), memory: try memory()) == .resume(next: ten, mayHaveMore: false))
        #expect(TakeUp(selected: selected(next: 11), memory: try memory()) == .resume(next: ten, mayHaveMore: true))
        #expect(TakeUp(selected: selected(next: nil), memory: try memory()) == .resume(next: ten, mayHaveMore: true))
    }

    @Test func aUIDNEXTThatFellNeverTakesUsBack() throws {
        let ten = try #require(UID(10))
        #expect(TakeUp(selected: selected(next: 3), memory: try memory()) == .resume(next: ten, mayHaveMore: false))
    }

    @Test func newUIDsAreListedAnew() throws {
        let eight = try #require(UIDValidity(8))
        #expect(TakeUp(selected: selected(validity: 8), memory: try memory()) == .relist(eight))
    }

    @Test func withoutUIDVALIDITYNothingCanBeRemembered() throws {
        #expect(TakeUp(selected: selected(validity: nil), memory: nil) == .impossible)
        #expect(TakeUp(selected: selected(validity: nil), memory: try memory()) == .impossible)
    }

    @Test func newMailIsAReasonToLookAndRemovalIsNot() {
        var news = MailboxActivity()
        #expect(!WaitPolicy.isReasonToLook(news))
        news.expunged = 3
        #expect(!WaitPolicy.isReasonToLook(news))
        news.exists = 3
        #expect(WaitPolicy.isReasonToLook(news))
    }

    @Test func idleAndPollHaveTheirOwnTimes() {
        #expect(WaitPolicy(usesIdle: true, idleSeconds: 240, pollSeconds: 120).seconds == 240)
        #expect(WaitPolicy(usesIdle: false, idleSeconds: 240, pollSeconds: 120).seconds == 120)
    }

    // MARK: Backing off

    /// Always the largest, or always the smallest.
    struct Edge: RandomNumberGenerator {
        var value: UInt64

        mutating func next() -> UInt64 { value }
    }

    @Test func waitsDoubleFromOneSecondToFiveMinutes() {
        var longest = Edge(value: .max)
        var backoff = Backoff()
        let waits = (0..<12).map { _ in backoff.next(using: &longest) }
        for (wait, step) in zip(waits, [1.0, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]) {
            #expect(wait <= step && wait > step * 0.99)
        }
    }

    @Test func jitterIsAtMostHalf() {
        // Not zero: drawing from a range rejects it, and so would never end.
        var shortest = Edge(value: 1 << 20)
        var backoff = Backoff()
        for step in [1.0, 2, 4, 8] { #expect(abs(backoff.next(using: &shortest) - step / 2) < 1e-6) }
    }

    @Test func aYearOfFailuresStillHasATime() {
        var generator = Edge(value: .max / 2)
        var backoff = Backoff()
        for _ in 0..<200_000 { _ = backoff.next(using: &generator) }
        #expect((150...300).contains(backoff.next(using: &generator)))
        backoff.reset()
        #expect(backoff.next(using: &generator) <= 1)
    }
}
