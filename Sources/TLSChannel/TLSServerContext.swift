import CTLSShim

/// A server's certificate and key, for scripted servers and tests.
public final class TLSServerContext: Sendable {
    // As in TLSClientContext.
    nonisolated(unsafe) private let context: OpaquePointer

    /// The newest version a server speaks.
    enum Newest: Int32 {
        case any = 0
        case tls12 = 0x0303
    }

    /// PEM files; the certificate may be followed by its chain.
    public convenience init(certificateFile: String, keyFile: String) throws(TLSError) {
        try self.init(certificateFile: certificateFile, keyFile: keyFile, newest: .any)
    }

    init(certificateFile: String, keyFile: String, newest: Newest) throws(TLSError) {
        context = try makeContext(of: certificateFile) { reason, capacity in
            ctls_context_server(certificateFile, keyFile, newest.rawValue, reason, capacity)
        }
    }

    deinit { ctls_context_free(context) }

    func makeConnection() -> TLSConnection? {
        ctls_connection_server(context).map { TLSConnection(owning: $0, serverName: "") }
    }
}
