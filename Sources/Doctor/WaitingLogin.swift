import MailModel

/// A login that was not tried: the server has refused it, or asked to wait, and nothing has changed since.
public struct WaitingLogin: Fault {
    public var reason: any Fault
    /// For how long it will not be tried, if nothing changes.
    public var seconds: Int

    public init(reason: any Fault, seconds: Int) {
        self.reason = reason
        self.seconds = seconds
    }

    public var code: FaultCode { reason.code }
    public var scope: FaultScope { reason.scope }

    public var description: String {
        "not tried again for \(seconds) s, unless the secret changes or it is asked for (SIGHUP): \(reason)"
    }
}
