import MailModel
import Testing

@testable import ActionJournal

@Suite struct StoredJSONTests {
    @Test(arguments: [
        "", "plain", "\"", "\\", "\\u0041", "\u{0}\u{1}\u{1F}\u{7F}", "tab\tline\r\n", "é🌙\u{301}", "\"\u{301}", "/",
        "\u{2028}", "a\u{0}\u{301}b",
    ])
    func writtenTextReadsAsItWas(_ text: String) throws {
        let evidence = [
            RuleEvidence(rule: text, matched: true, tests: []),
            RuleEvidence(
                rule: "B", matched: false,
                tests: [.init(test: text, value: text, result: false), .init(test: "", value: "", result: true)]),
        ]
        let stored = evidence.storedJSON
        #expect(try [RuleEvidence](storedJSON: stored) == evidence)
        #expect(stored.utf8.allSatisfy { $0 >= 0x20 })
        #expect(try [String](storedJSON: Journal.list([text, "x"])) == [text, "x"])
    }

    @Test(arguments: [
        StepPrecondition(), StepPrecondition(flagsBefore: []), StepPrecondition(flagsBefore: ["\\Seen", "$x"]),
        StepPrecondition(
            targetUIDValidity: .max, targetUIDNext: 0, copyUIDValidity: 1, copyUID: 2, idempotencyKey: "k\n"),
    ])
    func preconditionsReadAsTheyWere(_ precondition: StepPrecondition) throws {
        #expect(try StepPrecondition(storedJSON: precondition.storedJSON) == precondition)
    }

    @Test(arguments: [StepOutcome(), StepOutcome(targetUIDValidity: 1, targetUID: .max, detail: "\"450\" later")])
    func outcomesReadAsTheyWere(_ outcome: StepOutcome) throws {
        #expect(try StepOutcome(storedJSON: outcome.storedJSON) == outcome)
    }

    @Test func argumentsThatAreMissingHaveTheirDefaults() throws {
        #expect(try StepArguments(storedJSON: "{}") == StepArguments())
        let all = StepArguments(
            account: "work", mailbox: "A/B", create: true, addFlags: ["\\Seen"], removeFlags: ["x"], channel: "phone",
            title: "t", body: "b", program: "p", spool: "s", copyStep: 0)
        var encoder = StoredEncoder<StepArguments>()
        let text = try encoder.text(all)
        #expect(try encoder.text(all) == text)
        #expect(try StepArguments(storedJSON: text) == all)
        #expect(try encoder.text(StepArguments()) == "{}")
    }
}
