import MailModel

/// One thing that is wrong in a configuration file.
public struct ConfigurationProblem: Hashable, Sendable, CustomStringConvertible {
    public var file: String
    /// From 1; what concerns the file as a whole is said at 1.
    public var line: Int
    /// What is wrong and how to mend it. Never a secret.
    public var message: String

    public init(file: String, line: Int, message: String) {
        self.file = file
        self.line = line
        self.message = message
    }

    public var description: String { "\(file):\(line): \(message)" }
}

/// The configuration cannot be used: everything that is wrong with it, in the order of the file.
public struct ConfigurationError: Fault {
    public let problems: [ConfigurationProblem]

    public init(problems: [ConfigurationProblem]) { self.problems = problems }

    public var code: FaultCode { .configuration }
    public var scope: FaultScope { .process }
    /// One line a problem: `file:line: message`.
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
