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

    /// What comes on a new connection by itself, up to the first line's end.
    private func listen(
        _ endpoint: Endpoint, seconds: Double
    ) async throws(TransportError) -> (bytes: [UInt8], isClosed: Bool) {
        var plain = endpoint
        plain.security = .none
        let tap = FirstBytesTap.Record()
        let (channel, heard) = try await connect(to: plain) { channel in
            let promise = channel.eventLoop.makePromise(of: Void.self)
            try channel.pipeline.syncOperations.addHandler(FirstBytesTap(tap, lineEnd: promise))
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

        var bytes: [UInt8] { state.withLock { $0.bytes } }
        var isClosed: Bool { state.withLock { $0.isClosed } }

        /// - Returns: whether the first line is whole.
        func note(_ more: ByteBufferView) -> Bool {
            state.withLock { state in
                state.bytes += more.prefix(512 - state.bytes.count)
                return state.bytes.count == 512 || state.bytes.contains(UInt8(ascii: "\n"))
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

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        record.noteEnd()
        lineEnd?.succeed()
        context.fireErrorCaught(error)
    }
}
