import Foundation

/// What a `postmoon` command came to.
public struct CommandResult: Sendable, CustomStringConvertible {
    public let status: CInt
    public let output: String
    public let error: String

    /// The lines of its standard output.
    public var lines: [String] { output.split(separator: "\n").map(String.init) }

    /// The objects that `--json` printed, one a line; throws when a line is none.
    public func objects() throws -> [JSONObject] { try lines.map { try JSONObject($0) } }

    /// The only object that `--json` printed.
    public func object() throws -> JSONObject {
        let all = try objects()
        guard let first = all.first, all.count == 1 else {
            throw PostmoonProcess.Overdue(description: "one JSON object was expected: \(self)")
        }
        return first
    }

    public var description: String { "exit \(status)\n\(output)\(error)" }
}

/// A JSON object as a program outside sees it: names of keys and plain values.
public struct JSONObject: @unchecked Sendable, CustomStringConvertible {
    // Unchecked: made by JSONSerialization without mutable containers, so nothing in it ever changes.
    private let values: [String: Any]

    public init(_ text: String) throws {
        guard let values = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] else {
            throw PostmoonProcess.Overdue(description: "no JSON object: \(text)")
        }
        self.values = values
    }

    private init(_ values: [String: Any]) { self.values = values }

    public var keys: Set<String> { Set(values.keys) }

    public func text(_ key: String) -> String? { values[key] as? String }
    public func number(_ key: String) -> Int? { (values[key] as? NSNumber)?.intValue }
    public func flag(_ key: String) -> Bool? { values[key] as? Bool }
    public func texts(_ key: String) -> [String] { values[key] as? [String] ?? [] }
    public func object(_ key: String) -> JSONObject? { (values[key] as? [String: Any]).map(JSONObject.init) }
    public func objects(_ key: String) -> [JSONObject] {
        (values[key] as? [[String: Any]] ?? []).map(JSONObject.init)
    }
    /// A list of lists of text, such as `headers` of `inspect`.
    public func rows(_ key: String) -> [[String]] { values[key] as? [[String]] ?? [] }

    public var description: String {
        let data = try? JSONSerialization.data(withJSONObject: values, options: [.sortedKeys])
        return data.map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}
