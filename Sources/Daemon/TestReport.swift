import MailModel
import RuleRuntime

/// What became of a test, as `test` prints it in JSON.
public struct TestReport: Codable, Sendable {
    /// `null`: the file itself is wrong.
    @Nullable public var test: String?
    public var file: String
    public var line: Int
    public var ok: Bool
    /// `null`: not looked at.
    @Nullable public var expected: [PlanReport.Action]?
    public var actual: [PlanReport.Action]
    @Nullable public var expectedRules: [String]?
    public var rules: [String]
    public var evidence: [RuleEvidence]
    @Nullable public var error: String?

    private enum CodingKeys: String, CodingKey {
        case test, file, line, ok, expected, actual
        case expectedRules = "expected_rules"
        case rules, evidence, error
    }

    public init(_ test: RuleTest, _ verdict: RuleTestVerdict) {
        self.test = test.name
        file = test.position.file
        line = test.position.line
        ok = verdict.isOK
        expected = test.expected.map { $0.map { .init($0, state: PlanState.proposed.rawValue, decided: test.now) } }
        actual = verdict.actual.map { .init($0, state: PlanState.proposed.rawValue, decided: test.now) }
        expectedRules = test.rules
        rules = verdict.rules
        evidence = verdict.evidence
        error = verdict.error
    }

    public init(_ problem: RuleLoadError.Problem) {
        test = nil
        file = problem.file
        line = problem.line
        ok = false
        expected = nil
        actual = []
        expectedRules = nil
        rules = []
        evidence = []
        error = problem.message
    }

    public func json() throws -> String { try JSONLine.encode(self) }
}
