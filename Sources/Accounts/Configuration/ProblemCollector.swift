/// Gathers what is wrong in one file, so that a person mends all of it in one go.
final class ProblemCollector {
    let file: String
    private var problems: [ConfigurationProblem] = []
    private(set) var warnings: [ConfigurationProblem] = []

    init(file: String) { self.file = file }

    var isEmpty: Bool { problems.isEmpty }
    /// In the order of the lines.
    var error: ConfigurationError { ConfigurationError(problems: Self.sorted(problems)) }

    func add(line: Int, _ message: String) {
        problems.append(ConfigurationProblem(file: file, line: line, message: message))
    }

    func warn(line: Int, _ message: String) {
        warnings.append(ConfigurationProblem(file: file, line: line, message: message))
    }

    private static func sorted(_ problems: [ConfigurationProblem]) -> [ConfigurationProblem] {
        problems.enumerated().sorted { ($0.element.line, $0.offset) < ($1.element.line, $1.offset) }.map(\.element)
    }
}
