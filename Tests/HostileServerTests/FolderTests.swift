import ActionJournal
import MailModel
import Synchronization
import TestKit
import Testing

/// A watched folder that is deleted while plans for its messages wait.
@Suite struct FolderTests {
    static let rules = #"rule "all" { on = { "new", "moved_in" }, run = { move "Filed" } }"#

    /// A message of the folder is decided, and refused again and again; then the folder is not there any more.
    private func deletedUnderAPlan(
        _ body: (Program, HostileServer) async throws -> Void
    ) async throws {
        let server = HostileServer(mailboxes: ["INBOX", "Filed", "Projects"])
        server.lie { exchange in
            guard exchange.isFor("UID MOVE") || exchange.isFor("UID COPY") else { return nil }
            return [.text("\(exchange.tag) NO [UNAVAILABLE] later\r\n")]
        }
        let extra = #"watch = ["INBOX", "Projects"]"#
        try await Program.run(on: server, rules: Self.rules, extra: extra) { program in
            try await program.await("watched") { program.book.count("watching") == 2 }
            server.store.deliver(letter("in it", id: "1"), to: "Projects")
            await server.say("* 1 EXISTS")
            try await program.await("refused") {
                program.hurry()
                return server.honest.commands.contains { $0.hasPrefix("UID MOVE") }
            }
            try await body(program, server)
        }
    }

    private func isOpen(_ program: Program) async throws -> Bool {
        try await program.plans().contains { [.planned, .running].contains($0.plan.state) }
    }

    @Test func plansOfAWatchedFolderThatIsGoneEndWhenItStaysGone() async throws {
        try await deletedUnderAPlan { program, server in
            server.store.deleteMailbox("Projects")
            program.clock.jump(3_600)
            await server.say([.cut])
            try await program.awaitHurrying("named") {
                program.book.failure()?.hasPrefix("SELECT in folder “Projects”") == true
            }
            #expect(await program.faultCode() == "folder_missing")
            // An hour after the decision, but missing only now: it may be on its way back.
            #expect(try await isOpen(program))
            program.clock.jump(1_000)
            try await program.awaitHurrying("the plan's end") { try await !isOpen(program) }
            // Held, if the last try was under way: its message may have reached its target.
            let states = try await program.plans().map(\.plan.state)
            #expect(states == [.superseded] || states == [.held])
            #expect(program.book.count("plans ended with the folder of their messages") == 1)
            // The other folder is served all the while.
            let other = await server.deliver("other")
            server.lie(nil)
            try await program.awaitHurrying("filed") { server.store.places(of: other) == ["Filed"] }
        }
    }

    @Test func plansOfAWatchedFolderThatComesBackGoOn() async throws {
        try await deletedUnderAPlan { program, server in
            let isMissing = Atomic(true)
            server.lie { exchange in
                guard isMissing.load(ordering: .relaxed) else { return nil }
                if exchange.isFor("SELECT"), exchange.command.contains("Projects") {
                    return [.text("\(exchange.tag) NO [NONEXISTENT] gone\r\n")]
                }
                return nil
            }
            await server.say([.cut])
            try await program.awaitHurrying("named") { await program.faultCode() == "folder_missing" }
            program.clock.jump(600)
            program.hurry()
            isMissing.store(false, ordering: .relaxed)
            try await program.awaitHurrying("filed") { server.store["Filed"]?.messages.count == 1 }
            try await program.awaitHurrying("done") { try await program.plans().map(\.plan.state) == [.done] }
        }
    }
}
