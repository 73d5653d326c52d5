import Doctor
import MailModel
import MessageDigest
import Synchronization

/// Stands before the login of one account at one of its servers: what was refused is not tried again at once, by
/// nobody; and as long as nothing was accepted yet, one tries while the others wait.
final class LoginGuard: Sendable {
    private struct State {
        var gate = LoginGate()
        /// The secret tried last.
        var tried: LoginGate.Fingerprint?
        var isProven = false
        var isTrying = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let clock: @Sendable () -> Int64
    /// Fingerprints are worth nothing outside of this program.
    private let key = MessageDigest.randomBytes(32)

    init(clock: @escaping @Sendable () -> Int64) { self.clock = clock }

    /// Runs a login unless it would only repeat what was refused.
    ///
    /// - Parameters:
    ///   - secret: reads the secret, to see whether it has changed since it was refused; `nil` from it: it cannot tell.
    ///   - explain: what an error of the login means.
    ///   - work: signs in, and calls `trying` with each secret.
    func login<Value: Sendable>(
        secret: @Sendable () async throws -> Secret?, explain: (any Error) -> FaultExplanation,
        _ work: @Sendable () async throws -> Value
    ) async throws -> Value {
        let isAlone = await takeTurn()
        defer { if isAlone { giveTurnBack() } }
        try await admit(secret)
        do {
            let value = try await work()
            prove()
            return value
        } catch {
            note(error, explain(error))
            throw error
        }
    }

    /// Throws what was refused before, as long as trying again would only repeat it.
    func admit(_ secret: @Sendable () async throws -> Secret?) async throws {
        let current = waitsForSecret ? try await secret().map(fingerprint) : nil
        guard let (reason, seconds) = refusal(current) else { return }
        throw WaitingLogin(reason: reason, seconds: seconds)
    }

    /// This secret goes out next.
    func trying(_ secret: Secret) {
        let mark = fingerprint(secret)
        state.withLock { $0.tried = mark }
    }

    /// What a login came to, where it failed.
    func note(_ error: any Error, _ explanation: FaultExplanation) {
        let now = clock()
        let fault = error as? any Fault
        guard let fault, !(error is WaitingLogin) else { return }
        state.withLock { state in
            if explanation.isRefusedSecret {
                state.gate.refused(fault, secret: state.tried, at: now)
                state.isProven = false
            } else if explanation.code == .throttled, let seconds = explanation.retryAfter {
                state.gate.askedToWait(fault, seconds: seconds, at: now)
            }
        }
    }

    /// A login was accepted.
    func prove() {
        state.withLock { state in
            state.isProven = true
            state.gate.reopen()
        }
    }

    /// A person wants it tried now.
    func reopen() { state.withLock { $0.gate.reopen() } }

    private var waitsForSecret: Bool { state.withLock { $0.gate.waitsForSecret } }

    private func refusal(_ secret: LoginGate.Fingerprint?) -> (reason: any Fault, seconds: Int)? {
        let now = clock()
        return state.withLock { $0.gate.refusal(at: now, secret: secret) }
    }

    private func fingerprint(_ secret: Secret) -> LoginGate.Fingerprint {
        MessageDigest.hmacSHA256(key: key, message: Array(secret.reveal().utf8))
    }

    // MARK: Turns

    /// - Returns: whether the turn has to be given back.
    private func takeTurn() async -> Bool {
        while true {
            let mayGo: Bool? = state.withLock { state in
                if state.isProven { return false }
                guard !state.isTrying else { return nil }
                state.isTrying = true
                return true
            }
            if let mayGo { return mayGo }
            await withCheckedContinuation { continuation in
                let isFree = state.withLock { state in
                    guard state.isTrying, !state.isProven else { return true }
                    state.waiting.append(continuation)
                    return false
                }
                if isFree { continuation.resume() }
            }
        }
    }

    private func giveTurnBack() {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            state.isTrying = false
            return state.waiting
        }
        waiting.forEach { $0.resume() }
    }
}
