import Testing

/// The wire is closed, reset or silent behind any byte, in either direction; afterwards each message is in one place,
/// once, and each forward arrived once, or more often only where the journal says that it was in doubt.
@Suite(.timeLimit(.minutes(60))) struct ByteTests {
    @Test(arguments: Scenario.everyByte) func aCutBehindAnyByteLosesAndDoublesNothing(_ scenario: Scenario) async throws
    {
        try await ByteCampaign(scenario: scenario).run()
    }
}
