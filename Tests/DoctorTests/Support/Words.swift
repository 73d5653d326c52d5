import TestKit

/// Says some words on each connection and takes no notice of the client.
final class Words: PortConversation {
    private let first: PortReply
    private let then: PortReply

    /// - Parameters:
    ///   - first: on its own.
    ///   - then: whatever it hears.
    init(first: String = "", then: PortReply = PortReply()) {
        self.first = PortReply(first)
        self.then = then
    }

    func opening() -> PortReply { first }
    func heard(_ bytes: [UInt8]) -> PortReply { then }

    static func port(first: String = "", then: PortReply = PortReply()) async throws -> ScriptedPort {
        try await ScriptedPort { Words(first: first, then: then) }
    }
}
