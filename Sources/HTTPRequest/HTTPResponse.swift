/// An answer, whole. Redirects are answers too; nobody follows them.
public struct HTTPResponse: Sendable, CustomStringConvertible, CustomReflectable {
    public let status: Int
    public let headers: [(String, String)]
    public let body: [UInt8]

    public init(status: Int, headers: [(String, String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// 2xx.
    public var isSuccess: Bool { (200...299).contains(status) }

    /// The first value of a field, whatever the case of its name.
    public func header(_ name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.0.lowercased() == wanted }?.1
    }

    public var description: String { "HTTP \(status), \(body.count) bytes" }
    public var customMirror: Mirror { Mirror(self, children: ["response": description]) }
}
