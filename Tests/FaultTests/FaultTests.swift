import TestKit
import Testing

/// The whole program in one process, broken at every step (FAULTS): whatever breaks, what others see in the end is what
/// it would have been, and doing it all once more changes nothing.
@Suite struct FaultTests {
    @Test(arguments: Scenario.sending) func sending(_ scenario: Scenario) async throws {
        try await Campaign(scenario: scenario).run()
    }

    @Test(arguments: Scenario.filing) func filing(_ scenario: Scenario) async throws {
        try await Campaign(scenario: scenario).run()
    }

    @Test(arguments: Scenario.batches) func batches(_ scenario: Scenario) async throws {
        try await Campaign(scenario: scenario).run()
    }

    @Test(arguments: Scenario.rollback) func allOrNothing(_ scenario: Scenario) async throws {
        try await Campaign(scenario: scenario).run()
    }

    @Test(arguments: Scenario.accounts) func otherAccounts(_ scenario: Scenario) async throws {
        try await Campaign(scenario: scenario).run()
    }

    @Test(arguments: Scenario.undo) func undo(_ scenario: Scenario) async throws {
        try await Campaign(scenario: scenario).run()
    }

    @Test(arguments: Scenario.comingBack) func comingBack(_ scenario: Scenario) async throws {
        try await Campaign(scenario: scenario).run()
    }

    @Test(arguments: Interference.scenarios, Interference.Deed.allCases) func somebodyElse(
        _ scenario: Scenario, _ deed: Interference.Deed
    ) async throws {
        try await Interference(scenario: scenario, deed: deed).run()
    }

    @Test(arguments: Scenario.outside) func outside(_ scenario: Scenario) async throws {
        try await Campaign(scenario: scenario).run()
    }

    @Test(arguments: Scenario.timed) func timed(_ scenario: Scenario) async throws {
        try await Campaign(scenario: scenario).run()
    }
}
