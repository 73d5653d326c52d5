import MailboxWatch
import Testing

@Suite struct FalseAlarmTests {
    @Test func aFewInARowCostNothing() {
        var alarms = FalseAlarms()
        for _ in 0..<FalseAlarms.free { #expect(alarms.looked(foundNew: false, quiet: 0) == 0) }
        #expect(alarms.looked(foundNew: false, quiet: 0) == 0.25)
    }

    @Test func pausesDoubleToHalfAMinute() {
        var alarms = FalseAlarms()
        for _ in 0..<FalseAlarms.free { _ = alarms.looked(foundNew: false, quiet: 0) }
        let pauses = (0..<9).map { _ in alarms.looked(foundNew: false, quiet: 0) }
        #expect(pauses == [0.25, 0.5, 1, 2, 4, 8, 16, 30, 30])
        for _ in 0..<5_000 { #expect(alarms.looked(foundNew: false, quiet: 0) == 30) }
    }

    @Test func newMailOrQuietEndsIt() {
        for (foundNew, quiet) in [(true, 0.0), (false, 31.0)] {
            var alarms = FalseAlarms()
            for _ in 0..<50 { _ = alarms.looked(foundNew: false, quiet: 0) }
            #expect(alarms.looked(foundNew: foundNew, quiet: quiet) == 0)
            #expect(alarms.looked(foundNew: false, quiet: 0) == 0)
        }
    }
}
