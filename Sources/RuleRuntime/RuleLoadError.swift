import MailModel

/// Why a rules folder did not load: every problem that could be found, in order of file and line.
public struct RuleLoadError: Fault {
    public struct Problem: Hashable, Sendable, CustomStringConvertible {
        public var file: String
        /// 0: the file as a whole.
        public var line: Int
        public var message: String

        public init(file: String, line: Int, message: String) {
            self.file = file
            self.line = line
            self.message = message
        }

        public var description: String { line > 0 ? "\(file):\(line): \(message)" : "\(file): \(message)" }
    }

    public var problems: [Problem]

    public init(problems: [Problem]) { self.problems = problems }

    public var code: FaultCode { .configuration }
    public var scope: FaultScope { .process }
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
