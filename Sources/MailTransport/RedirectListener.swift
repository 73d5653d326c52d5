import HTTPRequest
import NIOCore
import NIOPosix

/// A port on this machine to which a web page leads back after a sign-in (RFC 8252 §7.3).
public final class RedirectListener: Sendable {
    private let channel: any Channel
    public let port: Int
    /// Path and query of each request.
    public let targets: AsyncStream<String>

    /// - Parameters:
    ///   - port: 0: any that is free.
    ///   - answer: what the browser is shown, by path and query.
    public static func start(
        port: Int, answer: @escaping @Sendable (_ target: String) -> RedirectHandler.Answer
    ) async throws -> RedirectListener {
        let (targets, arrivals) = AsyncStream.makeStream(of: String.self, bufferingPolicy: .bufferingNewest(100))
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try RedirectHandler.addHandlers(to: channel.pipeline.syncOperations) { target in
                        arrivals.yield(target)
                        return answer(target)
                    }
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
        return RedirectListener(channel, targets)
    }

    private init(_ channel: any Channel, _ targets: AsyncStream<String>) {
        self.channel = channel
        self.targets = targets
        port = channel.localAddress?.port ?? 0
    }

    public func stop() async { try? await channel.close() }
}
