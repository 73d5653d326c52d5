import Doctor

/// What the doctor found, as a person reads it.
enum CheckText {
    /// One line, and another for what to do about it.
    static func lines(_ check: CheckResult) -> [String] {
        let sign = check.ok ? (check.advice == nil ? "ok  " : "note") : "FAIL"
        let code = check.code.map { " (\($0))" } ?? ""
        var lines = ["  \(sign)  \(check.check): \(Terminal.safe(check.detail))\(code)"]
        if let advice = check.advice { lines.append("        → \(Terminal.safe(advice))") }
        return lines
    }
}
