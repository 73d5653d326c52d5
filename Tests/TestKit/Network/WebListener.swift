import Foundation

/// A web server on 127.0.0.1 that answers each request as the test says, one at a time.
public final class WebListener: Sendable {
    public struct Request: Sendable {
        /// `POST /hook HTTP/1.1`
        public let line: String
        /// By name in lower case.
        public let headers: [String: String]
        public let body: [UInt8]

        public func json() throws -> JSONObject { try JSONObject(String(decoding: body, as: UTF8.self)) }

        /// Path and query.
        public var target: String { line.split(separator: " ").dropFirst().first.map(String.init) ?? "" }

        /// The fields of a form, or of a query where there is no body.
        public var form: [String: String] {
            let text =
                body.isEmpty ? String(target.drop { $0 != "?" }.dropFirst()) : String(decoding: body, as: UTF8.self)
            var fields: [String: String] = [:]
            for pair in text.split(separator: "&") {
                let parts = pair.replacingOccurrences(of: "+", with: " ").split(
                    separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                fields[String(parts[0])] = parts.count == 2 ? String(parts[1]).removingPercentEncoding : ""
            }
            return fields
        }
    }

    public struct Response: Sendable {
        public var status: Int
        public var headers: [String]
        public var body: String

        public init(status: Int = 200, headers: [String] = [], body: String = "") {
            self.status = status
            self.headers = headers
            self.body = body
        }

        public static func json(_ body: String, status: Int = 200) -> Response {
            Response(status: status, headers: ["Content-Type: application/json"], body: body)
        }
    }

    public let port: Int
    private let listener: CInt

    public func url(_ path: String) -> String { "http://127.0.0.1:\(port)\(path)" }

    public init(_ respond: @escaping @Sendable (Request) -> Response) throws {
        let (listener, port) = try LoopbackSocket.listen()
        self.listener = listener
        self.port = port
        Thread.detachNewThread {
            while let client = LoopbackSocket.accept(listener) {
                Self.serve(client, respond)
                close(client)
            }
            close(listener)
        }
    }

    deinit { shutdown(listener, CInt(SHUT_RDWR)) }

    private static func serve(_ client: CInt, _ respond: (Request) -> Response) {
        var bytes: [UInt8] = []
        while true {
            if let request = request(in: bytes) {
                let response = respond(request)
                let head =
                    ["HTTP/1.1 \(response.status) Scripted"] + response.headers
                    + ["Content-Length: \(response.body.utf8.count)", "Connection: close", "", ""]
                _ = LoopbackSocket.sendAll(client, Array((head.joined(separator: "\r\n") + response.body).utf8)[...])
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
