import NIOCore
import NIOPosix
import Synchronization
import TLSChannel

/// What a server says on one connection; used on the connection's event loop only.
public protocol PortConversation: AnyObject {
    /// Before the client says anything.
    func opening() -> PortReply
    func heard(_ bytes: [UInt8]) -> PortReply
    /// What it says without being asked, when a test lets it.
    func news() -> [UInt8]
}

extension PortConversation {
    public func news() -> [UInt8] { [] }
}

/// Bytes to send, and what happens to the connection then.
public struct PortReply: Sendable {
    public enum Then: Sendable { case goesOn, closes, startsTLS }

    public var bytes: [UInt8]
    public var then: Then

    public init(_ bytes: [UInt8] = [], then: Then = .goesOn) {
        self.bytes = bytes
        self.then = then
    }

    public init(_ text: String, then: Then = .goesOn) { self.init(Array(text.utf8), then: then) }
}

/// A port on 127.0.0.1 with a scripted server behind it, with TLS or without.
public final class ScriptedPort: Sendable {
    /// How its connections begin.
    public enum Security: Sendable {
        case plain
        /// TLS from the first byte, with this certificate.
        case tls(TestCertificates.Kind)
        /// TLS when the conversation says so, with this certificate.
        case startTLS(TestCertificates.Kind)
    }

    public let port: Int
    private let listener: any Channel
    private let connections: Connections

    public init(
        _ security: Security = .plain, _ make: @escaping @Sendable () -> any PortConversation
    ) async throws {
        let connections = Connections()
        self.connections = connections
        let context: TLSServerContext? =
            switch security {
            case .plain: nil
            case .tls(let kind), .startTLS(let kind): try Self.context(kind)
            }
        let beginsInTLS = if case .tls = security { true } else { false }
        // Whichever is free: nobody can take it in between.
        listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if beginsInTLS, let context {
                        try channel.pipeline.syncOperations.addHandler(TLSHandler(server: context))
                    }
                    let handler = ConversationHandler(make(), context, waitsForTLS: beginsInTLS)
                    try channel.pipeline.syncOperations.addHandler(handler)
                    connections.add(channel, NIOLoopBound(handler, eventLoop: channel.eventLoop))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = listener.localAddress?.port ?? 0
    }

    deinit { listener.close(promise: nil) }

    /// Connections so far.
    public var accepted: Int { connections.count }

    /// Lets every conversation say its news.
    public func tellNews() { connections.tellNews() }

    private static func context(_ kind: TestCertificates.Kind) throws -> TLSServerContext {
        let certificates = try TestCertificates.shared()
        return try TLSServerContext(
            certificateFile: certificates.certificateFile(kind), keyFile: certificates.keyFile(kind))
    }
}

/// The connections that a port has.
private final class Connections: Sendable {
    private struct State {
        var count = 0
        var handlers: [ObjectIdentifier: (channel: any Channel, handler: NIOLoopBound<ConversationHandler>)] = [:]
    }

    private let state = Mutex(State())

    var count: Int { state.withLock { $0.count } }

    func add(_ channel: any Channel, _ handler: NIOLoopBound<ConversationHandler>) {
        let id = ObjectIdentifier(channel)
        state.withLock { state in
            state.count += 1
            state.handlers[id] = (channel, handler)
        }
        channel.closeFuture.whenComplete { [weak self] _ in
            self?.state.withLock { _ = $0.handlers.removeValue(forKey: id) }
        }
    }

    func tellNews() {
        for (channel, handler) in state.withLock({ Array($0.handlers.values) }) {
            channel.eventLoop.execute { handler.value.tellNews() }
        }
    }
}

/// Carries a conversation out on its channel.
private final class ConversationHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let conversation: any PortConversation
    private let tls: TLSServerContext?
    private var waitsForTLS: Bool
    private var context: ChannelHandlerContext?

    init(_ conversation: any PortConversation, _ tls: TLSServerContext?, waitsForTLS: Bool) {
        self.conversation = conversation
        self.tls = tls
        self.waitsForTLS = waitsForTLS
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) {
        if !waitsForTLS { carryOut(conversation.opening()) }
        context.fireChannelActive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is TLSHandshakeCompleted, waitsForTLS {
            waitsForTLS = false
            carryOut(conversation.opening())
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        carryOut(conversation.heard(Array(unwrapInboundIn(data).readableBytesView)))
    }

    /// What clients do to a connection is no business of the script's.
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func tellNews() { carryOut(PortReply(conversation.news())) }

    private func carryOut(_ reply: PortReply) {
        guard let context else { return }
        if !reply.bytes.isEmpty {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: reply.bytes)), promise: nil)
        }
        switch reply.then {
        case .goesOn: break
        case .closes: context.close(promise: nil)
        case .startsTLS:
            guard let tls else { return context.close(promise: nil) }
            do {
                try context.pipeline.syncOperations.addHandler(TLSHandler(server: tls), position: .first)
            } catch {
                context.close(promise: nil)
            }
        }
    }
}
