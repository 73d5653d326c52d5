import Dispatch
import TestKit
import Testing

/// `undo` takes back what rules did, by the running daemon or by itself, and says what it cannot.
@Suite(.inTurn, .timeLimit(.minutes(5)))
struct UndoTests {
    static let rules = """
        rule "file" { when = subject:starts "File", run = { mark "seen", keyword "Paid", copy "Copies", move "Filed" } }
        """

    private func flags(_ subject: String, of user: String, on server: DovecotServer) -> Set<Character>? {
        server.messages(of: user).first { $0.header("Subject") == subject }?.flags
    }

    @Test(arguments: [false, true], [CapabilityProfile.full, .withoutMove])
    func `A message comes back with the flags that it had, and no rule takes it again`(
        _ hasDaemon: Bool, _ capabilities: CapabilityProfile
    ) async throws {
        let server = try await SharedServers.dovecot(capabilities)
        let user = newUser()
        let setup = try PostmoonSetup(accounts: [server.account(user)], rules: Self.rules)
        let daemon = try await setup.watch()
        try await server.deliver(Letter("File 1"), to: user)
        #expect(try await server.letter("File 1", of: user, in: "Filed") != nil)
        let plan = try await setup.plan { $0.text("status") == "done" }
        if !hasDaemon { #expect(try await daemon.stop() == 0) }
        let number = try #require(plan.number("plan"))

        let shown = try await setup.run("undo", "\(number)", "--dry-run")
        #expect(shown.status == 0, "\(shown)")
        #expect(shown.output.contains("unmark seen; unmark Paid"), "\(shown)")
        #expect(shown.output.contains("move → INBOX"), "\(shown)")
        #expect(try await server.subjects(of: user, in: "Filed", become: ["File 1"]) == ["File 1"])

        let undone = try await setup.run("undo", "\(number)", "--json")
        #expect(undone.status == 0, "\(undone)")
        #expect(try undone.objects().map { $0.text("status") } == ["done"])
        #expect(try undone.objects().map { $0.text("trigger") } == ["undo:\(number)"])
        #expect(try await server.subjects(of: user, become: ["File 1"]) == ["File 1"])
        #expect(try await server.subjects(of: user, in: "Filed", become: []) == [])
        #expect(try await server.subjects(of: user, in: "Copies", become: []) == [])
        #expect(flags("File 1", of: user, on: server) == [])
        _ = try await setup.plan { $0.number("plan") == number && $0.text("status") == "undone" }

        // Once is once.
        let again = try await setup.run("undo", "\(number)")
        #expect(again.status == 0 && again.output.contains("taken back already"), "\(again)")
        if hasDaemon {
            try await server.deliver(Letter("File 2"), to: user)
            #expect(try await server.letter("File 2", of: user, in: "Filed") != nil)
            #expect(try await daemon.stop() == 0)
        } else {
            #expect(try await setup.run("run", "--once").status == 0)
        }
        #expect(server.subjects(of: user).contains("File 1"), "it stays where it was brought back to")
    }

    @Test
    func `What is just being told is waited for`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let isTold = DispatchSemaphore(value: 0)
        let hook = try WebListener { _ in
            isTold.wait()
            return WebListener.Response()
        }
        let setup = try PostmoonSetup(
            accounts: [server.account(user)],
            channels: "[notify.phone]\ntype = \"webhook\"\nurl = \"\(hook.url("/hook"))\"",
            rules: """
                rule "file" { run = function(m) m:notify { channel = "phone", title = "Mail" } m:move "Filed" end }
                """)
        let daemon = try await setup.watch()
        try await server.deliver(Letter("File 1"), to: user)
        #expect(try await server.letter("File 1", of: user, in: "Filed") != nil)
        let undo = try setup.start("undo", "--last", "1")
        try await daemon.entry("an undo waits for what is just being sent or told")
        isTold.signal()
        // The notice stays told, and that is said; the rest is taken back.
        #expect(try await undo.end() == 0, "\(undo.log)")
        #expect(undo.log.contains { $0.line.contains("“phone” cannot be taken back") }, "\(undo.log)")
        #expect(try await server.subjects(of: user, become: ["File 1"]) == ["File 1"])
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `What a person moved on is left, and the reason is said`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let setup = try PostmoonSetup(accounts: [server.account(user)], rules: Self.rules)
        let daemon = try await setup.watch()
        try await server.deliver(Letter("File 1"), to: user)
        try await server.deliver(Letter("File 2"), to: user)
        #expect(try await server.letter("File 2", of: user, in: "Filed") != nil)
        _ = try await setup.plan { $0.text("subject") == "File 2" && $0.text("status") == "done" }
        try await server.doveadm("move", "-u", user, "Archive", "mailbox", "Filed", "subject", "File 1")
        let result = try await setup.run("undo", "--since", "10m")
        #expect(result.status == 1, "\(result)")
        #expect(result.output.contains("somebody moved it on or removed it"), "\(result)")
        #expect(try await server.subjects(of: user, become: ["File 2"]) == ["File 2"])
        #expect(try await server.subjects(of: user, in: "Archive", become: ["File 1"]) == ["File 1"])
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `A whole sweep is taken back as one, past 200 only when asked twice`() async throws {
        let server = try await SharedServers.dovecot()
        let user = try await SweepTests.user(on: server, filing: 201)
        let setup = try PostmoonSetup(accounts: [server.account(user)], rules: SweepTests.rules)
        let swept = try await setup.run("sweep", "--apply", "--yes", "--json")
        let number = try #require(swept.objects().first?.text("trigger")?.split(separator: ":").last.map(String.init))
        #expect(server.messages(of: user, in: "Filed").count == 201)
        let refused = try await setup.run("undo", "sweep:\(number)")
        #expect(refused.status == 2 && refused.error.contains("--yes"), "\(refused)")
        #expect(server.messages(of: user, in: "Filed").count == 201)
        let undone = try await setup.run("undo", "--last", "1", "--yes")
        #expect(undone.status == 0, "\(undone)")
        #expect(server.messages(of: user, in: "Filed").isEmpty)
        #expect(server.messages(of: user).count == 203)
        #expect(server.messages(of: user).allSatisfy { $0.flags.isEmpty })
    }

    @Test
    func `Wrong numbers and questions are told`() async throws {
        let server = try await SharedServers.dovecot()
        let setup = try PostmoonSetup(accounts: [server.account(newUser())], rules: Self.rules)
        #expect(try await setup.run("run", "--once").status == 0)
        #expect(try await setup.run("undo").status == 2)
        #expect(try await setup.run("undo", "x").status == 2)
        #expect(try await setup.run("undo", "4711").status == 1)
        #expect(try await setup.run("undo", "sweep:4711").status == 1)
        #expect(try await setup.run("undo", "--last", "3").status == 0)
    }

    @Test
    func `What two plans did to a message one after the other is taken back, the newer first`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        // Two, so that neither order of folders nor that of plans does it by chance.
        try await server.deliver(Letter("Up"), Letter("Down"), to: user)
        let setup = try PostmoonSetup(
            accounts: [server.account(user)],
            rules: """
                rule "one" { run = function(m) m:move(m.subject == "Up" and "B" or "Y") end }
                rule "two" { folder = { "B", "Y" }, run = function(m) m:move(m.subject == "Up" and "C" or "X") end }
                """)
        #expect(try await setup.run("sweep", "--apply", "--yes", "--rule", "one").status == 0)
        for folder in ["B", "Y"] {
            let second = try await setup.run("sweep", "--apply", "--yes", "--rule", "two", "--folder", folder)
            #expect(second.status == 0, "\(second)")
        }
        #expect(try await server.subjects(of: user, in: "C", become: ["Up"]) == ["Up"])
        #expect(try await server.subjects(of: user, in: "X", become: ["Down"]) == ["Down"])
        let undone = try await setup.run("undo", "--since", "10m")
        #expect(undone.status == 0, "\(undone)")
        #expect(try await server.subjects(of: user, become: ["Up", "Down"]) == ["Up", "Down"])
    }

