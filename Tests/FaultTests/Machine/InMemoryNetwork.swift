import Foundation
import MailTransport
import NIOCore
import NIOEmbedded
import Synchronization
import TestKit

/// Connections to servers in memory, by host.
final class InMemoryNetwork: ChannelOpening {
    private let servers: [String: any InMemoryServer]
    private let fate: Fate
    private let behindWire: (@Sendable (any Channel, _ host: String) throws -> Void)?
    private let channels = Mutex<[NIOAsyncTestingChannel]>([])

    /// - Parameter behindWire: puts further handlers between a server's wire and the client's protocol.
    init(
        _ servers: [String: any InMemoryServer], fate: Fate,
        behindWire: (@Sendable (any Channel, _ host: String) throws -> Void)? = nil
    ) {
        self.servers = servers
        self.fate = fate
        self.behindWire = behindWire
    }

    func open<Result: Sendable>(
        host: String, port: Int, initialize: @escaping @Sendable (any Channel) -> EventLoopFuture<Result>
    ) async throws -> Result {
        guard !fate.isDead, let server = servers[host] else {
            throw IOError(errnoCode: ECONNREFUSED, reason: "connect")
        }
        fate.connecting(to: host)
        let loop = NIOAsyncTestingEventLoop()
        let channel = NIOAsyncTestingChannel(loop: loop)
        channels.withLock { $0.append(channel) }
        let (fate, behindWire) = (fate, behindWire)
        let initialized = try await loop.executeInContext {
            try channel.pipeline.syncOperations.addHandler(
                ServerWire(server.converse(), host: host, fate: fate))
            try behindWire?(channel, host)
            return initialize(channel)
        }
        let result = try await initialized.get()
        try await channel.connect(to: SocketAddress(ipAddress: host, port: port)).get()
        return result
    }

    func shutDown() async {}

    /// Every connection ends.
    func cutAll() {
        for channel in channels.withLock({ $0 }) { channel.close(promise: nil) }
    }

    /// Nothing is left of any connection.
    func end() async {
        cutAll()
        let ended = channels.withLock { channels in
            defer { channels = [] }
            return channels
        }
        for channel in ended { await channel.testingEventLoop.shutdownGracefully() }
    }
}
