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

    /// What a step that failed for good leaves to be taken back.
    var takesBack: [StepDraft] = []

    init(_ steps: [StepRecord]) {
        let filing = steps.filter(\.kind.isFiling)
        let sending = steps.filter { !$0.kind.isFiling }
        let isGoingOut = sending.contains { $0.released && !$0.state.isSettled }
        if let failed = filing.first(where: { $0.state == .failed && $0.arguments.takesBack == nil }) {
            dropsSending = true
            fail(failed, steps)
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
            fail(failed, steps)
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

    /// A step failed for good: what was done before is taken back while the message is where it was, and what a plan comes
    /// to is said when that is over.
    private mutating func fail(_ failed: StepRecord, _ steps: [StepRecord]) {
        let back = steps.filter { $0.arguments.takesBack != nil }
        if back.isEmpty {
            takesBack = PlanRollback.drafts(for: steps)
            guard takesBack.isEmpty else { return }
        }
        let isGoingOut = steps.contains { !$0.kind.isFiling && $0.released && !$0.state.isSettled }
        guard back.allSatisfy(\.state.isSettled), !isGoingOut else { return }
        let why = failed.outcome?.detail ?? "a step failed"
        let remains = Self.remains(steps, back)
        state = remains.isEmpty && !back.isEmpty ? .rolledBack : .failed
        error = remains.isEmpty ? why : "\(why) (\(remains))"
    }

    /// What a failed plan did and does not take back; empty when nothing is left of it.
    private static func remains(_ steps: [StepRecord], _ back: [StepRecord]) -> String {
        let left =
            back.filter { $0.state != .done }.map { $0.outcome?.detail ?? "a step could not be taken back" }
            + (back.isEmpty ? [] : steps.compactMap(\.irrevocable))
        guard left.isEmpty else { return "not taken back: " + left.joined(separator: "; ") }
        guard back.isEmpty else { return "" }
        let done = steps.filter { $0.kind.isFiling && $0.changedSomething }.map(\.kind.rawValue)
        return done.isEmpty ? "" : "already done and left so: " + done.joined(separator: ", ")
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
