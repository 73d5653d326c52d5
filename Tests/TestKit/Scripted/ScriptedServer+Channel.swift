import NIOCore

extension ScriptedServer {
    /// Puts the server's end on a channel, before its protocol is put there; called on the channel's event loop.
    ///
    /// The greeting goes out when the event loop comes to it.
    public func attach(to channel: any Channel) throws {
        let wire = ScriptedWire(ScriptedSession(self))
        try channel.pipeline.syncOperations.addHandler(wire)
        wire.greet()
    }
}
