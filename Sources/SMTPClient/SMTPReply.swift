/// One reply of a server, all of its lines (RFC 5321 §4.2).
public struct SMTPReply: Hashable, Sendable, CustomStringConvertible {
    /// 200 to 599.
    public var code: Int
    /// The texts behind the code, line by line, with control characters replaced.
    public var lines: [String]
    /// The enhanced status code, where the text begins with one of the reply's own class.
    public var enhanced: EnhancedStatus?

    public init(code: Int, lines: [String]) {
        self.code = code
        self.lines = lines
        enhanced = lines.lazy.compactMap { EnhancedStatus(startOf: $0[...]) }.first { $0.category == code / 100 }
    }

    /// 2yz: the command was carried out.
    public var isPositive: Bool { code / 100 == 2 }
    /// 4yz: the same command may succeed later.
    public var isTransient: Bool { code / 100 == 4 }
    /// 5yz: the same command would fail again.
    public var isPermanent: Bool { code / 100 == 5 }

    /// The lines as one text, an enhanced code that repeats kept once, at most 500 characters.
    public var text: String {
        guard let enhanced else { return String(lines.filter { !$0.isEmpty }.joined(separator: " ").prefix(500)) }
        let prefix = "\(enhanced)"
        let texts = lines.map { line in
            line.hasPrefix(prefix) ? String(line.dropFirst(prefix.count).drop { $0 == " " }) : line
        }
        return String(([prefix] + texts.filter { !$0.isEmpty }).joined(separator: " ").prefix(500))
    }

    public var description: String { text.isEmpty ? "\(code)" : "\(code) \(text)" }
}
