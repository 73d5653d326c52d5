import MailModel
import NIOCore
import NIOEmbedded

@testable import TLSChannel

/// What reaches the handlers above TLS.
final class Recorder: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    enum Event: Equatable {
        case active
        case handshake(TLSSession)
        case bytes(Int)
        case error(TLSError)
        case otherError(String)
        case inactive
    }

    var events: [Event] = []
    var received: [UInt8] = []
    var reads = 0
    /// What to do on the first plaintext.
    var onBytes: ((ChannelHandlerContext) -> Void)?
    var onHandshake: ((ChannelHandlerContext) -> Void)?

    var errors: [TLSError] {
        events.compactMap { event in
            if case .error(let error) = event { error } else { nil }
        }
    }

    func channelActive(context: ChannelHandlerContext) { events.append(.active) }
    func channelInactive(context: ChannelHandlerContext) { events.append(.inactive) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        events.append(.bytes(bytes.readableBytes))
        received.append(contentsOf: bytes.readableBytesView)
        onBytes?(context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let completed = event as? TLSHandshakeCompleted else { return }
        events.append(.handshake(completed.session))
        onHandshake?(context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        events.append((error as? TLSError).map(Event.error) ?? .otherError("\(error)"))
    }
}

/// What TLS asks of the channel beneath it.
final class Wire: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    var reads = 0
    var writes = 0
    /// How many writes there were at each flush.
    var flushes: [Int] = []
    var closes: [CloseMode] = []
    /// Each write fills the channel.
    var fillsUp = false

    func read(context: ChannelHandlerContext) {
        reads += 1
        context.read()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        writes += 1
        if fillsUp, let channel = context.channel as? EmbeddedChannel { channel.isWritable = false }
        context.write(data, promise: promise)
    }

    func flush(context: ChannelHandlerContext) {
        flushes.append(writes)
        writes = 0
        context.flush()
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        closes.append(mode)
        // An embedded channel knows no half-closing.
        if mode == .output { promise?.succeed() } else { context.close(mode: mode, promise: promise) }
    }
}

/// One side of a connection in memory.
final class Endpoint {
    let channel = EmbeddedChannel()
    let wire = Wire()
    let handler: TLSHandler
    let recorder = Recorder()
    /// All ciphertext it sent.
    var sent: [UInt8] = []

    init(_ handler: TLSHandler, connected: Bool = true) throws {
        self.handler = handler
        try channel.pipeline.syncOperations.addHandlers([wire, handler, recorder])
        if connected { try connect() }
    }

    deinit { _ = try? channel.finish(acceptAlreadyClosed: true) }

    func connect() throws { channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 993), promise: nil) }

    /// The ciphertext that waits to be carried over.
    func takeOutput() throws -> [UInt8] {
        var bytes: [UInt8] = []
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) { bytes += Array(buffer.readableBytesView) }
        sent += bytes
        return bytes
    }

    /// Ciphertext arrives, as one read.
    func deliver(_ bytes: some Collection<UInt8>) throws {
        guard !bytes.isEmpty, channel.isActive else { return }
        try channel.writeInbound(ByteBuffer(bytes: bytes))
    }

    func send(_ text: String) { send(Array(text.utf8)) }

    func send(_ bytes: [UInt8], promise: EventLoopPromise<Void>? = nil) {
        channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: promise)
    }

    /// The transport ends beneath TLS.
    func cutOff() { channel.pipeline.fireChannelInactive() }

    /// The result of the handshake, which has to be settled.
    func handshakeResult() throws -> Result<TLSSession, TLSError>? {
        var result: Result<TLSSession, TLSError>?
        handler.handshake.assumeIsolated().whenComplete { outcome in
            switch outcome {
            case .success(let session): result = .success(session)
            case .failure(let error): result = (error as? TLSError).map { .failure($0) }
            }
        }
        channel.embeddedEventLoop.run()
        return result
    }
}

/// A client and a server whose ciphertext the test carries over.
struct Pair {
    let client: Endpoint
    let server: Endpoint

    init(
        client context: TLSClientContext,
        server serverContext: TLSServerContext,
        name: String = "mail.example.test"
    ) throws {
        server = try Endpoint(TLSHandler(server: serverContext))
        client = try Endpoint(TLSHandler(client: context, serverName: name))
    }

    /// Carries until nothing moves any more. `pieces` cuts a stretch of ciphertext into the reads it arrives in;
    /// `mangle` may change what the server sends.
    func carry(
        pieces: ([UInt8]) -> [ArraySlice<UInt8>] = { [$0[...]] },
        mangle: ([UInt8]) -> [UInt8] = { $0 }
    ) throws {
        while true {
            let up = try client.takeOutput()
            for piece in pieces(up) { try server.deliver(piece) }
            let down = try server.takeOutput()
            for piece in pieces(mangle(down)) { try client.deliver(piece) }
            if up.isEmpty && down.isEmpty { return }
        }
    }
}

/// Contexts over the test certificates.
struct Contexts {
    let certificates: Certificates
    let client: TLSClientContext

    init() throws {
        certificates = try Certificates.made.get()
        client = try TLSClientContext(trust: .file(certificates.authority))
    }

    func server(_ name: Certificates.Name = .good) throws -> TLSServerContext {
        try TLSServerContext(certificateFile: certificates.certificate(name), keyFile: certificates.key(name))
    }

    func pair(_ name: Certificates.Name = .good, asking host: String = "mail.example.test") throws -> Pair {
        try Pair(client: client, server: server(name), name: host)
    }
}

/// Splits ciphertext into its records: type and length (RFC 8446 §5.1).
func records(in bytes: [UInt8]) -> [(type: UInt8, length: Int)] {
    var found: [(type: UInt8, length: Int)] = []
    var rest = bytes[...]
    while rest.count >= 5 {
        let header = Array(rest.prefix(5))
        let length = Int(header[3]) << 8 | Int(header[4])
        found.append((header[0], length))
        rest = rest.dropFirst(5 + length)
    }
    return found
}

/// The same numbers in every run.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
