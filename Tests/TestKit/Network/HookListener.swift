import Foundation
import Synchronization

/// A web server on 127.0.0.1 that answers POSTs with the statuses it was given, in order, then with 200.
public final class HookListener: Sendable {
    public struct Request: Sendable {
        /// `POST /hook HTTP/1.1`
        public let line: String
        /// By name in lower case.
        public let headers: [String: String]
        public let body: [UInt8]

        public func json() throws -> JSONObject { try JSONObject(String(decoding: body, as: UTF8.self)) }
    }

    private struct State {
        var statuses: [Int]
        var requests: [Request] = []
    }

    public let port: Int
    private let listener: CInt
    private let state: Mutex<State>

    public var url: String { "http://127.0.0.1:\(port)/hook" }
    public var requests: [Request] { state.withLock { $0.requests } }

    public init(answering statuses: [Int] = []) throws {
        port = try FreePorts.take(1)[0]
        guard let listener = LoopbackSocket.listen(port: port) else {
            throw ServerUnavailable("nothing can listen on port \(port)")
        }
        self.listener = listener
        state = Mutex(State(statuses: statuses))
        Thread.detachNewThread { [weak self] in
            while let client = LoopbackSocket.accept(listener) {
                self?.serve(client)
                close(client)
            }
            close(listener)
        }
    }

    deinit { shutdown(listener, CInt(SHUT_RDWR)) }

    /// Waits for so many requests and gives them; after the time limit those that came.
    public func requests(atLeast count: Int, within limit: Duration = .seconds(20)) async throws -> [Request] {
        try await blocking { [self] in
            awaited(within: limit) {
                let requests = requests
                return requests.count >= count ? requests : nil
            } ?? requests
        }
    }

    private func serve(_ client: CInt) {
        var bytes: [UInt8] = []
        while true {
            if let request = Self.request(in: bytes) {
                let status = state.withLock { state in
                    state.requests.append(request)
                    return state.statuses.isEmpty ? 200 : state.statuses.removeFirst()
                }
                let answer = "HTTP/1.1 \(status) Scripted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                _ = LoopbackSocket.sendAll(client, Array(answer.utf8)[...])
                shutdown(client, CInt(SHUT_WR))
                return
            }
            let more = LoopbackSocket.receive(client)
            guard !more.isEmpty else { return }
            bytes += more
        }
    }

    /// `nil` as long as it is not whole.
    private static func request(in bytes: [UInt8]) -> Request? {
        let end = Array("\r\n\r\n".utf8)
        guard let head = bytes.indices.first(where: { bytes[$0...].starts(with: end) }) else { return nil }
        let lines = String(decoding: bytes[..<head], as: UTF8.self).components(separatedBy: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        let body = bytes[(head + end.count)...]
        guard body.count >= headers["content-length"].flatMap(Int.init) ?? 0 else { return nil }
        return Request(line: lines.first ?? "", headers: headers, body: Array(body))
    }
}
