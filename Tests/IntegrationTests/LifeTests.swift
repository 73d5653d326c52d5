import Foundation
import TestKit
import Testing

/// The daemon as a service: readiness, signals, one at a time, once, and dry.
@Suite(.inTurn, .timeLimit(.minutes(5)))
struct LifeTests {
    @Test
    func `It tells the service manager when it is ready and when it ends`() async throws {
        let server = try await SharedServers.dovecot()
        let inboxFolder = try TemporaryFolder("pmnot")
        let inbox = try DatagramInbox(path: inboxFolder.file("notify"))
        let setup = try PostmoonSetup(accounts: [server.account(newUser())], rules: WatchTests.rules)
        let daemon = try await setup.watch(environment: ["NOTIFY_SOCKET": inbox.path, "WATCHDOG_USEC": "400000"])
        #expect(try await inbox.next() == "READY=1")
        // The watchdog is fed again and again.
        #expect(try await inbox.next() == "WATCHDOG=1")
        #expect(try await inbox.next() == "WATCHDOG=1")
        daemon.signal(SIGTERM)
        var last = ""
        while last != "STOPPING=1", let next = try await inbox.next(within: 10) { last = next }
        #expect(last == "STOPPING=1")
        #expect(try await daemon.end() == 0)
    }

    @Test
    func `It is ready when an account fails, too`() async throws {
        let server = try await SharedServers.dovecot()
        var account = server.account(newUser())
        account.password = "wrong"
        let inboxFolder = try TemporaryFolder("pmnot")
        let inbox = try DatagramInbox(path: inboxFolder.file("notify"))
        let setup = try PostmoonSetup(accounts: [account], rules: WatchTests.rules)
        let daemon = try setup.start("run", environment: ["NOTIFY_SOCKET": inbox.path])
        #expect(try await inbox.next() == "READY=1")
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `Its log shows the time by a clock of 24 hours`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let setup = try PostmoonSetup(accounts: [server.account(user)], rules: WatchTests.rules)
        try await setup.run("run", "--once")
        try await server.lmtp().deliver(Letter("File this").text, to: user)
        // In a zone where it is between two and three in the afternoon, or just past it when the run ends.
        let east = 14 - Int(Date().timeIntervalSince1970) / 3_600 % 24
        let zone = "Etc/GMT\(east > 0 ? "-" : "+")\(abs(east))"
        let result = try await setup.run("run", "--once", environment: ["TZ": zone])
        #expect(result.status == 0)
        let line = try #require(result.error.split(separator: "\n").first { $0.contains("decided") }, "\(result)")
        #expect(line.hasPrefix("14:") || line.hasPrefix("15:"), "\(line)")
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func `A signal ends it cleanly, with everything done or remembered`(_ signal: CInt) async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let setup = try PostmoonSetup(accounts: [server.account(user)], rules: WatchTests.rules)
        var daemon = try await setup.watch()
        let client = try await server.lmtp()
        for number in 1...20 { try await client.deliver(Letter("File \(number)").text, to: user) }
        daemon.signal(signal)
        #expect(try await daemon.end() == 0)
        #expect(daemon.log.last?.message == "stopped")
        daemon = try await setup.watch()
        let expected = Set((1...20).map { "File \($0)" })
        #expect(try await server.subjects(of: user, in: "Filed", become: expected) == expected)
        #expect(server.messages(of: user, in: "Filed").count == 20)
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `SIGHUP takes new rules, and keeps the old ones when the new do not load`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let setup = try PostmoonSetup(
            accounts: [server.account(user)],
            rules: #"rule "all" { when = subject:starts "File", run = { move "First" } }"#)
        let daemon = try await setup.watch()
        try await server.deliver(Letter("File 1"), to: user)
        #expect(try await server.letter("File 1", of: user, in: "First") != nil)

        try setup.replaceRules(#"rule "all" { when = subject:starts "File", run = { move "Second" } }"#)
        daemon.signal(SIGHUP)
        try await daemon.entry("rules loaded")
        try await server.deliver(Letter("File 2"), to: user)
        #expect(try await server.letter("File 2", of: user, in: "Second") != nil)

        try setup.replaceRules("rule \"all\" {\n  run = { nonsense \"Third\" },\n}\n")
        daemon.signal(SIGHUP)
        try await daemon.entry { $0["level"] == "error" && $0["error"]?.contains("rules.lua:2") == true }
        try await server.deliver(Letter("File 3"), to: user)
        #expect(try await server.letter("File 3", of: user, in: "Second") != nil)
        let status = try await setup.run("status", "--json")
        #expect(status.status == 1)
        let rules = try #require(try status.object().object("rules"))
        #expect(rules.text("error")?.contains("rules.lua:2") == true)
        #expect(rules.number("count") == 1)
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `A second run on the same state folder is refused and disturbs nothing`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let setup = try PostmoonSetup(accounts: [server.account(user)], rules: WatchTests.rules)
        let daemon = try await setup.watch()
        for arguments in [["run"], ["run", "--once"]] {
            let second = try await setup.start(arguments[0], arguments.count > 1 ? "--once" : "--json").end()
            #expect(second == 75)
        }
        let second = try await setup.run("run")
        #expect(second.error.contains("process \(daemon.processIdentifier)"), "\(second)")
        #expect(try await setup.run("status").status == 0)
        try await server.deliver(Letter("File me"), to: user)
        #expect(try await server.letter("File me", of: user, in: "Filed") != nil)
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `A command whose daemon is killed says so, and that it is worth another try`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let setup = try PostmoonSetup(accounts: [server.account(user)], rules: WatchTests.rules)
        let daemon = try await setup.watch()
        try await server.deliver(Letter("File me"), to: user)
        let plan = try await setup.plan { $0.text("status") == "done" }
        // Its socket takes connections, and nobody answers.
        daemon.signal(SIGSTOP)
        let command = try setup.start("undo", "\(plan.number("plan") ?? 0)")
        let socket = "\(setup.stateFolder)/control.sock"
        let end = ContinuousClock.now + .seconds(20)
        while Self.ends(of: socket) < 2, ContinuousClock.now < end { await Task.yield() }
        #expect(Self.ends(of: socket) == 2, "it has connected")
        try await daemon.kill()
        #expect(try await command.end() == 75)
        #expect(command.log.last?.line.contains("the daemon ended before it had answered") == true, "\(command.log)")
        // Without a daemon it does the same by itself.
        #expect(try await setup.run("undo", "\(plan.number("plan") ?? 0)").status == 0)
        #expect(try await server.subjects(of: user, become: ["File me"]) == ["File me"])
    }

    /// How many sockets of the system bear this path: the one that listens, and one for each connection.
    private static func ends(of socket: String) -> Int {
        guard let table = fopen("/proc/net/unix", "r") else { return 0 }
        defer { fclose(table) }
        var line = [CChar](repeating: 0, count: 512)
        var count = 0
        while fgets(&line, 512, table) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            if text.hasSuffix(socket + "\n") { count += 1 }
        }
        return count
    }

    @Test
    func `Once does what is new since last time, and ends`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let recipient = "\(newUser("oncall"))@example.com"
        let hook = try HookListener()
        let setup = try PostmoonSetup(
            accounts: [try await ForwardTests.account(user)],
            channels: "[notify.phone]\ntype = \"webhook\"\nurl = \"\(hook.url)\"",
            rules: """
                rule "all" {
                  when = subject:starts "File",
                  run = {
                    forward { to = "\(recipient)" },
                    notify { channel = "phone", title = "t", body = "b" },
                    move "Filed",
                  },
                }
                """)
        try await server.deliver(Letter("File old"), to: user)
        #expect(try await setup.run("run", "--once").status == 0)
        #expect(try await server.subjects(of: user, become: ["File old"]) == ["File old"])
        try await server.deliver(Letter("File new"), to: user)
        #expect(try await setup.run("run", "--once").status == 0)
        #expect(try await server.subjects(of: user, become: ["File old"]) == ["File old"])
        #expect(try await server.subjects(of: user, in: "Filed", become: ["File new"]) == ["File new"])
        #expect(hook.requests.count == 1)
        #expect(try await server.messages(of: recipient, atLeast: 1).count == 1)
        #expect(try await setup.run("run", "--once").status == 0)
        #expect(server.messages(of: user, in: "Filed").count == 1)
        #expect(hook.requests.count == 1)
    }

