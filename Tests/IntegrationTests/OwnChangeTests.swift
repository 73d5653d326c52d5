import TestKit
import Testing

/// What Postmoon itself changed is nobody's event; what rules want of a change is refused where it cannot be, and stopped
/// where it would go on for ever.
@Suite(.inTurn, .timeLimit(.minutes(5)))
struct OwnChangeTests {
    @Test(arguments: ChangeMeans.allCases)
    func `What Postmoon does itself is told to no rule`(_ means: ChangeMeans) async throws {
        let server = try await SharedServers.dovecot(means.capabilities)
        let user = newUser()
        var account = server.account(user)
        account.extra = means.extra + "\nwatch = [\"INBOX\", \"Filed\"]"
        try await server.doveadm("mailbox", "create", "-u", user, "Filed")
        try await server.deliver(Letter("Swept 1"), Letter("Swept 2"), to: user)
        let setup = try PostmoonSetup(
            accounts: [account],
            rules: """
                \(ChangeReport.telling)
                rule "changes" {
                    on = { "flags", "moved_in", "removed" }, folder = { "INBOX", "Filed" },
                    run = function(m)
                        if m.event.kind == "sweep" then return end
                        m:log(m.folder .. ", " .. m.subject .. ": " .. tell(m))
                        if m.event.kind == "flags" and m.flags.answered then m:mark "flagged" m:unmark "seen" end
                    end,
                }
                rule "new" { when = subject:starts "Sentinel", run = { log "new" } }
                rule "own" { when = subject:starts "Own", run = { mark "seen", keyword "Mine", move "Filed" } }
                rule "sweep" { when = subject:starts "Swept", run = { mark "flagged" } }
                rule "swept away" { when = subject:is "Swept 2", run = { move "Filed" } }
                """)
        let daemon = try await setup.watch(folders: 2)
        try await server.deliver(Letter("Own 1"), Letter("Own 2"), Letter("Own 3"), Letter("Mail"), to: user)
        let own: Set = ["Own 1", "Own 2", "Own 3"]
        #expect(try await server.subjects(of: user, in: "Filed", become: own) == own)
        #expect(try await setup.run("sweep", "--apply", "--yes", "--json").status == 0)
        // What a person does is told, what a rule does then is not, and the person's next change is.
        try await server.doveadm("flags", "add", "-u", user, #"\Answered \Seen"#, "mailbox", "INBOX", "subject", "Mail")
        _ = try await server.messages(of: user, within: .seconds(20)) { messages in
            messages.contains { $0.header("Subject") == "Mail" && $0.flags == ["R", "F"] }
        }
        try await server.doveadm("flags", "remove", "-u", user, #"\Flagged"#, "mailbox", "INBOX", "subject", "Mail")
        try await server.doveadm("flags", "remove", "-u", user, "Mine", "mailbox", "Filed", "subject", "Own 2")
        let expected = [
            "Filed, Own 2: flags -Mine", "INBOX, Mail: flags +answered +seen", "INBOX, Mail: flags -flagged",
        ]
        var told = try await setup.changesTold(expected.count, by: server, user)
        #expect(told == expected)
        #expect(try await daemon.stop() == 0)
        let again = try await setup.watch(folders: 2)
        told = try await setup.changesTold(expected.count, by: server, user)
        #expect(told == expected)
        #expect(try await again.stop() == 0)
    }

    @Test
    func `Rules cannot use a message that was removed, and say so`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        for name in ["mover", "reader", "waiter", "teller"] {
            try await server.deliver(Letter("Mail", from: "\(name)@example.net"), to: user)
        }
        let setup = try PostmoonSetup(
            accounts: [server.account(user)],
            rules: """
                rule "mover" { on = "removed", when = from:is "mover@example.net", run = { move "Filed" } }
                rule "reader" { on = "removed", when = from:is "reader@example.net" & body:contains "x", run = { log "x" } }
                rule "waiter" { on = "removed", when = from:is "waiter@example.net", run = { keyword("x", { after = "1d" }) } }
                rule "teller" { on = "removed", when = from:is "teller@example.net", run = { log "told" } }
                """)
        let daemon = try await setup.watch()
        try await server.doveadm("expunge", "-u", user, "mailbox", "INBOX", "all")
        let told = try await setup.plan { $0.text("status") == "done" }
        #expect(told.text("trigger") == "removed" && told.text("event") == "removed")
        #expect(told.objects("actions").first?.text("body") == "told")
        for (rule, word) in [("mover", "`move` needs the message"), ("reader", "text"), ("waiter", "at once")] {
            let plan = try await setup.plan { $0.text("from")?.contains(rule) == true }
            #expect(plan.text("status") == "failed" && plan.text("trigger") == "removed")
            #expect(plan.text("error")?.contains(word) == true, "\(plan)")
            #expect(plan.text("error")?.contains("removed") == true, "\(plan)")
        }
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `A rule that fights with another program over a flag gives way`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        try await server.deliver(Letter("Mail"), Letter("Mail of another kind"), to: user)
        let setup = try PostmoonSetup(
            accounts: [server.account(user)],
            rules: """
                rule "unread" { on = "flags", when = flag "seen", run = { unmark "seen" } }
                rule "told" { on = "flags", when = ~flag "seen", run = { log "unseen" } }
                """)
        let daemon = try await setup.watch()
        func isSeen(_ wanted: Bool) async throws -> Bool {
            let messages = try await server.messages(of: user, within: .seconds(20)) { messages in
                messages.first { $0.header("Subject") == "Mail" }?.flags.contains("S") == wanted
            }
            return messages.first { $0.header("Subject") == "Mail" }?.flags.contains("S") == wanted
        }
        let query = ["mailbox", "INBOX", "header", "Subject", "Mail", "not", "header", "Subject", "another"]
        for _ in 1...3 {
            try await server.doveadm(["flags", "add", "-u", user, #"\Seen"#] + query)
            #expect(try await isSeen(false))
        }
        try await server.doveadm(["flags", "add", "-u", user, #"\Seen"#] + query)
        let held = try await setup.plan { $0.text("status") == "held" }
        #expect(held.text("trigger") == "flags:4")
        #expect(held.text("error")?.contains("rule unread and another program fight over “seen”") == true, "\(held)")
        #expect(try await isSeen(true))
        // The same fight goes on: it is held again, and not warned of again.
        try await server.doveadm(["flags", "remove", "-u", user, #"\Seen"#] + query)
        _ = try await setup.plan { $0.texts("rules") == ["told"] }
        try await server.doveadm(["flags", "add", "-u", user, #"\Seen"#] + query)
        let again = try await setup.plan { $0.text("status") == "held" && $0.text("trigger") == "flags:6" }
        #expect(daemon.log.count { $0["level"] == "warning" } == 1)
        // Other messages are not concerned, and a person can let it go.
        try await server.doveadm("flags", "add", "-u", user, #"\Seen"#, "mailbox", "INBOX", "subject", "another")
        _ = try await setup.plan { $0.text("subject") == "Mail of another kind" && $0.text("status") == "done" }
        #expect(try await setup.run("release", "\(again.number("plan") ?? 0)").status == 0)
        #expect(try await isSeen(false))
        #expect(try await daemon.stop() == 0)
    }
}
