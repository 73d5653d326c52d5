import ActionJournal
import MailModel

/// What a plan's steps add up to.
enum PlanOutcome {
    /// The plan's next state, or `nil` while it goes on; and whether what it sends may be released now.
    static func judge(_ steps: [StepRecord]) -> (state: PlanState?, error: String?, releases: Bool) {
        if let failed = steps.first(where: { $0.state == .failed }) {
            let why = failed.outcome?.detail ?? "a step failed"
            let done = steps.filter { $0.state == .done && $0.kind.isFiling }.map(\.kind.rawValue)
            let rest = done.isEmpty ? "" : " (already done and left so: \(done.joined(separator: ", ")))"
            return (.failed, why + rest, false)
        }
        if let unknown = steps.first(where: { $0.state == .unknown }) {
            return (.held, unknown.outcome?.detail ?? "a step's outcome is unknown", false)
        }
        let filing = steps.filter(\.kind.isFiling)
        guard filing.allSatisfy(\.state.isFinished) else { return (nil, nil, false) }
        let sending = steps.filter { !$0.kind.isFiling }
        guard sending.allSatisfy(\.state.isFinished) else {
            return (nil, nil, sending.contains { !$0.released })
        }
        if !filing.isEmpty, filing.allSatisfy({ $0.state == .superseded }), sending.isEmpty {
            return (.superseded, filing.last?.outcome?.detail, false)
        }
        return (.done, nil, false)
    }
}
