import MailModel

/// Holds this machine's clock against a server's.
enum ClockCheck {
    /// Seconds of difference that do no harm.
    static let tolerance: Int64 = 300

    /// - Parameter isExact: whether the server's time is of now; else it is of some moment in the past.
    static func judge(server: Int64, here: Int64, isExact: Bool) -> CheckResult {
        let ahead = server - here
        if isExact, abs(ahead) <= tolerance {
            return .passed("clock", "this machine's clock and the server's agree within \(max(1, abs(ahead))) s")
        }
        if !isExact, ahead <= tolerance {
            return .passed("clock", "no message is from the future; `--write` compares the clocks exactly")
        }
        return CheckResult(
            check: "clock", ok: false, code: .clockSkew,
            detail: "this machine's clock is \(abs(ahead)) s \(ahead > 0 ? "behind" : "ahead of") the server's",
            advice:
                "Set the clock, best by NTP (`timedatectl set-ntp true`): rules on age and time, and certificates, need "
                + "it.")
    }
}
