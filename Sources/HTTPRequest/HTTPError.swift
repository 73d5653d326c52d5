import MailModel

/// Why a request could not be made, or got no answer. A status such as 404 is an answer, and no error.
public struct HTTPError: Fault, Hashable {
    public enum Reason: Sendable, Hashable {
        /// An address that is none, or is not allowed.
        case address
        /// A header field that cannot be sent.
        case header
        /// More bytes, or more header fields, than allowed.
        case tooLarge
        case timedOut
        /// What came back is no HTTP/1.
        case violation
        /// The connection ended before the answer was whole.
        case cutOff
    }

    public var reason: Reason
    /// Who was asked; may be empty. Paths of webhooks are secrets and stay out.
    public var host: String
    /// What precisely, without any of the request's own words.
    public var detail: String

    public init(reason: Reason, host: String, detail: String = "") {
        self.reason = reason
        self.host = host
        self.detail = detail
    }

    public var code: FaultCode {
        switch reason {
        case .address, .header: .configuration
        case .tooLarge: .limitExceeded
        case .timedOut: .connectionTimeout
        case .violation: .protocolError
        case .cutOff: .connectionLost
        }
    }

    public var scope: FaultScope {
        switch reason {
        case .address, .header: .account
        case .tooLarge, .timedOut, .violation, .cutOff: .connection
        }
    }

    public var description: String {
        switch reason {
        case .address:
            host.isEmpty ? "not a web address: \(detail)" : "the web address at \(host) is refused: \(detail)"
        case .header: "a header field for \(host) cannot be sent: \(detail)"
        case .tooLarge: "\(host) answered with more than is accepted (\(detail))"
        case .timedOut: "\(host) did not answer in time (\(detail))"
        case .violation: "\(host) did not answer in HTTP (\(detail))"
        case .cutOff: "\(host) ended the connection before its answer was whole"
        }
    }
}
