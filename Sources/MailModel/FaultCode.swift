/// The name of a fault, the same in errors, `status` and `doctor` (DESIGN §5). Open: modules may add their own.
public struct FaultCode: Hashable, Sendable, RawRepresentable, CustomStringConvertible {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }

    public var description: String { rawValue }

    public static let dnsFailure = Self(rawValue: "dns_failure")
    public static let connectionRefused = Self(rawValue: "connection_refused")
    public static let connectionTimeout = Self(rawValue: "connection_timeout")
    public static let tlsOnPlainPort = Self(rawValue: "tls_on_plain_port")
    public static let plainOnTLSPort = Self(rawValue: "plain_on_tls_port")
    public static let startTLSMissing = Self(rawValue: "starttls_missing")
    public static let startTLSStripped = Self(rawValue: "starttls_stripped")
    public static let certificateUntrusted = Self(rawValue: "certificate_untrusted")
    public static let certificateExpired = Self(rawValue: "certificate_expired")
    public static let certificateNameMismatch = Self(rawValue: "certificate_name_mismatch")
    public static let tlsIntercepted = Self(rawValue: "tls_intercepted")
    public static let tlsVersion = Self(rawValue: "tls_version")
    public static let authFailed = Self(rawValue: "auth_failed")
    public static let appPasswordNeeded = Self(rawValue: "app_password_needed")
    public static let appPasswordShape = Self(rawValue: "app_password_shape")
    public static let oauthExpired = Self(rawValue: "oauth_expired")
    public static let loginDisabled = Self(rawValue: "login_disabled")
    public static let imapDisabled = Self(rawValue: "imap_disabled")
    public static let tooManyConnections = Self(rawValue: "too_many_connections")
    public static let throttled = Self(rawValue: "throttled")
    public static let unavailable = Self(rawValue: "unavailable")
    public static let folderMissing = Self(rawValue: "folder_missing")
    public static let folderReadOnly = Self(rawValue: "folder_read_only")
    public static let smtpSenderRefused = Self(rawValue: "smtp_sender_refused")
    public static let smtpRecipientRefused = Self(rawValue: "smtp_recipient_refused")
    public static let smtpTooLarge = Self(rawValue: "smtp_too_large")
    public static let smtpQuota = Self(rawValue: "smtp_quota")
    public static let protocolError = Self(rawValue: "protocol_error")
    /// The connection ended though nobody asked for it.
    public static let connectionLost = Self(rawValue: "connection_lost")
    /// A named limit was passed (FAULTS).
    public static let limitExceeded = Self(rawValue: "limit_exceeded")
    /// The state folder cannot be read or written.
    public static let journalUnavailable = Self(rawValue: "journal_unavailable")
    /// The configuration or a rule is wrong.
    public static let configuration = Self(rawValue: "configuration")
}

/// Who has to give up because of a fault.
public enum FaultScope: String, Hashable, Sendable, Comparable {
    case message, mailbox, connection, account, process

    private var rank: Int {
        switch self {
        case .message: 0
        case .mailbox: 1
        case .connection: 2
        case .account: 3
        case .process: 4
        }
    }

    public static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }
}

/// An error of any module, in the terms that `status`, the log and `doctor` share.
public protocol Fault: Error, Sendable, CustomStringConvertible {
    var code: FaultCode { get }
    var scope: FaultScope { get }
    /// One sentence for a person: what happened, where, what to do. Never a secret, never mail content.
    var description: String { get }
}
