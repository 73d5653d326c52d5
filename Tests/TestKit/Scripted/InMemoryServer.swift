import NIOCore

/// A server in memory that speaks real bytes.
public protocol InMemoryServer: Sendable {
    /// A connection begins.
    func converse() -> any ServerConversation
}

extension InMemoryServer {
    /// Puts the server's end on a channel, before its protocol is put there; called on the channel's event loop.
    ///
    /// The greeting goes out when the event loop comes to it.
    public func attach(to channel: any Channel, host: String = "", fate: (any WireFate)? = nil) throws {
        let wire = ServerWire(converse(), host: host, fate: fate)
        try channel.pipeline.syncOperations.addHandler(wire)
        wire.greet()
    }
}

/// One connection as a server in memory sees it: bytes in, answers out.
public protocol ServerConversation: AnyObject {
    /// What it says first.
    func greeting() -> [ServerAnswer]

    func received(_ bytes: [UInt8]) -> [ServerAnswer]

    /// What it says without being asked, now.
    func news() -> [ServerAnswer]

    /// The bytes before this mark arrived at the client.
    func reached(_ mark: Int)
}

extension ServerConversation {
    public func news() -> [ServerAnswer] { [] }
    public func reached(_ mark: Int) {}
}

public enum ServerAnswer: Equatable, Sendable {
    case bytes([UInt8])
    /// The conversation wants to know when what comes before has arrived.
    case mark(Int)
    /// The server hangs up.
    case cut
}

extension [ServerAnswer] {
    /// The same, byte by byte.
    var dribbled: [ServerAnswer] {
        flatMap { answer -> [ServerAnswer] in
            if case .bytes(let bytes) = answer { bytes.map { .bytes([$0]) } } else { [answer] }
        }
    }
}
