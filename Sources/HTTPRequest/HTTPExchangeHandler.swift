import MailModel
import NIOCore
import NIOHTTP1

/// One request and its response on a connection of its own, which it closes afterwards. The promise is settled in any
/// case: by the response, or by what came in between (an `HTTPError`, or the error of a handler beneath).
public final class HTTPExchangeHandler: ChannelInboundHandler {
    public typealias InboundIn = HTTPClientResponsePart
    public typealias OutboundOut = HTTPClientRequestPart

    private let request: HTTPRequest
    /// `nil` once it is settled.
    private var promise: EventLoopPromise<HTTPResponse>?
    private var deadline: Scheduled<Void>?
    private var isSent = false
    private var head: HTTPResponseHead?
    private var body: [UInt8] = []

    public init(request: HTTPRequest, promise: EventLoopPromise<HTTPResponse>) {
        self.request = request
        self.promise = promise
    }

    /// Puts all that one exchange needs at the pipeline's end: for `https` the `TLSHandler` has to be there already. The
    /// request goes out as soon as the channel is active; its time starts now.
    public static func addHandlers(
        to pipeline: ChannelPipeline.SynchronousOperations,
        request: HTTPRequest,
        promise: EventLoopPromise<HTTPResponse>
    ) {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = 16 * 1024
        limits.maxHeaderListSize = 64 * 1024
        limits.maxHeaderFieldCount = 128
        do {
            try pipeline.addHandlers(
                HTTPRequestEncoder(),
                ByteToMessageHandler(HTTPResponseDecoder(limitConfiguration: limits)),
                HTTPExchangeHandler(request: request, promise: promise)
            )
        } catch {
            // The channel is gone. A handler that was added, then removed, has settled the promise itself.
            promise.fail(error)
        }
    }

    public func handlerAdded(context: ChannelHandlerContext) {
        let timeout = TimeAmount.seconds(Int64(request.timeoutSeconds))
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        deadline = context.eventLoop.scheduleTask(in: timeout) {
            let (handler, context) = bound.value
            handler.fail(handler.error(.timedOut, "\(handler.request.timeoutSeconds) s"), context)
        }
        if context.channel.isActive { send(context) }
    }

    public func handlerRemoved(context: ChannelHandlerContext) { settle(.failure(error(.cutOff))) }

    public func channelActive(context: ChannelHandlerContext) {
        send(context)
        context.fireChannelActive()
    }

    public func channelInactive(context: ChannelHandlerContext) {
        settle(.failure(error(.cutOff)))
        context.fireChannelInactive()
    }

    private func send(_ context: ChannelHandlerContext) {
        guard !isSent else { return }
        isSent = true
        var headers = HTTPHeaders()
        headers.add(name: "Host", value: request.url.hostField)
        for (name, value) in request.headers { headers.add(name: name, value: value) }
        if !headers.contains(name: "User-Agent") { headers.add(name: "User-Agent", value: "Postmoon") }
        headers.replaceOrAdd(name: "Accept-Encoding", value: "identity")
        headers.add(name: "Connection", value: "close")
        if !request.body.isEmpty || request.method == .post || request.method == .put {
            headers.add(name: "Content-Length", value: String(request.body.count))
        }
        let head = HTTPRequestHead(
            version: .http1_1,
            method: HTTPMethod(rawValue: request.method.rawValue),
            uri: request.url.target,
            headers: headers
        )
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if !request.body.isEmpty {
            let body = context.channel.allocator.buffer(bytes: request.body)
            context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard promise != nil else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
        case .body(let bytes):
            guard bytes.readableBytes <= request.maxResponseBytes - body.count else {
                return fail(error(.tooLarge, "a body of more than \(request.maxResponseBytes) bytes"), context)
            }
            body.append(contentsOf: bytes.readableBytesView)
        case .end:
            guard let head else { return fail(error(.violation, "an end without a beginning"), context) }
            let headers = head.headers.map { ($0.name, $0.value) }
            settle(.success(HTTPResponse(status: Int(head.status.code), headers: headers, body: body)))
            context.close(promise: nil)
        }
    }

    public func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error as? HTTPParserError {
        case nil: fail(error, context)
        case .headerOverflow?: fail(self.error(.tooLarge, "header fields"), context)
        case .invalidEOFState?, .closedConnection?: fail(self.error(.cutOff), context)
        case let other?: fail(self.error(.violation, "\(other)"), context)
        }
    }

    private func error(_ reason: HTTPError.Reason, _ detail: String = "") -> HTTPError {
        HTTPError(reason: reason, host: request.url.host, detail: detail)
    }

    private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
        settle(.failure(error))
        context.close(promise: nil)
    }

    private func settle(_ result: Result<HTTPResponse, any Error>) {
        deadline?.cancel()
        deadline = nil
        body = []
        promise?.completeWith(result)
        promise = nil
    }
}
