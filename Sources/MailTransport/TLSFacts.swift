import Synchronization
import TLSChannel

/// What a finished handshake showed of the server.
public struct TLSFacts: Sendable, Hashable {
    /// As OpenSSL writes it: `TLSv1.3`.
    public var version: String
    public var cipher: String
    public var certificate: TLSCertificate?

    public init(version: String, cipher: String, certificate: TLSCertificate?) {
        self.version = version
        self.cipher = cipher
        self.certificate = certificate
    }

    init(_ session: TLSSession, _ certificate: TLSCertificate?) {
        self.init(version: session.version, cipher: session.cipher, certificate: certificate)
    }

    /// Who opens TLS on the way and is trusted all the same.
    public var interceptor: String? { certificate.flatMap(TLSInterceptor.name) }
}

/// Remembers what a handshake showed that somebody else waits for.
public final class TLSWitness: Sendable {
    private let seen = Mutex<TLSFacts?>(nil)

    public init() {}

    public var facts: TLSFacts? { seen.withLock { $0 } }

    func saw(_ facts: TLSFacts) { seen.withLock { $0 = facts } }
}
