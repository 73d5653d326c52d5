import NIOCore
import Synchronization

/// A submission server in memory: it speaks real bytes, so that `SubmissionHandler` and `SMTPSubmitter` run against it
/// unchanged. It keeps what it took, and does wrong what a test asks it to.
public final class ScriptedSubmissionServer: InMemoryServer {
    private struct Rule {
        var mishap: SubmissionMishap
        var moment: SubmissionMoment
        var recipient: String?
        var left: Int
    }

    private struct State {
        var traits: SubmissionTraits
        var rules: [Rule] = []
        var taken: [TakenMessage] = []
        var commands: [String] = []
        var connections = 0
        var violations: [String] = []
        var witness: (@Sendable (TakenMessage) -> Void)?
    }

    private let state: Mutex<State>

    public init(_ traits: SubmissionTraits = .modern) { state = Mutex(State(traits: traits)) }

    public var traits: SubmissionTraits { state.withLock { $0.traits } }

    /// What it took the responsibility for, in order, whatever the client heard of it.
    public var taken: [TakenMessage] { state.withLock { $0.taken } }

    /// Commands so far over all connections, such as `RCPT TO:<b@example.org>`; a login without its secret.
    public var commands: [String] { state.withLock { $0.commands } }

    public var connections: Int { state.withLock { $0.connections } }

    /// What no careful client does: a bare CR or LF in a message, a command before the login, pipelining unasked.
    public var violations: [String] { state.withLock { $0.violations } }

    public func change(_ body: (inout SubmissionTraits) -> Void) { state.withLock { body(&$0.traits) } }

    /// Lets a point of the dialogue go wrong, so many times.
    ///
    /// - Parameter recipient: only where the message is for that address; at a recipient's own point, only there.
    public func put(
        _ mishap: SubmissionMishap, at moment: SubmissionMoment, for recipient: String? = nil, times: Int = .max
    ) {
        state.withLock {
            $0.rules.append(Rule(mishap: mishap, moment: moment, recipient: recipient, left: times))
        }
    }

    /// Forgets everything that was to go wrong.
    public func rest() { state.withLock { $0.rules = [] } }

    public func converse() -> any ServerConversation {
        state.withLock { $0.connections += 1 }
        return SubmissionSession(self)
    }

    /// Lets a test look around at the moment when a message is taken.
    public func whenTaken(_ look: @escaping @Sendable (TakenMessage) -> Void) { state.withLock { $0.witness = look } }

    // MARK: What its sessions say

    func meet(_ moment: SubmissionMoment, for recipients: [String]) -> SubmissionMishap? {
        state.withLock { state in
            let place = state.rules.firstIndex {
                $0.moment == moment && $0.left > 0 && ($0.recipient.map(recipients.contains) ?? true)
            }
            guard let place else { return nil }
            state.rules[place].left -= 1
            return state.rules[place].mishap
        }
    }

    func take(_ message: TakenMessage) {
        let witness = state.withLock { state in
            state.taken.append(message)
            return state.witness
        }
        witness?(message)
    }

    func note(command: String) { state.withLock { $0.commands.append(command) } }

    public func note(violation: String) { state.withLock { $0.violations.append(violation) } }
}
