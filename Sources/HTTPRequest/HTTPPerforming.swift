/// Who can carry a request out: dials, secures the connection for `https`, exchanges, closes.
public protocol HTTPPerforming: Sendable {
    func perform(_ request: HTTPRequest) async throws -> HTTPResponse
}
