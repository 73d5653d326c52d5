import ActionJournal
import MailModel
import Synchronization
import TestKit
import Testing

@testable import Daemon

/// A message or a folder that gives trouble keeps no other from being swept, or from being acted on in time.
@Suite struct ReadingTests {
    /// A sweep that acts at once, and what it says.
    private final class Sweep: Sendable {
        private let state = Mutex((told: [String](), status: Int32?.none))

        var told: [String] { state.withLock { $0.told } }
        var status: Int32? { state.withLock { $0.status } }

        func run(_ folders: [String], of program: Program) async throws {
            let status = try await Sweeper(engine: program.engine).applyAtOnce(SweepQuery(folders: folders)) { answer in
                self.state.withLock { if let message = answer.message { $0.told.append(message) } }
            }
            state.withLock { $0.status = status }
        }
    }

    private func sweep(_ folders: [String], of program: Program, on server: HostileServer) async throws -> Sweep {
        let sweep = Sweep()
        async let run: Void = sweep.run(folders, of: program)
        try await program.await("the sweep's end") {
            await server.passWhereSilent(seconds: 61)
            return sweep.status != nil
        }
        try await run
        return sweep
    }

    @Test(arguments: Poison.allCases, ["BODY.PEEK[]", "BODY.PEEK[HEADER"])
    func aMessageThatCannotBeReadKeepsNoOtherFromBeingSwept(_ poison: Poison, section: String) async throws {
        if poison == .honestlyLarge, section != "BODY.PEEK[]" { return }
        let server = HostileServer()
        let tokens = (1...3).map { server.store.deliver(letter("mail \($0)", id: "\($0)")) }
        let rules =
            section == "BODY.PEEK[]"
            ? #"rule "all" { when = body:contains "Hello", run = { move "Filed" } }"# : Program.filing
        try await Program.run(on: server, rules: rules) { program in
            try await program.awaitIdle(server)
            server.lie(poison.lie(about: section))
            let result = try await sweep(["INBOX"], of: program, on: server)
            #expect(result.status == 1)
            #expect(server.store.places(of: tokens[0]) == ["Filed"])
            #expect(server.store.places(of: tokens[1]) == ["INBOX"])
            #expect(server.store.places(of: tokens[2]) == ["Filed"])
            let failed = try await program.plans().filter { $0.plan.state == .failed }
            #expect(failed.map(\.plan.key.uid.rawValue) == [2])
            #expect(failed.first?.plan.error?.isEmpty == false)
            #expect(server.store.violations.isEmpty)
        }
    }

    @Test(arguments: [[Saying.text("NO [SERVERBUG] cannot open\r\n")], [.cut], [.silence]])
    func aFolderThatCannotBeOpenedKeepsNoOtherFromBeingSwept(_ sayings: [Saying]) async throws {
        let server = HostileServer(mailboxes: ["INBOX", "Bad", "Good", "Filed"])
        let tokens = ["Bad", "Good"].map { server.store.deliver(letter("in \($0)", id: $0), to: $0) }
        server.lie { exchange in
            guard exchange.isFor("SELECT"), exchange.command.contains("Bad") else { return nil }
            return sayings.map { saying in
                guard case .text(let text) = saying else { return saying }
                return .text("\(exchange.tag) \(text)")
            }
        }
        try await Program.run(on: server) { program in
            try await program.awaitIdle(server)
            let result = try await sweep(["Bad", "Good"], of: program, on: server)
            #expect(result.status == 1)
            #expect(result.told.contains { $0.hasPrefix("“Bad” of the account “lab” could not be looked through: ") })
            #expect(server.store.places(of: tokens[0]) == ["Bad"])
            #expect(server.store.places(of: tokens[1]) == ["Filed"])
        }
    }

    @Test(arguments: Poison.allCases, ["BODY.PEEK[]", "BODY.PEEK[HEADER"])
    func aMessageThatCannotBeReadKeepsNoOtherFromBeingActedOnInTime(_ poison: Poison, section: String) async throws {
        if poison == .honestlyLarge, section != "BODY.PEEK[]" { return }
        let server = HostileServer()
        // What needs the whole message, and what needs no more than its header.
        let rules =
            section == "BODY.PEEK[]"
            ? #"rule "later" { when = body:contains "Hello", run = { move("Filed", { after = "1h", recheck = true }) } }"#
            : #"rule "later" { run = { move("Filed", { after = "1h" }) } }"#
        try await Program.run(on: server, rules: rules) { program in
            try await program.awaitIdle(server)
            let tokens = (1...3).map { server.store.deliver(letter("mail \($0)", id: "\($0)")) }
            await server.say("* 3 EXISTS")
            try await program.await("decided") { try await program.plans().count == 3 }
            try await program.awaitIdle(server)
            server.lie(poison.lie(about: section))
            program.clock.jump(3_700)
            try await program.awaitHurrying("the others filed") {
                await server.passWhereSilent(seconds: 61)
                return server.store.places(of: tokens[0]) == ["Filed"]
                    && server.store.places(of: tokens[2]) == ["Filed"]
            }
            #expect(server.store.places(of: tokens[1]) == ["INBOX"])
            let failed = try await program.plans().filter { $0.plan.state == .failed }
            #expect(failed.map(\.plan.key.uid.rawValue) == [2])
            #expect(failed.first?.plan.error?.isEmpty == false)
            #expect(server.store.violations.isEmpty)
        }
    }
}
