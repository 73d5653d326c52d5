import NIOCore
import NIOHTTP1

/// The other end of a web page that leads back to this machine: answers each request with a sentence, and hands its
/// address on. One request for each connection.
public final class RedirectHandler: ChannelInboundHandler {
    public typealias InboundIn = HTTPServerRequestPart
    public typealias OutboundOut = HTTPServerResponsePart

    /// What the browser is shown.
    public struct Answer: Sendable {
        public var isFound: Bool
        /// Plain text.
        public var text: String

        public init(isFound: Bool, text: String) {
            self.isFound = isFound
            self.text = text
        }
    }

    private let answer: @Sendable (_ target: String) -> Answer
    private var isAnswered = false

    init(answer: @escaping @Sendable (_ target: String) -> Answer) { self.answer = answer }

    /// Puts all that one connection needs at the pipeline's end.
    ///
    /// - Parameter answer: called on the event loop with path and query of a GET.
    public static func addHandlers(
        to pipeline: ChannelPipeline.SynchronousOperations,
        answer: @escaping @Sendable (_ target: String) -> Answer
    ) throws {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = 16 * 1024
        limits.maxHeaderListSize = 64 * 1024
        limits.maxHeaderFieldCount = 128
        try pipeline.addHandlers(
            HTTPResponseEncoder(),
            ByteToMessageHandler(HTTPRequestDecoder(limitConfiguration: limits)),
            RedirectHandler(answer: answer)
        )
    }

    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(let head) = unwrapInboundIn(data), !isAnswered else { return }
        isAnswered = true
        let reply = head.method == .GET ? answer(head.uri) : Answer(isFound: false, text: "Nothing is here.")
        let body = ByteBuffer(string: reply.text + "\n")
        let headers = HTTPHeaders([
            ("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", "\(body.readableBytes)"),
            ("Connection", "close"), ("Cache-Control", "no-store"), ("Referrer-Policy", "no-referrer"),
        ])
        let status: HTTPResponseStatus = reply.isFound ? .ok : .notFound
        context.write(
            wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in bound.value.close(promise: nil) }
    }

    public func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
