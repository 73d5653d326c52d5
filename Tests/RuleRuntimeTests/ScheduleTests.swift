import Foundation
import Testing

@testable import RuleRuntime

/// When scheduled rules are due: once for each time, whatever clocks and seasons do.
@Suite struct ScheduleTests {
    private let berlin = "Europe/Berlin"

    private func time(_ text: String) throws -> Int64 {
        Int64(try Date(text, strategy: .iso8601).timeIntervalSince1970)
    }

    private func text(_ time: Int64) -> String { Date(timeIntervalSince1970: Double(time)).formatted(.iso8601) }

    @Test func everyPeriodFromWhenTheRuleWasFirstSeen() {
        let daily = RuleSchedule.every(86_400)
        #expect(daily.firstDue(after: 1_000, zone: "UTC") == 87_400)
        #expect(daily.nextDue(after: 87_400, ranAt: 87_401, zone: "UTC") == 173_800, "a run takes no time off it")
    }

    @Test(
        arguments: [
            (0, 3_600), (1_700, 3_600), (1_900, 7_200), (3_600, 7_200), (3_601 * 100, 3_600 * 101),
        ] as [(Int64, Int64)])
    func aRunThatIsLateCountsForAllThatWereMissed(_ late: Int64, _ next: Int64) {
        let due: Int64 = 10_000_000
        #expect(RuleSchedule.every(3_600).nextDue(after: due, ranAt: due + late, zone: "UTC") == due + next)
    }

    @Test func aTimeOfDayIsTheNextOne() throws {
        let morning = RuleSchedule.at(minutes: 7 * 60 + 30)
        let before = try time("2026-11-27T06:29:59Z")
        #expect(text(morning.firstDue(after: before, zone: berlin)) == "2026-11-27T06:30:00Z")
        #expect(text(morning.firstDue(after: before + 1, zone: berlin)) == "2026-11-28T06:30:00Z")
    }

    /// In Berlin clocks go from 02:00 to 03:00 on 29 March 2026, and from 03:00 to 02:00 on 25 October.
    @Test(arguments: [
        ("2026-03-27T12:00:00Z", 7 * 60 + 30), ("2026-03-27T12:00:00Z", 150), ("2026-10-23T12:00:00Z", 150),
        ("2026-10-23T12:00:00Z", 0), ("2026-10-23T12:00:00Z", 23 * 60 + 59),
    ])
    func onceADayWhenTheClocksChange(_ start: String, _ minutes: Int) throws {
        let schedule = RuleSchedule.at(minutes: minutes)
        for zone in [berlin, "America/New_York", "Pacific/Auckland", "UTC", "Asia/Kathmandu"] {
            var dues = [schedule.firstDue(after: try time(start), zone: zone)]
            for _ in 0..<5 {
                dues.append(schedule.nextDue(after: dues[dues.count - 1], ranAt: dues.last ?? 0, zone: zone))
            }
            for (first, second) in zip(dues, dues.dropFirst()) {
                #expect((82_800...90_000).contains(second - first), "\(zone): \(text(first)), \(text(second))")
            }
        }
    }

    @Test func theClockThatIsShownOnceMoreDoesNotCountTwice() throws {
        let morning = RuleSchedule.at(minutes: 450)
        let due = try time("2026-11-27T06:30:00Z")
        // It ran, and then somebody set the clock back by an hour.
        let next = morning.nextDue(after: due, ranAt: due - 3_600, zone: berlin)
        #expect(text(next) == "2026-11-28T06:30:00Z")
        #expect(morning.sensibleDue(next, now: due - 3_600, zone: berlin) == next)
        let every = RuleSchedule.every(600)
        #expect(every.nextDue(after: 10_000, ranAt: 6_400, zone: berlin) == 10_600)
        #expect(every.sensibleDue(10_600, now: 6_400, zone: berlin) == 10_600)
    }

    @Test func aClockThatWasYearsAheadIsNotWaitedFor() throws {
        let now = try time("2026-11-27T12:00:00Z")
        let far = now + 10 * 365 * 86_400
        #expect(RuleSchedule.every(600).sensibleDue(far, now: now, zone: berlin) == now + 600)
        #expect(text(RuleSchedule.at(minutes: 450).sensibleDue(far, now: now, zone: berlin)) == "2026-11-28T06:30:00Z")
    }

    @Test func itsTimesTellWhenTheyChange() {
        #expect(RuleSchedule.every(60).times(zone: "UTC") == RuleSchedule.every(60).times(zone: berlin))
        #expect(RuleSchedule.at(minutes: 60).times(zone: "UTC") != RuleSchedule.at(minutes: 60).times(zone: berlin))
        #expect(RuleSchedule.at(minutes: 60).times(zone: "UTC") != RuleSchedule.at(minutes: 61).times(zone: "UTC"))
    }
}
