import MailModel

/// One request, checked when it is made. Prints its method, scheme and host only: address, header and body may be secret.
public struct HTTPRequest: Sendable, CustomStringConvertible, CustomReflectable {
    public enum Method: String, Sendable, Hashable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case delete = "DELETE"
    }

    public let method: Method
    public let url: HTTPURL
    public let headers: [(String, String)]
    public let body: [UInt8]
    /// For all of it, from the connection on.
    public let timeoutSeconds: Int
    /// Of the response's body.
    public let maxResponseBytes: Int

    /// The exchange itself sets these.
    private static let reserved: Set = ["host", "connection", "content-length", "transfer-encoding", "te", "upgrade"]
    private static let headerLimit = 64

    public init(
        _ method: Method,
        _ url: HTTPURL,
        headers: [(String, String)] = [],
        body: [UInt8] = [],
        timeoutSeconds: Int = 30,
        maxResponseBytes: Int = 256 * 1024
    ) throws(HTTPError) {
        func refused(_ detail: String) -> HTTPError { HTTPError(reason: .header, host: url.host, detail: detail) }
        guard headers.count <= Self.headerLimit else { throw refused("more than \(Self.headerLimit) of them") }
        for (name, value) in headers {
            guard Self.isToken(name) else { throw refused("its name is no token (RFC 9110 §5.1)") }
            guard !Self.reserved.contains(name.lowercased()) else { throw refused("\(name) is set for you") }
            guard Self.isFieldValue(value) else { throw refused("the value of \(name) has control characters") }
        }
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeoutSeconds = min(max(timeoutSeconds, 1), 3600)
        self.maxResponseBytes = max(maxResponseBytes, 0)
    }

    public var description: String { "\(method.rawValue) \(url)" }
    public var customMirror: Mirror { Mirror(self, children: ["request": description]) }

    private static func isToken(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }

    private static func isFieldValue(_ value: String) -> Bool {
        value.utf8.allSatisfy { $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7f) }
    }
}
