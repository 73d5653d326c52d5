import MailModel
import NIOCore
import Synchronization
import TLSChannel

extension Dialer {
    /// Whether a connection can be made to this address; nothing is sent on it.
    public func reach(_ address: NetworkAddress, port: Int) async throws(TransportError) {
        let endpoint = Endpoint(host: address.text, port: port, security: .none, trust: .system)
        try await connect(to: endpoint) { _ in () }.channel.close(promise: nil)
    }

    /// Finds out what a port speaks. No credential is sent, and with a certificate that is not trusted nothing at all.
    ///
    /// - Parameters:
    ///   - patience: seconds for a greeting in the clear. It is waited for first where one is expected, since a server
    ///     that waits for TLS never begins.
    public func findLanguage(of endpoint: Endpoint, patience: Double) async throws(TransportError) -> PortLanguage {
        if endpoint.security == .tls { return try await shakeHands(endpoint) }
        let heard = try await listen(endpoint, seconds: patience)
        if !heard.bytes.isEmpty { return PortLanguage(firstBytes: heard.bytes) }
        if heard.isClosed { return .closed }
        return try await shakeHands(endpoint)
    }

    /// Asks for a host's first page in the clear, which says nothing of who asks: a network that wants a sign-in answers
    /// that in the host's place.
    ///
    /// - Returns: `nil` when no web server answers.
    public func askWeb(host: String, port: Int, seconds: Double) async throws(TransportError) -> WebAnswer? {
        // Both go into a line of their own.
        guard host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        let heard = try await listen(
            Endpoint(host: host, port: port, security: .none, trust: .system), seconds: seconds,
            saying: "GET / HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n", until: "\r\n\r\n")
        return WebAnswer(head: heard.bytes)
    }

    /// What comes on a new connection, up to the first line's end.
    ///
    /// - Parameters:
    ///   - words: what is said first; nothing where the server is to begin.
    ///   - end: what ends the listening.
    private func listen(
        _ endpoint: Endpoint, seconds: Double, saying words: String = "", until end: String = "\n"
    ) async throws(TransportError) -> (bytes: [UInt8], isClosed: Bool) {
        var plain = endpoint
        plain.security = .none
        let tap = FirstBytesTap.Record(end: Array(end.utf8))
        let (channel, heard) = try await connect(to: plain) { channel in
            let promise = channel.eventLoop.makePromise(of: Void.self)
            try channel.pipeline.syncOperations.addHandler(FirstBytesTap(tap, lineEnd: promise))
            if !words.isEmpty { channel.writeAndFlush(channel.allocator.buffer(string: words), promise: nil) }
            channel.eventLoop.scheduleTask(in: .nanoseconds(Int64(seconds * 1e9))) { promise.succeed() }
            return promise.futureResult
        }
        try? await heard.get()
        // Before our own close, which would be taken for the server's.
        let result = (tap.bytes, tap.isClosed)
        channel.close(promise: nil)
        return result
    }

    private func shakeHands(_ endpoint: Endpoint) async throws(TransportError) -> PortLanguage {
        var protected = endpoint
        protected.security = .tls
        let tap = FirstBytesTap.Record()
        let witness = TLSWitness()
        do {
            let channel = try await connect(to: protected, witness: witness) { channel in
                try channel.pipeline.syncOperations.addHandler(FirstBytesTap(tap, lineEnd: nil), position: .first)
            }.channel
            channel.close(promise: nil)
        } catch {
            switch error.code {
            case .tlsOnPlainPort: return PortLanguage(firstBytes: tap.bytes)
            case .connectionTimeout: return .silent
            case .connectionLost where tap.bytes.isEmpty: return .closed
            case .connectionRefused, .dnsFailure, .configuration: throw error
            default: return .unusableTLS(error.code, error.text)
            }
        }
        guard let facts = witness.facts else { return .closed }
        return .tls(facts)
    }
}

/// Notes the first bytes that come in, before anything else in the pipeline sees them.
private final class FirstBytesTap: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    final class Record: Sendable {
        private let state = Mutex<(bytes: [UInt8], isClosed: Bool)>(([], false))
        private let end: [UInt8]

        private static let limit = 4_096

        init(end: [UInt8] = [UInt8(ascii: "\n")]) { self.end = end }

        var bytes: [UInt8] { state.withLock { $0.bytes } }
        var isClosed: Bool { state.withLock { $0.isClosed } }

        /// - Returns: whether all that was waited for is there.
        func note(_ more: ByteBufferView) -> Bool {
            state.withLock { state in
                state.bytes += more.prefix(Self.limit - state.bytes.count)
                return state.bytes.count == Self.limit || state.bytes.contains(end)
            }
        }

        func noteEnd() { state.withLock { $0.isClosed = true } }
    }

    private let record: Record
    private let lineEnd: EventLoopPromise<Void>?

    init(_ record: Record, lineEnd: EventLoopPromise<Void>?) {
        self.record = record
        self.lineEnd = lineEnd
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if record.note(unwrapInboundIn(data).readableBytesView) { lineEnd?.succeed() }
        context.fireChannelRead(data)
    }

    func channelInactive(context: ChannelHandlerContext) {
        record.noteEnd()
        lineEnd?.succeed()
        context.fireChannelInactive()
    }

    /// A connection that never came to be ends without having been active.
    func handlerRemoved(context: ChannelHandlerContext) { lineEnd?.succeed() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        record.noteEnd()
        lineEnd?.succeed()
        context.fireErrorCaught(error)
    }
}
