import Foundation

/// A line that `postmoon` wrote to its standard error: an entry of its log (`--json`), or plain words.
public struct LogEntry: Sendable, CustomStringConvertible {
    public let line: String
    /// Empty when the line is no JSON object.
    public let fields: [String: String]

    public init(_ line: String) {
        self.line = line
        fields = (try? JSONDecoder().decode([String: String].self, from: Data(line.utf8))) ?? [:]
    }

    public var message: String { fields["message"] ?? line }

    public subscript(_ field: String) -> String? { fields[field] }

    public var description: String { line }
}
