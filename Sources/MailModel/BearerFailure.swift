import FoundationEssentials

/// What a server's last challenge says of a token that it will not take: base64 of a JSON object (RFC 7628 §3.2.2).
public struct BearerFailure: Hashable, Sendable, CustomStringConvertible {
    /// `invalid_token` and the like, or an HTTP status as Google has it; empty when that is not said.
    public var status: String
    /// What a token would have to be good for; empty when that is not said.
    public var scope: String

    private struct Content: Decodable {
        var status: String?
        var scope: String?
    }

    /// `nil` when the challenge is something else.
    public init?(challenge: String) {
        guard challenge.utf8.count <= 8_192, let data = Data(base64Encoded: challenge),
            let content = try? JSONDecoder().decode(Content.self, from: data)
        else { return nil }
        status = Self.shown(content.status)
        scope = Self.shown(content.scope)
    }

    /// For the end of a sentence, in parentheses behind a space; empty when the server said nothing.
    public var description: String {
        let parts = [status.isEmpty ? nil : "status \(status)", scope.isEmpty ? nil : "scope \(scope)"]
        let text = parts.compactMap { $0 }.joined(separator: ", ")
        return text.isEmpty ? "" : " (\(text))"
    }

    private static func shown(_ text: String?) -> String {
        String(
            (text ?? "").filter { $0.isASCII && !($0.asciiValue.map { $0 < 0x20 || $0 == 0x7F } ?? true) }.prefix(120))
    }
}
