import Foundation

/// What a browser does with an address on 127.0.0.1.
public enum WebVisit {
    /// The whole answer, head and body.
    public static func get(_ address: String) async throws -> String {
        guard let url = URL(string: address), let port = url.port else {
            throw ServerUnavailable("no address with a port: \(address)")
        }
        let query = url.query(percentEncoded: true).map { "?\($0)" } ?? ""
        let request = "GET \(url.path.isEmpty ? "/" : url.path)\(query) HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        return try await blocking {
            guard let connection = LineConnection(port: port) else {
                throw ServerUnavailable("nobody listens on port \(port)")
            }
            try connection.write(request)
            var lines: [String] = []
            do {
                while true { lines.append(try connection.readLine()) }
            } catch {
                return lines.joined(separator: "\n")
            }
        }
    }
}
