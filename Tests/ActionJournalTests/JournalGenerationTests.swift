import ActionJournal
import Testing

@Suite struct JournalGenerationTests {
    @Test func theNumberGrowsWithTheTextAndOutlivesThePrograms() async throws {
        let scratch = try ScratchFolder()
        var journal = try Journal.open(folder: scratch.state, access: .readWrite)
        #expect(try await journal.lastGeneration() == nil)
        #expect(try await journal.generation(ofRules: "a", at: 100) == RuleGeneration(number: 1, since: 100))
        #expect(try await journal.generation(ofRules: "a", at: 200) == RuleGeneration(number: 1, since: 100))
        #expect(try await journal.generation(ofRules: "b", at: 300) == RuleGeneration(number: 2, since: 300))
        journal.close()
        journal = try Journal.open(folder: scratch.state, access: .readWrite)
        #expect(try await journal.generation(ofRules: "b", at: 400) == RuleGeneration(number: 2, since: 300))
        // What was in force before is a generation of its own when it comes back.
        #expect(try await journal.generation(ofRules: "a", at: 500) == RuleGeneration(number: 3, since: 500))
        journal.close()
        let reader = try Journal.open(folder: scratch.state, access: .readOnly)
        let last = try await reader.lastGeneration()
        #expect(last?.generation == RuleGeneration(number: 3, since: 500))
        #expect(last?.digest == "a")
        // The same needs no writing, so a reader can ask.
        #expect(try await reader.generation(ofRules: "a", at: 600) == RuleGeneration(number: 3, since: 500))
    }
}
