import NIOCore
import NIOPosix

/// What connections stand on: a channel to a host's port, before any protocol is on it.
public protocol ChannelOpening: Sendable {
    /// A connected channel.
    ///
    /// - Parameter initialize: puts the protocol on the channel; called on its event loop before any byte can come.
    func open<Result: Sendable>(
        host: String, port: Int, initialize: @escaping @Sendable (any Channel) -> EventLoopFuture<Result>
    ) async throws -> Result

    func shutDown() async
}

/// Channels over TCP, on threads of its own.
struct SocketOpener: ChannelOpening {
    private let group: MultiThreadedEventLoopGroup
    private let timeout: Double

    /// - Parameter timeout: for making a connection, in seconds.
    init(threads: Int, timeout: Double) {
        group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
        self.timeout = timeout
    }

    func open<Result: Sendable>(
        host: String, port: Int, initialize: @escaping @Sendable (any Channel) -> EventLoopFuture<Result>
    ) async throws -> Result {
        try await ClientBootstrap(group: group)
            .connectTimeout(.nanoseconds(Int64(timeout * 1e9)))
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            // A burst of mail should not be read in crumbs, an idle connection should not hold much.
            .channelOption(.maxMessagesPerRead, value: 4)
            .connect(host: host, port: port, channelInitializer: initialize)
    }

    func shutDown() async { try? await group.shutdownGracefully() }
}
