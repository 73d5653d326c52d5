import MailModel
import Testing

@testable import ActionJournal

@Suite struct DelayedActionTests {
    private func planned(
        _ action: MailAction, after: Int64? = nil, recheck: Bool = false, rule: String = "A"
    ) -> PlannedAction {
        PlannedAction(action: action, rule: rule, after: after, recheck: recheck)
    }

    private let later = MailAction.move(FolderTarget(place: .name("Later")))

    @Test func whatIsDueTogetherIsOnePart() {
        let delayed = DelayedActions(
            [
                planned(.mark(flag: "seen")), planned(.trash, after: 60), planned(.mark(flag: "flagged"), after: 10),
                planned(.keyword("Old"), after: 60),
            ], decidedAt: 1_000)
        #expect(delayed.parts.map(\.indices) == [[2], [1, 3]])
        #expect(delayed.parts.map(\.due) == [1_010, 1_060])
        #expect(delayed.parts.map { $0.trigger(of: PlanID(7)).description } == ["after:7", "after:7:1"])
        #expect(delayed.actions(of: delayed.parts[1]).map(\.action) == [.trash, .keyword("Old")])
        #expect(delayed.actions(of: delayed.parts[1]).allSatisfy { $0.after == nil })
        #expect(
            delayed.timers == [
                TimerDraft(actionIndex: 2, due: 1_010), TimerDraft(actionIndex: 1, due: 1_060),
                TimerDraft(actionIndex: 3, due: 1_060),
            ])
    }

    @Test func twoThatTakeTheMessageAwayComeOneAfterTheOther() {
        let delayed = DelayedActions([planned(later, after: 5), planned(.trash, after: 5)], decidedAt: 0)
        #expect(delayed.parts.map(\.indices) == [[0], [1]])
    }

    @Test func eachRuleIsAskedAgainForItsOwn() {
        let delayed = DelayedActions(
            [
                planned(.mark(flag: "seen"), after: 5, recheck: true), planned(.keyword("a"), after: 5, recheck: true),
                planned(.keyword("b"), after: 5), planned(.keyword("c"), after: 5, recheck: true, rule: "B"),
            ], decidedAt: 0)
        #expect(delayed.parts.map(\.indices) == [[0, 1], [2], [3]])
        #expect(delayed.parts.map(\.recheck) == ["A", nil, "B"])
    }

    @Test func aSnoozeComesBackAsUnreadMail() throws {
        let delayed = DelayedActions([planned(.keyword("k")), planned(.snooze(until: 900))], decidedAt: 100)
        let part = try #require(delayed.parts.first)
        #expect(part.due == 900)
        #expect(
            delayed.actions(of: part).map(\.action) == [
                .unmark(flag: "seen"), .move(FolderTarget(place: .role(.inbox))),
            ])
        #expect(delayed.places(of: 1, in: part) == 0..<2)
    }

    @Test func aDelayedSnoozeBeginsWhenItIsDue() throws {
        let delayed = DelayedActions([planned(.snooze(until: 900), after: 60)], decidedAt: 100)
        #expect(delayed.parts.map(\.due) == [160])
        #expect(delayed.actions(of: try #require(delayed.parts.first)).map(\.action) == [.snooze(until: 900)])
    }

    @Test func aDelayPastAllTimesIsNeverDue() {
        #expect(DelayedActions([planned(.trash, after: .max)], decidedAt: 100).parts.map(\.due) == [.max])
    }
}
