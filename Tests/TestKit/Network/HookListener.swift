import Synchronization

/// A web server on 127.0.0.1 that answers POSTs with the statuses it was given, in order, then with 200.
public final class HookListener: Sendable {
    public typealias Request = WebListener.Request

    private final class Record: Sendable {
        let state: Mutex<(statuses: [Int], requests: [Request])>

        init(_ statuses: [Int]) { state = Mutex((statuses, [])) }
    }

    private let record: Record
    private let server: WebListener

    public var port: Int { server.port }
    public var url: String { server.url("/hook") }
    public var requests: [Request] { record.state.withLock { $0.requests } }

    /// - Parameter headers: of each answer.
    public init(answering statuses: [Int] = [], headers: [String] = []) throws {
        let record = Record(statuses)
        self.record = record
        server = try WebListener { request in
            let status = record.state.withLock { state in
                state.requests.append(request)
                return state.statuses.isEmpty ? 200 : state.statuses.removeFirst()
            }
            return WebListener.Response(status: status, headers: headers)
        }
    }

    /// Waits for so many requests and gives them; after the time limit those that came.
    public func requests(atLeast count: Int, within limit: Duration = .seconds(20)) async throws -> [Request] {
        try await blocking { [self] in
            awaited(within: limit) {
                let requests = requests
                return requests.count >= count ? requests : nil
            } ?? requests
        }
    }
}
