import Foundation
import Synchronization

@testable import TestKit

/// Delivers the letters by LMTP, in their order, as far as it is let; beside whatever else happens.
final class Postman: Sendable {
    private let letters: [Letter]
    private let runs: PostmoonRuns
    private let mail: DovecotServer
    private let allowed = Mutex(0)
    private let done = Mutex(0)
    /// Why it gave up.
    private let failure = Mutex<String?>(nil)

    init(_ letters: [Letter], _ runs: PostmoonRuns, to mail: DovecotServer) {
        self.letters = letters
        self.runs = runs
        self.mail = mail
    }

    /// How many were delivered.
    var delivered: Int { done.withLock { $0 } }

    /// So many more may be delivered.
    func allow(_ count: Int) { allowed.withLock { $0 = min(letters.count, $0 + count) } }

    func allowAll() { allow(letters.count) }

    /// Ends when all are delivered.
    ///
    /// - Parameter pausing: whether it waits now and then until the program watches, and between letters, so that the
    ///   program meets single messages as well as heaps.
    func deliver(pausing: Bool, using generator: SeededGenerator) async throws {
        do {
            try await deliverAll(pausing: pausing, using: generator)
        } catch {
            failure.withLock { $0 = "\(error)" }
            throw error
        }
    }

    private func deliverAll(pausing: Bool, using generator: SeededGenerator) async throws {
        var generator = generator
        var client: LMTPClient? = try await mail.lmtp()
        for (index, letter) in letters.enumerated() {
            try await blocking { [self] in
                guard awaited(within: .seconds(120), { allowed.withLock { $0 > index } ? true : nil }) != nil else {
                    throw ServerUnavailable("nobody lets the postman deliver letter \(index + 1)")
                }
            }
            if pausing { try await pause(&generator) }
            try await deliver(letter, by: &client)
            done.withLock { $0 = index + 1 }
        }
    }

    /// Delivers one letter. A server that was restarted since the last one got nothing of it, and what is left of it may
    /// take a connection once more before it goes.
    private func deliver(_ letter: Letter, by client: inout LMTPClient?) async throws {
        let end = ContinuousClock.now + .seconds(20)
        while true {
            do {
                let connected: LMTPClient
                if let client { connected = client } else { connected = try await mail.lmtp() }
                client = connected
                return try await connected.deliver(letter.bytes, to: [CrashSite.recipient(of: letter)])
            } catch  where Self.isGoodbye(error) && ContinuousClock.now < end {
                client = nil
            }
        }
    }

    /// Whether the server had closed the connection, was about to, or is not there yet.
    private static func isGoodbye(_ error: any Error) -> Bool {
        error is LineConnection.Closed || error is ServerUnavailable
            || (error as? LMTPClient.Refused)?.reply.hasPrefix("421") ?? false
    }

    private func pause(_ generator: inout SeededGenerator) async throws {
        let dice = Int.random(in: 0..<100, using: &generator)
        let writes = Int.random(in: 1...3, using: &generator)
        guard dice < 40 else { return }
        guard dice < 10 else { return await runs.proceed(writes: writes, within: .milliseconds(40)) }
        _ = try await blocking { [runs] in awaited(within: .seconds(1)) { runs.isWatching ? true : nil } }
    }

    /// Waits until everything allowed so far is delivered.
    func waitUntilIdle() async throws {
        try await blocking { [self] in
            let isDone = awaited(within: .seconds(60)) { () -> Bool? in
                if failure.withLock({ $0 }) != nil { return false }
                return done.withLock { $0 } == allowed.withLock { $0 } ? true : nil
            }
            guard isDone == true else {
                throw ServerUnavailable("letters are not delivered: \(failure.withLock { $0 } ?? "not in time")")
            }
        }
    }
}
