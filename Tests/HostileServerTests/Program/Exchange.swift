/// One answer of an honest server, and what it answers.
struct Exchange: Sendable {
    /// How many connections were made before this one.
    var connection: Int
    /// The client's command without its tag, such as `UID FETCH 1:* (UID)`; empty for the greeting.
    var command: String
    /// `*` for the greeting.
    var tag: String
    /// What an honest server says: lines with their ends. A continuation stands by itself.
    var answer: String

    func isFor(_ verb: String) -> Bool { command.hasPrefix(verb) }

    /// The lines before the last one, which is the tagged one.
    var untagged: String {
        answer.split(separator: "\r\n", omittingEmptySubsequences: false).dropLast(2).map { $0 + "\r\n" }.joined()
    }

    /// The tagged line, or the continuation.
    var ending: String { String(answer.dropFirst(untagged.count)) }

    /// The answer with these lines put before the tagged one.
    func adding(_ lines: String...) -> [Saying] {
        [.text(untagged + lines.map { $0 + "\r\n" }.joined() + ending)]
    }
}

/// What a hostile server says instead.
enum Saying: Sendable, Equatable {
    case text(String)
    /// So many bytes of the letter x, made piece by piece.
    case bytes(Int)
    /// The connection ends.
    case cut
    /// Nothing goes through any more, in either direction, and the connection stays open.
    case silence
}

/// Turns what an honest server says into what this one says; `nil`: as it is.
typealias Lie = @Sendable (Exchange) -> [Saying]?
