import ActionJournal
import MailModel

/// What a plan's steps add up to.
struct PlanOutcome: Equatable {
    /// The plan's next state; `nil` while it goes on.
    var state: PlanState?
    var error: String?
    /// Everything that sending waits for is done.
    var releasesSending = false
    /// What was not released will never be sent.
    var dropsSending = false

    init(_ steps: [StepRecord]) {
        let filing = steps.filter(\.kind.isFiling)
        let sending = steps.filter { !$0.kind.isFiling }
        let isGoingOut = sending.contains { $0.released && !$0.state.isSettled }
        if let failed = filing.first(where: { $0.state == .failed }) {
            dropsSending = true
            guard !isGoingOut else { return }
            let done = filing.filter { $0.state == .done }.map(\.kind.rawValue)
            let rest = done.isEmpty ? "" : " (already done and left so: \(done.joined(separator: ", ")))"
            state = .failed
            error = (failed.outcome?.detail ?? "a step failed") + rest
            return
        }
        if let unknown = filing.first(where: { $0.state == .unknown }) {
            guard !isGoingOut else { return }
            state = .held
            error = unknown.outcome?.detail ?? "a step's outcome is unknown"
            return
        }
        guard filing.allSatisfy(\.state.isSettled) else { return }
        guard sending.allSatisfy(\.state.isSettled) else {
            releasesSending = sending.contains { !$0.released }
            return
        }
        if let failed = sending.first(where: { $0.state == .failed }) {
            state = .failed
            error = failed.outcome?.detail
        } else if let unknown = sending.first(where: { $0.state == .unknown }) {
            state = .held
            error = unknown.outcome?.detail
        } else if !filing.isEmpty, steps.allSatisfy({ $0.state == .superseded }) {
            state = .superseded
            error = filing.last?.outcome?.detail
        } else {
            state = .done
        }
    }
}

extension StepState {
    /// Whether nothing more happens to the step by itself.
    var isSettled: Bool {
        switch self {
        case .done, .superseded, .failed, .unknown: true
        case .waiting, .begun: false
        }
    }
}
