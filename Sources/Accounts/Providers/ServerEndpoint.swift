/// How a connection is protected.
public enum ConnectionSecurity: String, Hashable, Sendable, CaseIterable {
    /// TLS from the first byte.
    case tls
    /// TLS by the STARTTLS command; a server that does not offer it is an error.
    case startTLS = "starttls"
    /// No protection: loopback only.
    case none
}

/// Where a server listens and how it is spoken to.
public struct ServerEndpoint: Sendable, Hashable {
    public var host: String
    public var port: Int
    public var security: ConnectionSecurity
    /// A PEM file of authorities to trust instead of the system's; an absolute path.
    public var caFile: String?
    /// Whether who speaks to it signs in first. Only a submission server may take mail without.
    public var signsIn: Bool

    public init(
        host: String, port: Int, security: ConnectionSecurity, caFile: String? = nil, signsIn: Bool = true
    ) {
        self.host = host
        self.port = port
        self.security = security
        self.caFile = caFile
        self.signsIn = signsIn
    }

    public var isLoopback: Bool { Self.isLoopback(host) }

    /// Whether the name can only mean this machine: `localhost`, 127.0.0.0/8, `::1`.
    public static func isLoopback(_ host: String) -> Bool {
        let name = host.lowercased()
        if name == "localhost" || name == "::1" || name == "[::1]" { return true }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127"
            && parts.allSatisfy {
                (1...3).contains($0.utf8.count) && UInt8($0) != nil && $0.utf8.first != UInt8(ascii: "+")
            }
    }

    /// Whether it is a host's name as the DNS has it: ASCII, in lower case, its labels separated by dots.
    static func isHostName(_ text: String) -> Bool {
        guard text.utf8.count <= 253, !text.isEmpty else { return false }
        return text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.utf8.first != UInt8(ascii: "-")
                && label.utf8.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                        UInt8(ascii: "-"), UInt8(ascii: "_"):
                        true
                    default: false
                    }
                }
        }
    }
}
