import MailModel
import NIOCore

/// TLS for a channel: ciphertext towards the network, plaintext towards the other handlers.
///
/// It may be the channel's from the beginning or be added first in the pipeline of an active one (STARTTLS); the
/// handshake starts as soon as there is a connection. What is written before it is done goes out right behind it.
///
/// A connection that ends without the peer's close_notify is told apart: then a `TLSError` comes as an error before
/// `channelInactive`. A broken handshake or record fires its `TLSError` and closes the channel. While the channel is not
/// writable, plaintext is kept and not sealed.
public final class TLSHandler: ChannelDuplexHandler {
    public typealias InboundIn = ByteBuffer
    public typealias InboundOut = ByteBuffer
    public typealias OutboundIn = ByteBuffer
    public typealias OutboundOut = ByteBuffer

    private enum Role {
        case client(TLSClientContext, serverName: String)
        case server(TLSServerContext)
    }

    enum Phase {
        /// Not connected yet.
        case waiting
        case handshaking
        case open
        /// Over, by either side, or by an error that was told.
        case ended
    }

    private enum OutputSide {
        case open
        /// `close(mode: .output)` waits for flushed plaintext.
        case closing(EventLoopPromise<Void>?)
        case closed
    }

    /// The most plaintext that is sealed, or fired, in one go.
    static let burst = 4 * TLSConnection.recordSize

    private let role: Role
    private var connection: TLSConnection?
    private var phase = Phase.waiting
    /// `nil` before the handler is added.
    private var handshakeFuture: EventLoopFuture<TLSSession>?
    /// `nil` once it is settled.
    private var handshakePromise: EventLoopPromise<TLSSession>?

    private var writes = PendingWrites()
    private var outputSide = OutputSide.open
    private var isPumping = false

    /// Whether somebody asked to read and got nothing since.
    private var readIsDue = false
    private var isReading = false

    /// For clients. `serverName` is what the certificate has to be for: a host name, or an IP address.
    public init(client: TLSClientContext, serverName: String) { role = .client(client, serverName: serverName) }

    /// For scripted servers.
    public init(server: TLSServerContext) { role = .server(server) }

    /// Succeeds when the handshake is done, fails with a `TLSError`. To be asked for once the handler is in a pipeline.
    public var handshake: EventLoopFuture<TLSSession> {
        guard let handshakeFuture else { preconditionFailure("TLSHandler.handshake before the handler was added") }
        return handshakeFuture
    }

    /// What the peer showed, while the connection lasts. On the event loop only.
    public var peerCertificate: TLSCertificate? { connection?.certificate }

    private var serverName: String {
        switch role {
        case .client(_, let serverName): serverName
        case .server: ""
        }
    }

    // MARK: The channel's life

    public func handlerAdded(context: ChannelHandlerContext) {
        let promise = context.eventLoop.makePromise(of: TLSSession.self)
        handshakeFuture = promise.futureResult
        handshakePromise = promise
        if context.channel.isActive { start(context) }
    }

    public func handlerRemoved(context: ChannelHandlerContext) {
        release()
    }

    public func channelActive(context: ChannelHandlerContext) {
        if phase == .waiting { start(context) }
        context.fireChannelActive()
    }

    public func channelInactive(context: ChannelHandlerContext) {
        meetEndOfStream(context)
        release()
        context.fireChannelInactive()
    }

    private func start(_ context: ChannelHandlerContext) {
        phase = .handshaking
        switch role {
        case .client(let client, let serverName): connection = client.makeConnection(to: serverName)
        case .server(let server): connection = server.makeConnection()
        }
        guard connection != nil else {
            return fail(TLSError(reason: .configuration, serverName: serverName, detail: "no connection"), context)
        }
        advanceHandshake(context)
        if phase == .handshaking { context.read() }
    }

    private func advanceHandshake(_ context: ChannelHandlerContext) {
        guard phase == .handshaking, let connection else { return }
        switch connection.step() {
        case .wantsInput:
            sendOutput(context)
        case .done:
            phase = .open
            finishHandshake(connection.session, context)
        case .closed:
            fail(TLSError(reason: .handshakeCutOff, serverName: serverName), context)
        case .failed(let error):
            fail(error, context)
        }
    }

    private func finishHandshake(_ session: TLSSession, _ context: ChannelHandlerContext) {
        // The last flight goes in one write with what waited for it, or with what its completion makes others write.
        queueOutput(context)
        handshakePromise?.succeed(session)
        handshakePromise = nil
        context.fireUserInboundEventTriggered(TLSHandshakeCompleted(session: session))
        guard phase == .open else { return }
        pump(context)
        context.flush()
    }

