import MailModel

/// Whether it is time to sign in, as a pure machine: providers lock accounts for wrong passwords that come again and
/// again, and make a pause longer for whoever does not keep it.
///
/// After a refused name or password the gate stays shut until the secret has changed, or for half an hour. After a
/// request to wait it stays shut for as long as was asked. Anything else leaves it open.
struct LoginGate {
    /// Seconds after which a refused secret is tried again though it has not changed.
    static let refusalPause: Int64 = 1_800
    /// The longest wait that is kept; also what a clock set back cannot make longer.
    static let longestPause: Int64 = 86_400

    /// A mark by which a secret is known again, and nothing more.
    typealias Fingerprint = [UInt8]

    private struct Closure {
        var since: Int64
        var until: Int64
        /// The refused secret; `nil`: another secret would change nothing.
        var fingerprint: Fingerprint?
        var reason: any Fault
    }

    private var closure: Closure?

    /// Why signing in has to wait now, and for how many seconds; `nil`: it may be tried.
    ///
    /// - Parameter secret: the secret as it is kept now; `nil`: it was not looked at.
    mutating func refusal(at now: Int64, secret: Fingerprint?) -> (reason: any Fault, seconds: Int)? {
        guard let closure else { return nil }
        let isOver = now >= closure.until || now < closure.since - Self.longestPause
        let isChanged = secret != nil && closure.fingerprint != nil && secret != closure.fingerprint
        guard !isOver, !isChanged else {
            self.closure = nil
            return nil
        }
        return (closure.reason, Int(min(closure.until - now, Self.longestPause)))
    }

    /// Whether looking at the secret could open it.
    var waitsForSecret: Bool { closure?.fingerprint != nil }

    mutating func refused(_ reason: any Fault, secret: Fingerprint?, at now: Int64) {
        closure = Closure(since: now, until: now + Self.refusalPause, fingerprint: secret, reason: reason)
    }

    mutating func askedToWait(_ reason: any Fault, seconds: Int, at now: Int64) {
        let until = now + min(max(1, Int64(seconds)), Self.longestPause)
        // A refused secret stays refused.
        guard closure.map({ $0.fingerprint == nil && $0.until < until }) ?? true else { return }
        closure = Closure(since: now, until: until, fingerprint: nil, reason: reason)
    }

    /// A person wants it tried.
    mutating func reopen() { closure = nil }
}
