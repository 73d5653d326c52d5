import GRDB
import MailModel
import Synchronization
import TestKit
import Testing

@testable import ActionJournal
@testable import Daemon

/// The disk under the journal can only be read from some moment on (FAULTS D2): nothing is acted upon that is not written
/// down, the fault is said, and all goes on once it can be written again.
@Suite struct DiskTests {
    enum Moment: String, CaseIterable, Sendable {
        case beforeTheDecision, beforeTheStep, beforeItsOutcome

        /// The command at which it happens.
        var command: String? {
            switch self {
            case .beforeTheDecision: nil
            // Asked between the decision and the first step.
            case .beforeTheStep: "STATUS"
            case .beforeItsOutcome: "UID MOVE"
            }
        }
    }

    @Test(arguments: Moment.allCases) func whatIsNotWrittenIsNotActedUpon(_ moment: Moment) async throws {
        var traits = ServerTraits.modern
        traits.capabilities.remove("LIST-STATUS")
        let server = HostileServer(traits)
        try await Program.run(on: server) { program in
            try await program.awaitIdle(server)
            let hasHappened = Atomic(false)
            @Sendable func happen() {
                if !hasHappened.exchange(true, ordering: .relaxed) { program.setDisk(readOnly: true) }
            }
            server.lie { exchange in
                if let command = moment.command, exchange.isFor(command) { happen() }
                return nil
            }
            if moment.command == nil { happen() }
            let token = await server.deliver("first")
            try await program.await("named") { program.book.failure()?.contains("can only be read") == true }
            let happened = hasHappened.load(ordering: .relaxed)
            #expect(happened)
            #expect(await program.faultCode() == "journal_unavailable")
            // However often it tries.
            try await program.awaitHurrying("several attempts") {
                program.book.count("not watching; trying again later") > 3
            }
            let place = moment == .beforeItsOutcome ? "Filed" : "INBOX"
            #expect(server.store.places(of: token) == [place])
            #expect(server.moves == (moment == .beforeItsOutcome ? 1 : 0))
            program.setDisk(readOnly: false)
            try await program.awaitHurrying("done") { try await program.plans().map(\.plan.state) == [.done] }
            #expect(server.store.places(of: token) == ["Filed"])
            #expect(server.moves == 1)
            try await program.awaitHurrying("watched") { server.isIdledOn }
            let second = await server.deliver("second")
            try await program.awaitFiled(second, on: server)
        }
    }

    /// The final dot goes out only when it is written down that it does.
    @Test func whatIsNotWrittenIsNotSent() async throws {
        let server = HostileServer()
        let program = Mutex<Program?>(nil)
        let script = SubmissionScript { line in
            if line.hasPrefix("DATA") { program.withLock { $0 }?.setDisk(readOnly: true) }
            return nil
        }
        let account = Program.Account(server: server, submission: script)
        try await Program.run([account], rules: SubmissionTests.forwarding) { running in
            try await running.awaitIdle(server)
            program.withLock { $0 = running }
            await server.deliver("first")
            try await running.awaitHurrying("named") {
                running.book.entries.contains {
                    $0.message.hasPrefix("sending failed") && $0.facts["error"]?.contains("can only be read") == true
                }
            }
            #expect(script.messages.isEmpty)
            program.withLock { $0 = nil }
            running.setDisk(readOnly: false)
            try await running.awaitHurrying("sent") {
                try await running.plans().map(\.plan.state) == [.done]
            }
            #expect(script.messages.count == 1)
        }
    }
}

extension HostileServer {
    fileprivate var moves: Int { honest.commands.count { $0.hasPrefix("UID MOVE") } }
}

extension Program {
    /// What SQLite answers is the same as on a disk that was mounted anew to be read only.
    func setDisk(readOnly isReadOnly: Bool) {
        do {
            try engine.surroundings.journal.pool.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA query_only = \(isReadOnly ? "ON" : "OFF")")
            }
        } catch {
            Issue.record(error)
        }
    }
}