    // MARK: Inbound

    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let connection, phase != .ended else { return }
        guard connection.consume(unwrapInboundIn(data)) else {
            return fail(TLSError(reason: .outOfMemory, serverName: serverName), context)
        }
        if phase == .handshaking { advanceHandshake(context) }
        openRecords(context)
    }

    private func openRecords(_ context: ChannelHandlerContext) {
        // A reader may feed the channel again from within: the loop already under way takes that too.
        guard !isReading else { return }
        isReading = true
        defer { isReading = false }
        while phase == .open, let connection {
            let reading = connection.read(limit: Self.burst, allocator: context.channel.allocator)
            keepTicket(of: connection)
            switch reading {
            case .plaintext(let bytes):
                readIsDue = false
                context.fireChannelRead(wrapInboundOut(bytes))
            case .wantsInput:
                return sendOutput(context)
            case .closed:
                return meetFarewell(context)
            case .failed(let error):
                return fail(error, context)
            }
        }
    }

    private func keepTicket(of connection: TLSConnection) {
        guard case .client(let client, let serverName) = role, let ticket = connection.takeTicket() else { return }
        client.keep(ticket, for: serverName)
    }

    public func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        // Half a record, or half a handshake, came: whoever asked to read still waits.
        if phase == .handshaking || (phase == .open && readIsDue) { context.read() }
    }

    public func read(context: ChannelHandlerContext) {
        readIsDue = true
        context.read()
    }

    public func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .some(.inputClosed) = event as? ChannelEvent {
            let isCutOff = phase == .handshaking || phase == .open
            meetEndOfStream(context)
            if isCutOff { context.close(promise: nil) }
        }
        context.fireUserInboundEventTriggered(event)
    }

    /// The peer said that it sends no more. Mail protocols and HTTP know no half-open connections: the answer is ours.
    private func meetFarewell(_ context: ChannelHandlerContext) {
        phase = .ended
        connection?.shutDown()
        sendOutput(context)
        context.close(promise: nil)
    }

    /// The stream ended beneath TLS.
    private func meetEndOfStream(_ context: ChannelHandlerContext) {
        switch phase {
        case .waiting, .ended:
            phase = .ended
        case .handshaking:
            tell(TLSError(reason: .handshakeCutOff, serverName: serverName), context)
        case .open:
            tell(TLSError(reason: .uncleanClose, serverName: serverName), context)
        }
    }

    // MARK: Outbound

    public func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard phase != .ended, case .open = outputSide else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        writes.append(unwrapOutboundIn(data), promise)
    }

    public func flush(context: ChannelHandlerContext) {
        writes.flush()
        pump(context)
        context.flush()
    }

    public func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { pump(context) }
        context.fireChannelWritabilityChanged()
    }

    /// Seals and writes what was flushed, as long as the channel takes it.
    private func pump(_ context: ChannelHandlerContext) {
        guard phase == .open, !isPumping else { return }
        isPumping = true
        defer { isPumping = false }
        while phase == .open, writes.hasFlushed, context.channel.isWritable {
            guard sealBurst(context) else { break }
            // This may make the channel unwritable, or writable again.
            context.flush()
        }
        if phase == .open, !writes.hasFlushed, case .closing(let promise) = outputSide {
            outputSide = .closed
            connection?.shutDown()
            sendOutput(context)
            context.close(mode: .output, promise: promise)
        }
    }

    private func sealBurst(_ context: ChannelHandlerContext) -> Bool {
        guard let connection else { return false }
        var failure: TLSError?
        let finished = writes.drain(limit: Self.burst, allocator: context.channel.allocator) { plaintext in
            guard case .failed(let error) = connection.write(plaintext) else { return true }
            failure = error
            return false
        }
        if let failure {
            for promise in finished { promise.fail(failure) }
            fail(failure, context)
            return false
        }
        let sealed = connection.produce(allocator: context.channel.allocator) ?? ByteBuffer()
        guard let first = finished.first else {
            context.write(wrapOutboundOut(sealed), promise: nil)
            return true
        }
        for promise in finished.dropFirst() { first.futureResult.cascade(to: promise) }
        context.write(wrapOutboundOut(sealed), promise: first)
        return true
    }

    public func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        switch (mode, phase) {
        case (.output, .handshaking), (.output, .open):
            guard case .open = outputSide else { return context.close(mode: mode, promise: promise) }
            outputSide = .closing(promise)
            pump(context)
        case (.input, _), (.output, _):
            context.close(mode: mode, promise: promise)
        case (.all, _):
            connection?.shutDown()
            phase = .ended
            sendOutput(context)
            release()
            context.close(mode: mode, promise: promise)
        }
    }

    // MARK: Ends

    private func queueOutput(_ context: ChannelHandlerContext) {
        guard let output = connection?.produce(allocator: context.channel.allocator) else { return }
        context.write(wrapOutboundOut(output), promise: nil)
    }

    private func sendOutput(_ context: ChannelHandlerContext) {
        guard let output = connection?.produce(allocator: context.channel.allocator) else { return }
        context.writeAndFlush(wrapOutboundOut(output), promise: nil)
    }

    /// Sends the alert that OpenSSL may have left, tells the error and closes.
    private func fail(_ error: TLSError, _ context: ChannelHandlerContext) {
        guard phase != .ended else { return }
        sendOutput(context)
        tell(error, context)
        context.close(promise: nil)
    }

    private func tell(_ error: TLSError, _ context: ChannelHandlerContext) {
        release(error)
        context.fireErrorCaught(error)
    }

    /// Gives OpenSSL's memory back and lets nobody wait. Without an error: somebody on this side closed the channel, or
    /// the peer did so in order.
    private func release(_ error: TLSError? = nil) {
        phase = .ended
        connection = nil
        handshakePromise?.fail(error ?? TLSError(reason: .handshakeCutOff, serverName: serverName))
        handshakePromise = nil
        var waiting = writes.removeAll()
        if case .closing(let promise?) = outputSide { waiting.append(promise) }
        outputSide = .closed
        for promise in waiting { promise.fail(error ?? ChannelError.ioOnClosedChannel) }
    }
}
