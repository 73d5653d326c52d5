import TLSChannel

/// How a connection is protected.
public enum TransportSecurity: String, Hashable, Sendable {
    /// TLS from the first byte.
    case tls
    /// TLS begun by STARTTLS; never without.
    case startTLS = "starttls"
    /// No protection; for loopback only.
    case none
}

/// A server to connect to.
public struct Endpoint: Hashable, Sendable, CustomStringConvertible {
    public var host: String
    public var port: Int
    public var security: TransportSecurity
    public var trust: TLSTrust

    public init(host: String, port: Int, security: TransportSecurity, trust: TLSTrust) {
        self.host = host
        self.port = port
        self.security = security
        self.trust = trust
    }

    /// - Parameter caFile: a PEM file of trusted roots; `nil`: the system's.
    public init(host: String, port: Int, security: TransportSecurity, caFile: String?) {
        self.init(host: host, port: port, security: security, trust: caFile.map { .file($0) } ?? .system)
    }

    public var description: String { "\(host):\(port)" }
}

/// How long making a connection may take, in seconds.
public struct DialDeadlines: Sendable {
    public var connect: Double
    public var handshake: Double

    public init(connect: Double = 20, handshake: Double = 20) {
        self.connect = connect
        self.handshake = handshake
    }
}
