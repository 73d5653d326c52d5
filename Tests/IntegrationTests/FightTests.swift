import ActionJournal
import MailModel
import TestKit
import Testing

/// Two rules, or a rule and another program, that undo each other's work are stopped, and both are named.
@Suite(.inTurn, .timeLimit(.minutes(5)))
struct FightTests {
    /// Runs scheduled rules as if a minute had passed since they last ran: their due times are put back in the journal.
    private func runDue(_ rules: String..., in setup: PostmoonSetup, round: Int = 0) async throws {
        let journal = try Journal.open(folder: setup.stateFolder, access: .readWrite)
        let account = try #require(AccountName("lab"))
        let scheduled = try await journal.scheduledRules(account: account)
        try await journal.apply(
            scheduled.filter { rules.contains($0.rule) }.map { rule in
                var due = rule
                // No run has the same due time as an earlier one.
                due.due = rule.due - 3_600 * Int64(round + 1)
                return .scheduled(due)
            })
        journal.close()
        #expect(try await setup.run("run", "--once").status == 0)
    }

    private func plans(_ setup: PostmoonSetup, _ rule: String) async throws -> [JSONObject] {
        try await setup.run("log", "--json", "--rule", rule).objects()
    }

    @Test
    func `Two scheduled rules that move a message to and fro stop after three rounds`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        try await server.deliver(Letter("Mail"), Letter("Other"), to: user)
        let setup = try PostmoonSetup(
            accounts: [server.account(user)],
            rules: """
                rule "out" {
                  on = "schedule", every = "1m", folder = "INBOX", when = subject:is "Mail", run = { move "Work" },
                }
                rule "back" { on = "schedule", every = "1m", folder = "Work", run = { move "INBOX" } }
                rule "other" {
                  on = "schedule", every = "1m", folder = "INBOX", when = subject:is "Other" & ~flag "seen",
                  run = { mark "seen" },
                }
                """)
        #expect(try await setup.run("run", "--once").status == 0)
        for _ in 1...3 {
            try await runDue("out", in: setup)
            #expect(try await server.subjects(of: user, in: "Work", become: ["Mail"]) == ["Mail"])
            try await runDue("back", in: setup)
            #expect(try await server.subjects(of: user, become: ["Mail", "Other"]) == ["Mail", "Other"])
        }
        try await runDue("out", in: setup)
        let held = try #require(try await plans(setup, "out").first { $0.text("status") == "held" })
        #expect(held.text("error")?.hasPrefix("rule out and rule back fight over this message") == true, "\(held)")
        #expect(held.text("error")?.contains("taken out of “INBOX” 3 times") == true)
        // It is not planned anew with every run, and other messages are not concerned.
        try await runDue("out", "back", "other", in: setup)
        #expect(try await server.subjects(of: user, become: ["Mail", "Other"]) == ["Mail", "Other"])
        #expect(try await plans(setup, "out").count == 4)
        #expect(try await plans(setup, "back").count == 3)
        #expect(try await plans(setup, "other").map { $0.text("status") } == ["done"])
        // A person may let it go; then the other one gives way.
        #expect(try await setup.run("release", "\(held.number("plan") ?? 0)").status == 0)
        #expect(try await server.subjects(of: user, in: "Work", become: ["Mail"]) == ["Mail"])
        try await runDue("back", in: setup)
        let other = try #require(try await plans(setup, "back").first { $0.text("status") == "held" })
        #expect(other.text("error")?.hasPrefix("rule back and rule out fight") == true, "\(other)")
        #expect(try await server.subjects(of: user, in: "Work", become: ["Mail"]) == ["Mail"])
    }

    @Test
    func `Two scheduled rules that fight over a flag stop after three rounds`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        try await server.deliver(Letter("Mail"), to: user)
        let setup = try PostmoonSetup(
            accounts: [server.account(user)],
            rules: """
                rule "mark" { on = "schedule", every = "1m", when = ~flag "seen", run = { mark "seen" } }
                rule "unmark" { on = "schedule", every = "1m", when = flag "seen", run = { unmark "seen" } }
                """)
        #expect(try await setup.run("run", "--once").status == 0)
        for round in 1...3 {
            try await runDue("mark", in: setup, round: round)
            #expect(server.messages(of: user).map(\.flags) == [["S"]])
            try await runDue("unmark", in: setup, round: round)
            #expect(server.messages(of: user).map(\.flags) == [[]])
        }
        try await runDue("mark", in: setup, round: 4)
        let held = try #require(try await plans(setup, "mark").first { $0.text("status") == "held" })
        #expect(held.text("error")?.hasPrefix("rule mark and rule unmark fight over “seen”") == true, "\(held)")
        #expect(server.messages(of: user).map(\.flags) == [[]])
    }

    @Test
    func `A scheduled rule and another program that move a message to and fro stop after three rounds`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        try await server.deliver(Letter("Mail"), to: user)
        let setup = try PostmoonSetup(
            accounts: [server.account(user)],
            rules: """
                rule "out" { on = "schedule", every = "1m", folder = "INBOX", run = { move "Work" } }
                """)
        #expect(try await setup.run("run", "--once").status == 0)
        for _ in 1...3 {
            try await runDue("out", in: setup)
            #expect(try await server.subjects(of: user, in: "Work", become: ["Mail"]) == ["Mail"])
            try await server.doveadm("move", "-u", user, "INBOX", "mailbox", "Work", "all")
        }
        try await runDue("out", in: setup)
        let held = try #require(try await plans(setup, "out").first { $0.text("status") == "held" })
        #expect(
            held.text("error")?.hasPrefix("rule out and another program fight over this message") == true, "\(held)")
        #expect(try await server.subjects(of: user, become: ["Mail"]) == ["Mail"])
    }

    /// What Postmoon moved is no event where it comes to, and what it took out of a folder is none when it comes back:
    /// rules on what is moved in cannot go on for ever, whoever moves it.
    @Test
    func `Rules on what is moved in act once for each folder, whoever moves the message to and fro`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        for folder in ["A", "B"] { try await server.doveadm("mailbox", "create", "-u", user, folder) }
        var account = server.account(user)
        account.extra = #"watch = ["INBOX", "A", "B"]"#
        try await server.deliver(Letter("Mail"), to: user)
        let setup = try PostmoonSetup(
            accounts: [account],
            rules: """
                rule "to B" { on = "moved_in", folder = "A", when = subject:is "Mail", run = { move "B" } }
                rule "to A" { on = "moved_in", folder = "B", when = subject:is "Mail", run = { move "A" } }
                rule "sentinel" { when = subject:starts "Sentinel", folder = { "A", "B" }, run = { mark "seen" } }
                """)
        let daemon = try await setup.watch(folders: 3)
        func move(_ from: String, _ to: String) async throws {
            try await server.doveadm("move", "-u", user, to, "mailbox", from, "subject", "Mail")
        }
        try await move("INBOX", "A")
        #expect(try await server.letter("Mail", of: user, in: "B") != nil)
        // Back in A, where it was taken out: it stays. In B it is somebody's move, and its rule moves it on, once.
        try await move("B", "A")
        try await move("A", "B")
        #expect(try await server.letter("Mail", of: user, in: "A") != nil)
        try await move("A", "B")
        for folder in ["A", "B"] {
            try server.place(Letter("Sentinel \(folder)").text, of: user, in: folder)
            #expect(try await server.letter("Sentinel \(folder)", of: user, in: folder) != nil)
            _ = try await setup.plan { $0.text("subject") == "Sentinel \(folder)" }
        }
        #expect(server.subjects(of: user, in: "B").contains("Mail"))
        let plans = try await setup.run("log", "--json").objects().filter { $0.text("subject") == "Mail" }
        #expect(plans.map { $0.texts("rules") } == [["to B"], ["to A"]])
        #expect(try await daemon.stop() == 0)
    }
}
