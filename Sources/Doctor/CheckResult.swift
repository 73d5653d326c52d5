import MailModel

/// One thing that was tried, and what came of it.
public struct CheckResult: Sendable, Equatable {
    /// `imap.login`: the part that was tried, then what of it.
    public var check: String
    public var ok: Bool
    /// The fault; beside `ok` only where something works and is worth knowing all the same.
    public var code: FaultCode?
    /// What was tried and what was found.
    public var detail: String
    /// What it means and what to do about it; `nil` where there is nothing to do.
    public var advice: String?

    public init(check: String, ok: Bool, code: FaultCode? = nil, detail: String, advice: String? = nil) {
        self.check = check
        self.ok = ok
        self.code = code
        self.detail = detail
        self.advice = advice
    }

    public static func passed(_ check: String, _ detail: String) -> Self {
        Self(check: check, ok: true, detail: detail)
    }

    static func failed(_ check: String, _ fault: FaultExplanation) -> Self {
        Self(check: check, ok: false, code: fault.code, detail: fault.detail, advice: fault.advice)
    }
}

extension FaultCode {
    /// This machine's clock and the server's differ.
    public static let clockSkew = Self(rawValue: "clock_skew")
}
