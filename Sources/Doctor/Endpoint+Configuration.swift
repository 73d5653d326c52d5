import Accounts
import MailTransport

extension Endpoint {
    /// The server as it is configured.
    public init(_ server: ServerEndpoint) {
        let security: TransportSecurity =
            switch server.security {
            case .tls: .tls
            case .startTLS: .startTLS
            case .none: .none
            }
        self.init(host: server.host, port: server.port, security: security, caFile: server.caFile)
    }
}
