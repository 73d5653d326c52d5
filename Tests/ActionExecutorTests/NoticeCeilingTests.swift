import ActionJournal
import MailModel
import Notifications
import Testing

@testable import ActionExecutor

/// A channel's ceiling: what is told by itself, what in one, what waits.
@Suite struct NoticeCeilingTests {
    private func runner(_ bench: SendingBench, _ channel: ScriptedChannel, _ ceiling: NoticeCeiling) -> NoticeRunner {
        let clock = bench.clock
        return NoticeRunner(
            account: bench.account, journal: bench.journal, channels: ["phone": channel], ceiling: ceiling,
            clock: { clock.now }, logger: silent)
    }

    private func notice(_ bench: SendingBench, _ uid: UInt32) async throws -> PlanID {
        try await bench.plan(to: [], notifies: true, uid: uid)
    }

    @Test func aFloodIsToldInOne() async throws {
        let bench = try SendingBench()
        let channel = ScriptedChannel()
        let runner = runner(bench, channel, NoticeCeiling(limits: ["phone": 3]))
        var plans: [PlanID] = []
        for uid in 1...5 { plans.append(try await notice(bench, UInt32(uid))) }
        #expect(try await runner.deliverDue() == nil)
        #expect(channel.heard.map(\.title) == ["5 notifications"])
        #expect(channel.heard.first?.heldBack.map(\.key) == plans.map { "\($0)-0" })
        for plan in plans { #expect(try await bench.state(plan) == .done) }
        #expect(try await bench.steps(plans[0]).first?.outcome?.detail == "told with 4 others in one")
    }

    @Test func whatComesPastTheCeilingWaitsForTheHourAndIsToldInOneThen() async throws {
        let bench = try SendingBench()
        let channel = ScriptedChannel()
        let runner = runner(bench, channel, NoticeCeiling(limits: ["phone": 2]))
        for uid in 1...2 {
            _ = try await notice(bench, UInt32(uid))
            _ = try await runner.deliverDue()
            bench.clock.pass(10)
        }
        #expect(channel.heard.map(\.title) == ["T", "T"])
        let start = bench.clock.now
        var held: [PlanID] = []
        for uid in 3...5 {
            held.append(try await notice(bench, UInt32(uid)))
            #expect(try await runner.deliverDue() == start - 20 + 3_600)
        }
        #expect(channel.heard.count == 2)
        bench.clock.pass(3_579)
        _ = try await runner.deliverDue()
        #expect(channel.heard.count == 2, "not a second early")
        bench.clock.pass(1)
        #expect(try await runner.deliverDue() == nil)
        #expect(channel.heard.map(\.title) == ["T", "T", "3 notifications"])
        for plan in held { #expect(try await bench.state(plan) == .done) }
        _ = try await notice(bench, 6)
        _ = try await runner.deliverDue()
        #expect(channel.heard.count == 3, "a digest counts too")
    }

    @Test func theCeilingOutlivesTheProgram() async throws {
        let bench = try SendingBench()
        let channel = ScriptedChannel()
        let first = runner(bench, channel, NoticeCeiling(limits: ["phone": 1]))
        _ = try await notice(bench, 1)
        _ = try await first.deliverDue()
        let ceiling = NoticeCeiling(limits: ["phone": 1])
        try await ceiling.restore(from: bench.journal)
        _ = try await notice(bench, 2)
        _ = try await runner(bench, channel, ceiling).deliverDue()
        #expect(channel.heard.count == 1)
    }

    @Test func aClockThatWasAheadBlocksNothing() async throws {
        let bench = try SendingBench()
        let channel = ScriptedChannel()
        let ceiling = NoticeCeiling(limits: ["phone": 1])
        _ = ceiling.count("phone", at: bench.clock.now + 1_000_000)
        _ = try await notice(bench, 1)
        _ = try await runner(bench, channel, ceiling).deliverDue()
        #expect(channel.heard.count == 1)
    }

    @Test func aDigestThatFailsIsTriedAgainWhole() async throws {
        let bench = try SendingBench()
        let channel = ScriptedChannel(failures: [true])
        let runner = runner(bench, channel, NoticeCeiling(limits: ["phone": 1]))
        var plans: [PlanID] = []
        for uid in 1...3 { plans.append(try await notice(bench, UInt32(uid))) }
        #expect(try await runner.deliverDue() == bench.clock.now + 5)
        #expect(channel.heard.isEmpty)
        bench.clock.pass(5)
        _ = try await runner.deliverDue()
        #expect(channel.heard.map { $0.heldBack.count } == [3])
        for plan in plans { #expect(try await bench.state(plan) == .done) }
    }

    @Test func aReceiverThatNamesItsTimeIsNotAskedBefore() async throws {
        let bench = try SendingBench()
        let clock = bench.clock
        let runner = NoticeRunner(
            account: bench.account, journal: bench.journal, channels: ["phone": BusyChannel()], clock: { clock.now },
            logger: silent)
        _ = try await notice(bench, 1)
        #expect(try await runner.deliverDue() == bench.clock.now + 900)
    }

    @Test func whatIsNotLookedUpTogetherFollowsAtOnce() async throws {
        let bench = try SendingBench()
        let channel = ScriptedChannel()
        let runner = runner(bench, channel, NoticeCeiling(limits: ["phone": 50]))
        let plans = NoticeRunner.part + 100
        for uid in 1...plans { _ = try await notice(bench, UInt32(uid)) }
        #expect(try await runner.deliverDue() == nil)
        #expect(channel.heard.map(\.title) == ["\(NoticeRunner.part) notifications", "100 notifications"])
    }

    @Test func aChannelThatCannotTellRepetitionsIsNotAskedTwiceAfterACrash() async throws {
        let bench = try SendingBench()
        let clock = bench.clock
        let plan = try await notice(bench, 1)
        let step = try #require(try await bench.steps(plan).first)
        try await bench.journal.apply([.stepBegun(step.id, StepPrecondition(), at: clock.now)])
        let runner = NoticeRunner(
            account: bench.account, journal: bench.journal, channels: ["phone": DesktopChannel(name: "phone")],
            clock: { clock.now }, logger: silent)
        try await runner.recover()
        #expect(try await bench.state(plan) == .done)
        #expect(try await bench.steps(plan).first?.outcome?.detail?.contains("may or may not") == true)
    }
}

/// Asks for a quarter of an hour.
private struct BusyChannel: NotificationChannel {
    let name = "phone"

    func deliver(_ notification: Notification) async throws(NotificationError) {
        throw NotificationError(isTransient: true, retryAfter: 900, channel: name, detail: "busy")
    }
}
