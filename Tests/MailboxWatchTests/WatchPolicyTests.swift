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
        let nothing = ChangeInterest()
        var news = MailboxActivity()
        #expect(!WaitPolicy.isReasonToLook(news, nothing))
        news.expunged = 3
        news.flags = [.first: [.seen]]
        #expect(!WaitPolicy.isReasonToLook(news, nothing))
        news.exists = 3
        #expect(WaitPolicy.isReasonToLook(news, nothing))
    }

    @Test func changesAreAReasonToLookWhereARuleWantsToHearOfThem() {
        var marked = MailboxActivity()
        marked.flags = [.first: [.seen]]
        var unnamed = MailboxActivity()
        unnamed.needsFlagListing = true
        var expunged = MailboxActivity()
        expunged.expunged = 1
        var vanished = MailboxActivity()
        vanished.vanished = [.first]
        for news in [marked, unnamed] {
            #expect(WaitPolicy.isReasonToLook(news, ChangeInterest(flags: true)))
            #expect(!WaitPolicy.isReasonToLook(news, ChangeInterest(removals: true)))
        }
        for news in [expunged, vanished] {
            #expect(!WaitPolicy.isReasonToLook(news, ChangeInterest(flags: true)))
            #expect(WaitPolicy.isReasonToLook(news, ChangeInterest(removals: true)))
        }
        var reselected = MailboxActivity()
        reselected.isReselected = true
        #expect(WaitPolicy.isReasonToLook(reselected, ChangeInterest(removals: true)))
        #expect(!WaitPolicy.isReasonToLook(MailboxActivity(), ChangeInterest(flags: true, removals: true)))
    }

    @Test func idleAndPollHaveTheirOwnTimes() {
        #expect(WaitPolicy(usesIdle: true, idleSeconds: 240, pollSeconds: 120).seconds == 240)
        #expect(WaitPolicy(usesIdle: false, idleSeconds: 240, pollSeconds: 120).seconds == 120)
    }

    // MARK: Backing off

    /// SplitMix64: the same sequence for the same seed.
    struct Seeded: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    @Test func waitsDoubleFromOneSecondToFiveMinutesWithJitterOfHalf() {
        var firsts: Set<Double> = []
        for seed in UInt64(0)..<50 {
            var generator = Seeded(state: seed)
            var backoff = Backoff()
            for step in [1.0, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300] {
                let wait = backoff.next(using: &generator)
                #expect(wait >= step / 2 && wait <= step)
                if step == 1 { firsts.insert(wait) }
            }
        }
        #expect(firsts.count > 40, "accounts do not come back in step")
    }

    @Test func aYearOfFailuresStillHasATime() {
        var generator = Seeded(state: 1)
        var backoff = Backoff()
        for _ in 0..<200_000 { _ = backoff.next(using: &generator) }
        #expect((150...300).contains(backoff.next(using: &generator)))
        backoff.reset()
        #expect(backoff.next(using: &generator) <= 1)
    }
}
