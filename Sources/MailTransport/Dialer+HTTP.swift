import HTTPRequest
import MailModel
import NIOCore
import TLSChannel

extension Dialer: HTTPPerforming {
    /// One request on a connection of its own; `https` is verified against the system's roots.
    public func perform(_ request: HTTPRequest) async throws -> HTTPResponse {
        let endpoint = Endpoint(
            host: request.url.host, port: request.url.port, security: request.url.scheme == .https ? .tls : .none,
            trust: .system
        )
        let response = try await connect(to: endpoint) { channel in
            let promise = channel.eventLoop.makePromise(of: HTTPResponse.self)
            HTTPExchangeHandler.addHandlers(to: channel.pipeline.syncOperations, request: request, promise: promise)
            return promise.futureResult
        }.attached
        return try await response.get()
    }
}
