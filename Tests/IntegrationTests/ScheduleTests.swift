import ActionJournal
import Foundation
import MailModel
import TestKit
import Testing

/// Scheduled rules look at every message of their folders, once for each time.
@Suite(.inTurn, .timeLimit(.minutes(5)))
struct ScheduleTests {
    /// Moves the stored due time of a rule; the program is not running.
    private func set(_ rule: String, dueIn seconds: Int64, _ setup: PostmoonSetup) async throws {
        let journal = try Journal.open(folder: setup.stateFolder, access: .readWrite)
        defer { journal.close() }
        let account = try #require(AccountName("lab"))
        var run = try #require(try await journal.scheduledRules(account: account).first { $0.rule == rule })
        run.due = Int64(Date().timeIntervalSince1970) + seconds
        try await journal.apply([.scheduled(run)])
    }

    /// Starts the program for the first time, until it has written down when the rule is due.
    private func begin(_ setup: PostmoonSetup) async throws {
        let daemon = try await setup.watch()
        let account = try #require(AccountName("lab"))
        let journal = try Journal.open(folder: setup.stateFolder, access: .readOnly)
        defer { journal.close() }
        while try await journal.scheduledRules(account: account).isEmpty { await Task.yield() }
        try await daemon.kill()
    }

    @Test
    func `It runs on time, in folders that nobody watches, and once`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        try await server.doveadm("mailbox", "create", "-u", user, "News/Swift")
        try await server.doveadm("mailbox", "create", "-u", user, "News/Lua")
        try await server.doveadm("mailbox", "create", "-u", user, "Other")
        for folder in ["News/Swift", "News/Lua", "Other"] {
            for number in 1...3 { try server.place(Letter("\(folder) \(number)").text, of: user, in: folder) }
        }
        try await server.doveadm("flags", "add", "-u", user, "\\Seen", "mailbox", "News/*", "header", "subject", "1")
        let setup = try PostmoonSetup(
            accounts: [server.account(user)],
            rules: """
                rule "read newsletters" {
                  on = "schedule", every = "1d", folder = "News/*",
                  when = flag "seen",
                  run = { move "Read" },
                }
                """)
        try await begin(setup)
        try await set("read newsletters", dueIn: 1, setup)
        let daemon = try await setup.watch()
        let ran = try await daemon.entry("a scheduled rule has run")
        #expect(ran["plans"] == "2")
        #expect(
            try await server.subjects(of: user, in: "Read", become: ["News/Swift 1", "News/Lua 1"]) == [
                "News/Swift 1", "News/Lua 1",
            ])
        #expect(server.messages(of: user, in: "Other").count == 3)
        let plan = try await setup.plan { $0.text("subject") == "News/Lua 1" }
        #expect(plan.text("status") == "done" && plan.text("event") == "schedule" && plan.text("folder") == "News/Lua")
        #expect(plan.text("trigger")?.hasPrefix("schedule:read newsletters:") == true)
        #expect(daemon.log.filter { $0.message == "a scheduled rule is due" }.count == 1)
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `What was missed comes late, once, and not again after a restart`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        try await server.deliver(Letter("Old"), Letter("Young"), to: user)
        let setup = try PostmoonSetup(
            accounts: [server.account(user)],
            rules: #"rule "tidy" { on = "schedule", at = "07:30", when = subject:is "Old", run = { copy "Copies" } }"#)
        try await begin(setup)
        try await set("tidy", dueIn: -9 * 86_400, setup)
        for _ in 0..<2 {
            // Either it runs at the start, or it is known that it has.
            let once = try await setup.run("run", "--once")
            #expect(once.status == 0, "\(once)")
        }
        #expect(server.messages(of: user, in: "Copies").count == 1)
        #expect(try await server.subjects(of: user, become: ["Old", "Young"]) == ["Old", "Young"])
        let journal = try Journal.open(folder: setup.stateFolder, access: .readOnly)
        defer { journal.close() }
        let account = try #require(AccountName("lab"))
        let run = try #require(try await journal.scheduledRules(account: account).first)
        #expect(run.due > Int64(Date().timeIntervalSince1970) && run.reached == nil)
    }
}
