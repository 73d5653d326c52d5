import MailModel

/// Why a TLS connection could not be made, or did not last.
public struct TLSError: Fault, Hashable {
    /// What went wrong, finer than the code.
    public enum Reason: Sendable, Hashable {
        /// The peer's first byte is no TLS.
        case peerSpeaksPlaintext
        case untrusted, expired, notYetValid, nameMismatch
        /// No version of TLS that both accept.
        case version
        /// Broken records, refused parameters, an alert of the peer.
        case violation
        /// The connection ended in the handshake.
        case handshakeCutOff
        /// The connection ended without the peer saying so (no close_notify): what was received may be cut short.
        case uncleanClose
        /// A name that cannot be a server's, or a file of certificates or keys that cannot be used.
        case configuration
        case outOfMemory
    }

    public var reason: Reason
    /// The name that was asked for; empty for a server.
    public var serverName: String
    /// OpenSSL's own words, or the path that cannot be used; may be empty.
    public var detail: String
    /// The peer's certificate: of an expired one in its chain that one, else the server's own. If known.
    public var certificate: TLSCertificate?

    public init(reason: Reason, serverName: String, detail: String = "", certificate: TLSCertificate? = nil) {
        self.reason = reason
        self.serverName = serverName
        self.detail = detail
        self.certificate = certificate
    }

    public var isUncleanClose: Bool { reason == .uncleanClose }

    public var code: FaultCode {
        switch reason {
        case .peerSpeaksPlaintext: .tlsOnPlainPort
        case .untrusted: interceptor == nil ? .certificateUntrusted : .tlsIntercepted
        case .expired, .notYetValid: .certificateExpired
        case .nameMismatch: .certificateNameMismatch
        case .version: .tlsVersion
        case .violation: .protocolError
        case .handshakeCutOff, .uncleanClose: .connectionLost
        case .configuration: .configuration
        case .outOfMemory: .unavailable
        }
    }

    public var scope: FaultScope {
        switch reason {
        case .violation, .handshakeCutOff, .uncleanClose, .outOfMemory: .connection
        case .peerSpeaksPlaintext, .untrusted, .expired, .notYetValid, .nameMismatch, .version, .configuration:
            .account
        }
    }

    public var description: String {
        switch reason {
        case .peerSpeaksPlaintext:
            "\(peer) does not speak TLS on this port; use its TLS port, or security \"starttls\""
        case .untrusted where interceptor != nil:
            "\(interceptor ?? "somebody") stands between here and \(peer) and opens the TLS connection: the certificate is"
                + " its own, not the server's\(issuedBy)"
        case .untrusted:
            "the certificate of \(peer) is not trusted (\(detail))\(issuedBy); check the server, or name its"
                + " authority with \"ca\""
        case .expired:
            "a certificate of \(peer) expired\(day(\.notAfter, " on "))\(ofSubject); the server's operator has to renew"
                + " it, unless this machine's clock is wrong"
        case .notYetValid:
            "a certificate of \(peer) is not valid before\(day(\.notBefore, " "))\(ofSubject); check this machine's clock"
        case .nameMismatch:
            "the certificate of \(peer) is made for \(madeFor), not for this name; correct the host name"
        case .version:
            "\(peer) offers no version of TLS from 1.2 on (\(detail)); it has to be brought up to date"
        case .violation:
            "TLS with \(peer) failed (\(detail))"
        case .handshakeCutOff:
            "\(peer) ended the connection during the TLS handshake"
        case .uncleanClose:
            "the connection to \(peer) broke off without a farewell"
        case .configuration:
            serverName.isEmpty ? "TLS cannot be set up: \(detail)" : "\"\(serverName)\" is no name of a server"
        case .outOfMemory:
            "memory is too short for a TLS connection with \(peer)"
        }
    }

    /// Who opens TLS on the way, by the certificate that was shown.
    public var interceptor: String? { certificate.flatMap(TLSInterceptor.name) }

    private var peer: String { serverName.isEmpty ? "the client" : serverName }
    private var issuedBy: String { certificate.map { ", issued by \($0.issuer)" } ?? "" }
    private var ofSubject: String { certificate.map { " (\($0.subject))" } ?? "" }

    private var madeFor: String {
        guard let certificate else { return "another name" }
        return certificate.names.isEmpty ? certificate.subject : certificate.names.joined(separator: ", ")
    }

    private func day(_ moment: KeyPath<TLSCertificate, Int64>, _ lead: String) -> String {
        certificate.map { lead + TLSCertificate.day($0[keyPath: moment]) } ?? ""
    }
}
