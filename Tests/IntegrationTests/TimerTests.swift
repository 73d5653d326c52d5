import TestKit
import Testing

/// What rules want later: once, where the plan left the message, and only while it is there.
@Suite(.inTurn, .timeLimit(.minutes(5)))
struct TimerTests {
    @Test(arguments: [CapabilityProfile.full, .withoutMove])
    func `A delayed action comes to pass once, where the plan left the message`(
        _ capabilities: CapabilityProfile
    ) async throws {
        let server = try await SharedServers.dovecot(capabilities)
        let user = newUser()
        let setup = try PostmoonSetup(
            accounts: [server.account(user)],
            rules: """
                rule "later" {
                  when = subject:starts "File",
                  run = { move "Filed", mark("flagged", { after = "2s" }), move("Old", { after = "3s" }) },
                }
                """)
        let daemon = try await setup.watch()
        try await server.deliver(Letter("File me"), to: user)
        let plan = try await setup.plan { $0.text("status") == "done" && $0.text("trigger") == "new" }
        let number = try #require(plan.number("plan"))
        #expect(plan.objects("actions").map { $0.number("after") } == [nil, 2, 3])
        #expect(plan.objects("actions").first?.text("state") == "done")
        let old = try await server.messages(of: user, in: "Old", within: .seconds(20)) { $0.count == 1 }
        #expect(old.first?.flags.contains("F") == true)
        _ = try await setup.plan { $0.text("trigger") == "after:\(number):1" && $0.text("status") == "done" }
        let plans = try await setup.run("log", "--json").objects()
        #expect(plans.map { $0.text("trigger") } == ["new", "after:\(number)", "after:\(number):1"])
        #expect(plans.map { $0.text("status") } == ["done", "done", "done"])
        #expect(plans[0].objects("actions").map { $0.text("state") } == ["done", "done", "done"])
        #expect(plans[1].text("folder") == "Filed")
        #expect(server.messages(of: user, in: "Filed").isEmpty && server.messages(of: user).isEmpty)
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `It comes late after downtime, and not twice, though the program was killed`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let setup = try PostmoonSetup(
            accounts: [server.account(user)],
            rules: #"rule "later" { when = subject:starts "File", run = { copy("Copies", { after = "2s" }) } }"#)
        var daemon = try await setup.watch()
        try await server.deliver(Letter("File me"), to: user)
        let plan = try await setup.plan { $0.text("status") == "done" }
        #expect(plan.objects("actions").map { $0.text("state") } == ["waiting"])
        try await daemon.kill()
        let number = try #require(plan.number("plan"))
        for _ in 0..<2 {
            daemon = try await setup.watch()
            _ = try await setup.plan { $0.text("trigger") == "after:\(number)" && $0.text("status") == "done" }
            try await daemon.kill()
        }
        #expect(server.messages(of: user, in: "Copies").count == 1)
        #expect(server.messages(of: user).count == 1)
    }

    @Test
    func `What the person moved meanwhile is left alone, and so is what the rule does not want any more`() async throws
    {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let setup = try PostmoonSetup(
            accounts: [server.account(user)],
            rules: """
                rule "moved" { when = subject:starts "Moved", run = { trash { after = "3s" } } }
                rule "asked" {
                  when = subject:starts "Asked" & ~flag "flagged",
                  run = { move("Old", { after = "3s", recheck = true }) },
                }
                """)
        let daemon = try await setup.watch()
        try await server.deliver(Letter("Moved"), Letter("Asked 1"), Letter("Asked 2"), to: user)
        for subject in ["Moved", "Asked 1", "Asked 2"] {
            _ = try await setup.plan { $0.text("subject") == subject && $0.text("status") == "done" }
        }
        try await server.doveadm("mailbox", "create", "-u", user, "Mine")
        try await server.doveadm("move", "-u", user, "Mine", "mailbox", "INBOX", "subject", "Moved")
        try await server.doveadm("flags", "add", "-u", user, "\\Flagged", "mailbox", "INBOX", "subject", "Asked 1")
        let moved = try await setup.plan { $0.text("subject") == "Moved" && $0.text("event") == "after" }
        #expect(moved.text("status") == "superseded")
        #expect(moved.text("error")?.contains("not in “INBOX” any more") == true)
        let asked = try await setup.plan { $0.text("subject") == "Asked 1" && $0.text("event") == "after" }
        #expect(asked.text("status") == "superseded")
        #expect(asked.text("error")?.contains("does not want it any more") == true)
        #expect(try await server.letter("Asked 2", of: user, in: "Old") != nil)
        #expect(try await server.subjects(of: user, become: ["Asked 1"]) == ["Asked 1"])
        #expect(try await server.subjects(of: user, in: "Mine", become: ["Moved"]) == ["Moved"])
        #expect(server.messages(of: user, in: "Trash").isEmpty)
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `A forward and a notice may come later too`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let recipient = "\(newUser("oncall"))@example.com"
        let hook = try HookListener()
        let setup = try PostmoonSetup(
            accounts: [try await ForwardTests.account(user)],
            channels: "[notify.phone]\ntype = \"webhook\"\nurl = \"\(hook.url)\"",
            rules: """
                rule "remind" {
                  when = subject:starts "Remind",
                  run = {
                    move "Filed",
                    forward { to = "\(recipient)", after = "2s" },
                    notify { channel = "phone", title = "t", body = "b", after = "2s" },
                  },
                }
                """)
        let daemon = try await setup.watch()
        try await server.deliver(Letter("Remind me"), to: user)
        #expect(try await server.letter("Remind me", of: user, in: "Filed") != nil)
        #expect(try await server.messages(of: recipient, atLeast: 1).count == 1)
        let later = try await setup.plan { $0.text("event") == "after" && $0.text("status") == "done" }
        #expect(later.objects("actions").map { $0.text("action") } == ["forward", "notify"])
        #expect(hook.requests.count == 1)
        #expect(try await daemon.stop() == 0)
    }

    /// Its folder has new UIDs when it is due: the message is found by what it is.
    @Test(arguments: ["INBOX", "Filed"])
    func `A delayed action finds its message though the server renumbered the folder`(_ folder: String) async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let first = folder == "INBOX" ? "" : "move \"Filed\","
        let setup = try PostmoonSetup(
            accounts: [server.account(user)],
            rules: """
                rule "later" {
                  when = subject:starts "File",
                  run = { \(first) mark("flagged", { after = "2s" }), move("Old", { after = "3s" }) },
                }
                """)
        var daemon = try await setup.watch()
        try await server.deliver(Letter("Other 1"), Letter("File me"), Letter("Other 2"), to: user)
        _ = try await setup.plan { $0.text("status") == "done" }
        try await daemon.kill()
        try await server.doveadm("expunge", "-u", user, "mailbox", "INBOX", "subject", "Other 1")
        try await server.renumber(user, in: folder, uidValidity: 4_711)
        daemon = try await setup.watch()
        let old = try await server.messages(of: user, in: "Old", within: .seconds(20)) { $0.count == 1 }
        #expect(old.first?.header("Subject") == "File me")
        #expect(old.first?.flags.contains("F") == true)
        #expect(try await server.subjects(of: user, become: ["Other 2"]) == ["Other 2"])
        let plans = try await setup.run("log", "--json").objects()
        #expect(plans.allSatisfy { $0.text("status") == "done" || $0.text("status") == "running" }, "\(plans)")
        #expect(try await daemon.stop() == 0)
    }
}
