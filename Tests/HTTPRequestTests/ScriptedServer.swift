import HTTPRequest
import NIOCore
import NIOPosix
import Synchronization

/// Listens on loopback; to each connection it sends its script when the request is whole, then does as told.
final class ScriptedServer: Sendable {
    enum Ending: Sendable {
        case close, stayOpen
    }

    let port: Int
    private let listener: any Channel
    private let received = Received()

    /// What was received, one entry a request.
    var requests: [String] { received.values.withLock { $0 } }

    init(_ script: [String], ending: Ending = .close) async throws {
        let received = received
        listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let answer = Answer(script: script, ending: ending, received: received)
                    try channel.pipeline.syncOperations.addHandler(answer)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        guard let port = listener.localAddress?.port else { throw ChannelError.operationUnsupported }
        self.port = port
    }

    func stop() async { try? await listener.close() }

    /// Dials, exchanges, and leaves the connection to the handler.
    func perform(_ request: HTTPRequest) async throws -> HTTPResponse {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let promise = loop.makePromise(of: HTTPResponse.self)
        _ = try await ClientBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    HTTPExchangeHandler.addHandlers(
                        to: channel.pipeline.syncOperations, request: request, promise: promise)
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return try await promise.futureResult.get()
    }
}

private final class Received: Sendable {
    let values = Mutex<[String]>([])
}

private final class Answer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let script: [String]
    private let ending: ScriptedServer.Ending
    private let received: Received
    private var request = ""

    init(script: [String], ending: ScriptedServer.Ending, received: Received) {
        self.script = script
        self.ending = ending
        self.received = received
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        request += String(buffer: unwrapInboundIn(data))
        guard let end = request.firstRange(of: "\r\n\r\n") else { return }
        let announced = request.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length: ") }
        let length = announced.flatMap { Int($0.dropFirst("content-length: ".count)) } ?? 0
        guard request[end.upperBound...].utf8.count >= length else { return }
        received.values.withLock { $0.append(request) }
        for piece in script { context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: piece)), promise: nil) }
        if case .close = ending { context.close(promise: nil) }
    }
}