    @Test
    func `A plan that only waits to send is taken back, and nothing is sent`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        var account = server.account(user)
        // Nobody takes the mail yet.
        let relay = try CuttingProxy(to: server.imapPort, isOpen: false)
        account.smtp = AccountText.Server(port: relay.port, security: .none)
        let setup = try PostmoonSetup(
            accounts: [account],
            rules: """
                rule "on" { when = subject:starts "File", run = { forward { to = "oncall@example.com" }, move "Filed" } }
                """)
        let daemon = try await setup.watch()
        try await server.deliver(Letter("File 1"), to: user)
        #expect(try await server.letter("File 1", of: user, in: "Filed") != nil)
        try await daemon.entry("forward put off")
        let plan = try await setup.plan { $0.text("status") == "running" }
        let undone = try await setup.run("undo", "\(plan.number("plan") ?? 0)")
        #expect(undone.status == 0, "\(undone)")
        #expect(try await server.subjects(of: user, become: ["File 1"]) == ["File 1"])
        let after = try await setup.plan { $0.text("subject") == "File 1" && $0.text("status") == "undone" }
        #expect(after.objects("actions").first?.text("state") == "superseded")
        #expect(try await setup.run("status", "--json").object().object("outbox")?.number("superseded") == 1)
        #expect(try await daemon.stop() == 0)
    }
}
