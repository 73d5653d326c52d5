import Foundation
import MailTransport
import NIOCore
import NIOEmbedded

/// Connects to servers in memory by their ports; each connection has an event loop, and so a clock, of its own.
struct MemoryNetwork: ChannelOpening {
    let servers: [Int: HostileServer]
    let submission: [Int: SubmissionScript]

    func open<Result: Sendable>(
        host: String, port: Int, initialize: @escaping @Sendable (any Channel) -> EventLoopFuture<Result>
    ) async throws -> Result {
        let (server, script) = (servers[port], submission[port])
        guard server != nil || script != nil else { throw IOError(errnoCode: ECONNREFUSED, reason: "connect") }
        let loop = NIOAsyncTestingEventLoop()
        let channel = NIOAsyncTestingChannel(loop: loop)
        try await channel.connect(to: SocketAddress(unixDomainSocketPath: "/\(port)")).get()
        let ready = try await loop.executeInContext {
            try server?.attach(to: channel)
            try script?.attach(to: channel)
            return initialize(channel)
        }
        await loop.run()
        return try await ready.get()
    }

    func shutDown() async {}
}
