import Foundation
import MailTransport
import NIOCore
import NIOEmbedded
import Synchronization

/// Connections to servers in memory; each has an event loop, and so a clock, of its own.
public final class InMemoryNetwork: ChannelOpening {
    /// Puts a server's end on a channel, before its client's protocol is put there; called on the channel's event loop.
    public typealias FarEnd = @Sendable (NIOAsyncTestingChannel) throws -> Void

    private let answering: @Sendable (_ host: String, _ port: Int) -> FarEnd?
    private let channels = Mutex<[NIOAsyncTestingChannel]>([])

    /// - Parameter answering: who listens there; `nil`: nobody.
    public init(answering: @escaping @Sendable (_ host: String, _ port: Int) -> FarEnd?) {
        self.answering = answering
    }

    public func open<Result: Sendable>(
        host: String, port: Int, initialize: @escaping @Sendable (any Channel) -> EventLoopFuture<Result>
    ) async throws -> Result {
        guard let attach = answering(host, port) else { throw IOError(errnoCode: ECONNREFUSED, reason: "connect") }
        let loop = NIOAsyncTestingEventLoop()
        let channel = NIOAsyncTestingChannel(loop: loop)
        channels.withLock { $0.append(channel) }
        try await channel.connect(to: SocketAddress(unixDomainSocketPath: "/\(port)")).get()
        let ready = try await loop.executeInContext {
            try attach(channel)
            return initialize(channel)
        }
        await loop.run()
        return try await ready.get()
    }

    public func shutDown() async {}

    /// Every connection ends.
    public func cutAll() {
        for channel in channels.withLock({ $0 }) { channel.close(promise: nil) }
    }

    /// Nothing is left of any connection.
    public func end() async {
        cutAll()
        let ended = channels.withLock { channels in
            defer { channels = [] }
            return channels
        }
        for channel in ended { await channel.testingEventLoop.shutdownGracefully() }
    }
}