    @Test
    func `Once says try again later when the server is away`() async throws {
        let server = try await SharedServers.dovecot()
        var account = server.account(newUser())
        account.imap.port = try FreePorts.take(1)[0]
        let setup = try PostmoonSetup(accounts: [account], rules: WatchTests.rules)
        let result = try await setup.run("run", "--once")
        #expect(result.status == 75)
        #expect(result.error.contains("connection_refused"))
    }

    @Test
    func `A dry run only proposes, and release carries out what it proposed`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let setup = try PostmoonSetup(accounts: [server.account(user)], rules: WatchTests.rules)
        var daemon = try await setup.watch("--dry-run")
        try await server.deliver(Letter("File 1"), Letter("File 2"), to: user)
        let first = try await setup.plan { $0.text("subject") == "File 1" }
        let second = try await setup.plan { $0.text("subject") == "File 2" }
        #expect(first.text("status") == "proposed")
        #expect(first.objects("actions").map { $0.text("folder") } == ["Filed"])
        #expect(try await server.subjects(of: user, become: ["File 1", "File 2"]) == ["File 1", "File 2"])
        #expect(server.messages(of: user).allSatisfy { $0.flags.isEmpty })
        #expect(!server.mailboxes(of: user).contains("Filed"))

        // By the daemon, and, when there is none, by the command itself.
        let released = try await setup.run("release", "\(first.number("plan") ?? 0)", "--json")
        #expect(released.status == 0)
        #expect(try released.object().text("status") == "done")
        #expect(try await server.subjects(of: user, in: "Filed", become: ["File 1"]) == ["File 1"])
        #expect(try await server.subjects(of: user, become: ["File 2"]) == ["File 2"])
        #expect(try await daemon.stop() == 0)
        #expect(try await setup.run("release", "\(second.number("plan") ?? 0)", "--json").status == 0)
        #expect(
            try await server.subjects(of: user, in: "Filed", become: ["File 1", "File 2"]) == ["File 1", "File 2"])
        #expect(try await setup.run("release", "999").status == 1)

        // What was proposed is not decided again.
        daemon = try await setup.watch()
        try await server.deliver(Letter("File 3"), to: user)
        #expect(try await server.letter("File 3", of: user, in: "Filed") != nil)
        #expect(server.messages(of: user, in: "Filed").count == 3)
        #expect(try await daemon.stop() == 0)
    }
}
