import MailModel
import Testing

@testable import Daemon

@Suite struct RivalWatchTests {
    @Test func manyInAnHourAreToldOnce() throws {
        let work = try #require(MailboxName("Work"))
        let watch = RivalWatch()
        #expect(watch.note(RivalWatch.most - 1, in: .inbox, at: 100) == nil)
        #expect(watch.note(1, in: work, at: 110) == nil)
        #expect(watch.remark(on: .inbox, at: 110) == nil)
        #expect(watch.note(1, in: .inbox, at: 120) == RivalWatch.most)
        #expect(watch.remark(on: .inbox, at: 120)?.contains("another program files here too: 5 messages") == true)
        #expect(watch.note(9, in: .inbox, at: 130) == nil)
        #expect(watch.remark(on: work, at: 130) == nil)
        // An hour later it is over, and would be news again.
        #expect(watch.remark(on: .inbox, at: 130 + RivalWatch.window) == nil)
        #expect(watch.note(RivalWatch.most, in: .inbox, at: 130 + RivalWatch.window) == RivalWatch.most)
    }
}
