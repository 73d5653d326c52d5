/// Decides what becomes of bytes between a client and a server in memory.
public protocol WireFate: Sendable {
    /// The client sends these.
    func sending(_ bytes: [UInt8], to host: String) -> Passage

    /// The server's answer comes in.
    func receiving(_ bytes: [UInt8], from host: String) -> Passage

    /// The server has these from a connection that ended before it took them.
    func keep(_ bytes: StrayBytes, for host: String)

    /// A connection hangs; its client finds that out when its time is up.
    func stalled()

    /// Time goes by until what is late has come.
    func wait(seconds: Int64, for loop: any MovableClock)
}

/// What becomes of bytes on their way.
public enum Passage: Hashable, Sendable {
    case arrives
    /// Nothing arrives, and the connection ends.
    case isLost
    /// Only so many arrive, and the connection ends.
    case isCut(after: Int)
    /// Only so many arrive, and the connection is reset.
    case isReset(after: Int)
    /// Only so many arrive, and nothing any more in either direction, though the connection stays open.
    case stalls(after: Int)
    /// The connection ends; the server gets the bytes later. For what is sent.
    case straysBehind
    /// It comes after so many seconds. For answers.
    case comesLate(seconds: Int64)
    /// It comes twice. For answers.
    case comesTwice
}

/// Time that somebody else moves.
public protocol MovableClock: Sendable {
    func pass(seconds: Int64) async
}

/// Bytes that the server takes after their connection has ended for the client.
public struct StrayBytes: Sendable {
    // Nobody else touches the conversation any more: its connection has ended.
    private nonisolated(unsafe) let conversation: any ServerConversation
    private let bytes: [UInt8]

    init(_ bytes: [UInt8], for conversation: any ServerConversation) {
        self.bytes = bytes
        self.conversation = conversation
    }

    /// The server takes them; nobody hears its answer.
    public func arrive() { _ = conversation.received(bytes) }
}
