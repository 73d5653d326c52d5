import MailModel

extension FaultCode {
    /// A notify channel did not take a notification.
    public static let notifyFailed = Self(rawValue: "notify_failed")
}

/// Why a notification did not get through. Never holds an address, a header or a body: they may be secrets.
public struct NotificationError: Fault, Hashable {
    public var code: FaultCode
    /// Whether the same notification may get through later.
    public var isTransient: Bool
    /// Seconds that the receiver asked to wait, at most a day.
    public var retryAfter: Int64?
    public var channel: String
    public var detail: String

    public init(
        code: FaultCode = .notifyFailed, isTransient: Bool, retryAfter: Int64? = nil, channel: String, detail: String
    ) {
        self.code = code
        self.isTransient = isTransient
        self.retryAfter = retryAfter
        self.channel = channel
        self.detail = detail
    }

    public var scope: FaultScope { .message }

    public var description: String { "the notify channel \(channel) failed: \(detail)" }
}
