import MailModel
import Synchronization

/// Copies that were confirmed on the connection in hand; any other is looked at again before its source is removed.
final class ConfirmedCopies: Sendable {
    private let steps = Mutex<Set<StepID>>([])

    func note(_ step: StepID) { _ = steps.withLock { $0.insert(step) } }

    func contains(_ step: StepID) -> Bool { steps.withLock { $0.contains(step) } }
}
