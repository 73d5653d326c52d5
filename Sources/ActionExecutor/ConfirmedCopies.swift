import MailModel
import Synchronization

/// Copies that were confirmed on the connection in hand; any other is looked at again before its source is removed.
final class ConfirmedCopies: Sendable {
    private struct State {
        var steps: Set<StepID> = []
        var modSeqs: [StepID: ModSeq] = [:]
    }

    private let state = Mutex(State())

    func note(_ step: StepID) { state.withLock { _ = $0.steps.insert(step) } }

    func contains(_ step: StepID) -> Bool { state.withLock { $0.steps.contains(step) } }

    /// As which of its states the source was copied.
    func note(_ step: StepID, copiedAt modSeq: ModSeq?) { state.withLock { $0.modSeqs[step] = modSeq } }

    /// The state that the source was copied in, of a copy that was confirmed; `nil`: it is not known.
    func modSeq(of step: StepID) -> ModSeq? {
        state.withLock { $0.steps.contains(step) ? $0.modSeqs[step] : nil }
    }
}
