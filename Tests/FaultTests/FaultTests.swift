import Testing

/// The whole program in one process, broken at every step (FAULTS): whatever breaks, what others see in the end is what
/// it would have been, and doing it all once more changes nothing.
@Suite struct FaultTests {
    @Test(arguments: Scenario.filing) func filing(_ scenario: Scenario) async throws {
        try await Campaign(scenario: scenario).run()
    }
}
