import MailModel
import NIOCore
import NIOPosix
import TLSChannel

/// Why a server could not be reached.
public struct TransportError: Fault {
    public var code: FaultCode
    public var scope: FaultScope
    public var endpoint: Endpoint
    public var text: String

    public init(code: FaultCode, scope: FaultScope, endpoint: Endpoint, text: String) {
        self.code = code
        self.scope = scope
        self.endpoint = endpoint
        self.text = text
    }

    /// Codes of a connection that could not be made at all.
    static let unreachable: Set<FaultCode> = [
        .connectionRefused, .connectionTimeout, FaultCode(rawValue: "network_unreachable"),
    ]

    public var description: String { "\(endpoint): \(text) (\(code))" }

    /// What an error of the event loop, the resolver or TLS means.
    init(_ error: any Error, endpoint: Endpoint) {
        if let known = error as? TransportError {
            self = known
            return
        }
        if let fault = error as? any Fault {
            self.init(code: fault.code, scope: fault.scope, endpoint: endpoint, text: fault.description)
            return
        }
        let (code, text) = Self.meaning(of: error)
        self.init(code: code, scope: .connection, endpoint: endpoint, text: text)
    }

    private static func meaning(of error: any Error) -> (FaultCode, String) {
        switch error {
        case let error as NIOConnectionError:
            if let first = error.connectionErrors.first { return meaning(of: first.error) }
            return (.dnsFailure, "the name cannot be resolved; check `host` and the network")
        case let error as IOError where error.errnoCode == ECONNREFUSED:
            return (.connectionRefused, "nothing listens there; check `host` and `port`")
        case let error as IOError where [ECONNRESET, EPIPE, ENOTCONN].contains(error.errnoCode):
            return (.connectionLost, "the server broke the connection off")
        case let error as IOError:
            return (
                FaultCode(rawValue: "network_unreachable"),
                "the network did not let us through (errno \(error.errnoCode))"
            )
        case ChannelError.connectTimeout:
            return (.connectionTimeout, "no answer; a firewall may be in the way, or `port` is wrong")
        case is ChannelError:
            return (.connectionLost, "the connection ended")
        default:
            return (.connectionLost, "the connection failed: \(error)")
        }
    }
}
