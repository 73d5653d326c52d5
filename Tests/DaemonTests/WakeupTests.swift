import Synchronization
import Testing

@testable import Daemon

/// A wish is never lost, whether somebody waits, works or rests.
@Suite struct WakeupTests {
    /// Counts how often it was started.
    private final class Starts: Sendable {
        let count = Atomic(0)
        func start() { count.add(1, ordering: .relaxed) }
        var number: Int { count.load(ordering: .relaxed) }
    }

    @Test func whoRestsIsStartedOnceHoweverManyWishesCome() {
        let wakeup = Wakeup()
        let starts = Starts()
        #expect(wakeup.rest { starts.start() })
        for _ in 1...3 { wakeup.wake() }
        #expect(starts.number == 1)
    }

    @Test func aWishFromBeforeTheRestIsNotSleptThrough() {
        let wakeup = Wakeup()
        let starts = Starts()
        wakeup.wake()
        #expect(!wakeup.rest { starts.start() })
        // It counts as seen.
        #expect(wakeup.rest { starts.start() })
        #expect(starts.number == 0)
    }

    @Test func aWishThatComesWhileTheStartedOneWorksCountsToo() {
        let wakeup = Wakeup()
        let starts = Starts()
        #expect(wakeup.rest { starts.start() })
        wakeup.wake()
        wakeup.wake()
        #expect(!wakeup.rest { starts.start() })
        #expect(starts.number == 1)
    }

    @Test func aWishEndsAWaitAndOneFromBeforeTheNext() async {
        let wakeup = Wakeup()
        wakeup.wake()
        await wakeup.wait(seconds: nil)
        async let waited: Void = wakeup.wait(seconds: nil)
        wakeup.wake()
        await waited
    }
}
