import GRDB
import Synchronization
import TestKit

/// Counts everything that has an effect, and breaks the world at one step.
///
/// Once dead, nothing has an effect any more until `revive`: no commit succeeds, no byte leaves or arrives.
final class Fate: WireFate {
    struct Dead: Error {}

    private struct State {
        var moments: [Breakage.Moment] = []
        var breakage: Breakage?
        var isMet = false
        var breaks: [Int] = []
        var hasStalled = false
        var isDead = false
        /// The program ends when the commit in hand is durable.
        var diesAfterCommit = false
        /// A second death, by the number of its step.
        var nextDeath: Int?
        var strays: [String: [StrayBytes]] = [:]
    }

    private let state: Mutex<State>
    /// Cuts the wire at one byte.
    private let cutter: ByteCutter?
    /// Called once at each death, before anything else happens.
    private let died: @Sendable () -> Void
    /// The wall's clock goes on too.
    private let passed: @Sendable (Int64) -> Void

    init(
        _ breakage: Breakage?, cutter: ByteCutter? = nil, died: @escaping @Sendable () -> Void,
        passed: @escaping @Sendable (Int64) -> Void
    ) {
        state = Mutex(State(breakage: breakage))
        self.cutter = cutter
        self.died = died
        self.passed = passed
    }

    var isDead: Bool { state.withLock { $0.isDead } }
    /// Whether the world was broken.
    var isMet: Bool { state.withLock { $0.isMet } || cutter?.isMet == true }
    /// The steps at which it was.
    var breaks: [Int] { state.withLock { $0.breaks } }
    /// Whether a connection hung.
    var hasStalled: Bool { state.withLock { $0.hasStalled } }
    var moments: [Breakage.Moment] { state.withLock { $0.moments } }

    /// The program dies here, for a reason of its own.
    func kill() {
        state.withLock {
            $0.isDead = true
            $0.isMet = true
        }
        died()
    }

    /// The program is started again.
    func revive() {
        state.withLock { state in
            state.isDead = false
            guard state.breakage?.way == .diesTwice, state.nextDeath == nil, let step = state.breakage?.step else {
                return
            }
            state.nextDeath = state.moments.count + step * 7 % 23
        }
    }

    /// Counts a step; gives how the world breaks at it.
    private func meet(_ moment: Breakage.Moment) -> Breakage.Way? {
        let (way, dies) = state.withLock { state -> (Breakage.Way?, Bool) in
            guard !state.isDead else { return (.dies, false) }
            let step = state.moments.count
            state.moments.append(moment)
            if step == state.nextDeath {
                state.isDead = true
                state.breaks.append(step)
                return (.dies, true)
            }
            guard let breakage = state.breakage, breakage.step == step, !state.isMet else { return (nil, false) }
            state.isMet = true
            state.breaks.append(step)
            switch breakage.way {
            case .dies, .diesTwice:
                state.isDead = true
            case .diesAfter:
                if case .commit = moment { state.diesAfterCommit = true } else { state.isDead = true }
            case .isCut, .replyIsLost, .straysBehind, .replyIsLate, .replyIsTooLate, .replyComesTwice,
                .commitIsRefused:
                break
            }
            return (breakage.way, state.isDead)
        }
        if dies { died() }
        return way
    }

    // MARK: The journal

    /// Throws when the commit must not happen.
    func committing() throws {
        switch meet(.commit) {
        case .dies, .diesTwice: throw Dead()
        case .commitIsRefused: throw DatabaseError(resultCode: .SQLITE_FULL)
        default: break
        }
    }

    func committed() {
        let dies = state.withLock { state in
            guard state.diesAfterCommit else { return false }
            state.diesAfterCommit = false
            state.isDead = true
            return true
        }
        if dies { died() }
    }

    // MARK: The wire

    func sending(_ bytes: [UInt8], to host: String) -> Passage {
        switch meet(.send(Self.shown(bytes, host))) {
        case nil: cutting(.up, bytes)
        case .diesAfter: .isCut(after: bytes.count)
        case .straysBehind: .straysBehind
        default: .isLost
        }
    }

    func receiving(_ bytes: [UInt8], from host: String) -> Passage {
        switch meet(.answer(Self.shown(bytes, host))) {
        case nil: cutting(.down, bytes)
        case .replyIsLate: .comesLate(seconds: 50)
        case .replyIsTooLate: .comesLate(seconds: 200)
        case .replyComesTwice: .comesTwice
        default: .isLost
        }
    }

    private func cutting(_ direction: ByteCut.Direction, _ bytes: [UInt8]) -> Passage {
        let passage = cutter?.passage(direction, bytes) ?? .arrives
        if passage != .arrives { state.withLock { $0.breaks.append($0.moments.count - 1) } }
        return passage
    }

    func stalled() {
        state.withLock { $0.hasStalled = true }
        passed(600)
    }

    func keep(_ bytes: StrayBytes, for host: String) {
        state.withLock { $0.strays[host, default: []].append(bytes) }
    }

    /// The program connects to the host again: what was still on its way is there first.
    func connecting(to host: String) {
        let strays = state.withLock { $0.strays.removeValue(forKey: host) ?? [] }
        for stray in strays { stray.arrive() }
    }

    func wait(seconds: Int64, for loop: any MovableClock) {
        passed(seconds)
        // A loop's clock is moved from outside, and here is its inside.
        Task { await loop.pass(seconds: seconds) }
    }

    /// The first line, for a test's eyes.
    private static func shown(_ bytes: [UInt8], _ host: String) -> String {
        let lines = String(decoding: bytes.prefix(400), as: UTF8.self).split(separator: "\r\n")
        return "\(host) " + lines.prefix(2).map { $0.prefix(90) }.joined(separator: " | ")
    }
}

/// Tells fate of the journal's commits.
final class CommitWatch: TransactionObserver, Sendable {
    private let fate: Fate

    init(_ fate: Fate) { self.fate = fate }

    func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { false }
    func databaseDidChange(with event: DatabaseEvent) {}
    func databaseWillCommit() throws { try fate.committing() }
    func databaseDidCommit(_ db: Database) { fate.committed() }
    func databaseDidRollback(_ db: Database) {}
}
