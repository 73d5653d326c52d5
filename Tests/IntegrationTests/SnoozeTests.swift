import TestKit
import Testing

/// Out of sight until then, and back as unread mail: once, and without an event.
@Suite(.inTurn, .timeLimit(.minutes(5)))
struct SnoozeTests {
    static let rules = """
        rule "later" { on = { "new", "moved_in" }, when = subject:starts "Later", run = { mark "seen", snooze "3s" } }
        """

    @Test(arguments: [CapabilityProfile.full, .withoutMove])
    func `It comes back as unread, once, and no rule takes it again`(
        _ capabilities: CapabilityProfile
    ) async throws {
        let server = try await SharedServers.dovecot(capabilities)
        let user = newUser()
        let setup = try PostmoonSetup(accounts: [server.account(user)], rules: Self.rules)
        var daemon = try await setup.watch()
        try await server.deliver(Letter("Later please"), to: user)
        #expect(try await server.letter("Later please", of: user, in: "Snoozed")?.flags.contains("S") == true)
        let plan = try await setup.plan { $0.text("status") == "done" }
        #expect(plan.objects("actions").map { $0.text("action") } == ["mark", "snooze"])
        #expect(plan.objects("actions").last?.number("after") == 3)
        #expect(server.messages(of: user).isEmpty)
        try await daemon.kill()
        daemon = try await setup.watch()

        let number = try #require(plan.number("plan"))
        _ = try await setup.plan { $0.text("trigger") == "after:\(number)" && $0.text("status") == "done" }
        let back = try #require(server.messages(of: user).first)
        #expect(!back.flags.contains("S"), "it is unread")
        #expect(server.messages(of: user, in: "Snoozed").isEmpty)
        // What comes afterwards is seen, and so was the message: it was no event.
        try await server.deliver(Letter("Next"), to: user)
        try await daemon.entry("no rule wants it")
        #expect(try await server.subjects(of: user, become: ["Later please", "Next"]) == ["Later please", "Next"])
        #expect(try await setup.run("log", "--json").objects().count == 2)
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `What the person took out of the folder stays where it was put`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        var account = server.account(user)
        account.extra = #"folders = { snoozed = "Zzz" }"#
        let setup = try PostmoonSetup(accounts: [account], rules: Self.rules)
        let daemon = try await setup.watch()
        try await server.deliver(Letter("Later please"), to: user)
        #expect(try await server.letter("Later please", of: user, in: "Zzz") != nil)
        let plan = try await setup.plan { $0.text("status") == "done" }
        try await server.doveadm("move", "-u", user, "Archive", "mailbox", "Zzz", "all")
        let back = try await setup.plan { $0.text("event") == "after" }
        #expect(back.text("status") == "superseded")
        #expect(back.text("trigger") == "after:\(plan.number("plan") ?? 0)")
        #expect(try await server.subjects(of: user, in: "Archive", become: ["Later please"]) == ["Later please"])
        #expect(server.messages(of: user).isEmpty)
        #expect(try await daemon.stop() == 0)
    }
}
