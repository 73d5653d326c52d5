import Testing

@testable import TestKit

/// The program is broken at each of its steps, as a process of its own with a real Dovecot and a real Postfix, and what
/// it left behind is taken up again (DESIGN §2, FAULTS "Crash and cut points").
///
/// The ordinary run takes some steps of each scenario, others each time; `POSTMOON_FAULTS=all` takes all of them.
@Suite("Broken at every step", .serialized, .timeLimit(.minutes(30)))
struct BreakTests {
    @Test("killed", arguments: BreakScenario.all)
    func killed(_ scenario: BreakScenario) async throws {
        let campaign = try await BreakCampaign(scenario)
        let steps = try await campaign.steps().steps.count
        let breakages = campaign.sample(1...steps, 5).map { Breakage.kill(step: $0) }
        let tally = try await campaign.carryOut("killed", breakages, of: steps)
        #expect(tally.broken > 0)
    }

    @Test("the power goes: what was not synced is lost", arguments: BreakScenario.all)
    func powerLoss(_ scenario: BreakScenario) async throws {
        let campaign = try await BreakCampaign(scenario)
        let steps = try await campaign.steps().steps.count
        // Every other time some of what was not synced has arrived all the same.
        let breakages = campaign.sample(1...steps, 4).map { step in
            Breakage.powerLoss(step: step, torn: step % 2 == 0 ? UInt32(truncatingIfNeeded: campaign.seed) : nil)
        }
        let tally = try await campaign.carryOut("power loss", breakages, of: steps)
        #expect(tally.broken > 0)
    }

    @Test("the server acts, and its reply is lost", arguments: BreakScenario.all)
    func lostReply(_ scenario: BreakScenario) async throws {
        let campaign = try await BreakCampaign(scenario)
        let report = try await campaign.steps()
        let breakages = campaign.sample(report.sends, 2).map { Breakage.loseReply(step: $0) }
        let tally = try await campaign.carryOut("reply lost", breakages, of: report.steps.count)
        #expect(tally.broken > 0)
    }
}

extension BreakCampaign {
    /// All of the steps when that is asked for; else so many, evenly spread from a place that chance gives.
    func sample(_ steps: some Collection<Int>, _ count: Int) -> [Int] {
        if Self.isComplete { return Array(steps) }
        var generator = SeededGenerator(seed: seed)
        let stride = max(1, steps.count / count)
        let first = Int.random(in: 0..<stride, using: &generator)
        return steps.enumerated().filter { $0.offset % stride == first }.map(\.element)
    }
}
