import ActionJournal
import MailModel
import Testing

@testable import ActionExecutor

/// Many notices at a time are told without a storm, and none is kept back.
@Suite struct NoticeFloodTests {
    private func plans(_ bench: SendingBench, _ count: Int) async throws -> [PlanID] {
        var plans: [PlanID] = []
        for uid in 1...count { plans.append(try await bench.plan(to: [], notifies: true, uid: UInt32(uid))) }
        return plans
    }

    private func areDone(_ bench: SendingBench, _ plans: [PlanID]) async throws -> Bool {
        try await bench.journal.plans(PlanQuery(ids: Set(plans))).allSatisfy { $0.plan.state == .done }
    }

    @Test func theFirstAreToldOneByOneAndTheRestTogether() async throws {
        let bench = try SendingBench()
        let many = try await plans(bench, 1_100)
        let channel = ScriptedChannel()
        let runner = bench.notices(channel)
        let next = try await runner.deliverDue()
        // What is looked up together is told together; the rest waits for its minute, with no look at all of it.
        #expect(channel.heard.count == NoticeRate.most + 1)
        #expect(channel.heard.last?.title == "950 notifications")
        #expect(channel.heard.last?.body.hasSuffix("\nand 930 more") == true)
        #expect(next == bench.clock.now + NoticeRate.pause)
        bench.clock.pass(NoticeRate.pause - 1)
        _ = try await runner.deliverDue()
        #expect(channel.heard.count == NoticeRate.most + 1)
        bench.clock.pass(1)
        #expect(try await runner.deliverDue() == nil)
        #expect(channel.heard.count == NoticeRate.most + 2)
        #expect(channel.heard.last?.title == "100 notifications")
        #expect(try await areDone(bench, many))
        // Ten minutes later a single one is told by itself again.
        bench.clock.pass(NoticeRate.window)
        _ = try await bench.plan(to: [], notifies: true, uid: 5_000)
        _ = try await runner.deliverDue()
        #expect(channel.heard.last?.title == "T")
    }

    @Test func aChannelThatDoesNotTakeThemIsAskedAgainWithAllOfThem() async throws {
        let bench = try SendingBench()
        let many = try await plans(bench, NoticeRate.most + 30)
        let channel = ScriptedChannel(failures: Array(repeating: nil, count: NoticeRate.most) + [true])
        let runner = bench.notices(channel)
        #expect(try await runner.deliverDue() == bench.clock.now + NoticeRate.pause)
        #expect(try await !areDone(bench, many))
        bench.clock.pass(NoticeRate.pause)
        #expect(try await runner.deliverDue() == nil)
        #expect(channel.heard.last?.title == "30 notifications")
        #expect(try await areDone(bench, many))
    }
}
