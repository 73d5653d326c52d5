import TestKit
import Testing

/// A person stops everything, an account or a rule, and lets it go on.
@Suite(.inTurn, .timeLimit(.minutes(5)))
struct PauseTests {
    /// Two accounts with rules that file and that do something later; what comes about for the second tells that it would
    /// have come about for the first.
    private struct Pair {
        static let rules = """
            rule "file" { when = subject:starts "File", run = { move "Filed" } }
            rule "later" { when = subject:starts "Later", run = { mark("flagged", { after = "3s" }) } }
            rule "later too" { when = subject:starts "Later", run = { mark("answered", { after = "2s" }) } }
            """

        let server: DovecotServer
        let first = newUser("first")
        let second = newUser("second")
        let setup: PostmoonSetup

        init() async throws {
            server = try await SharedServers.dovecot()
            var accounts = [server.account(first), server.account(second)]
            for (index, name) in ["first", "second"].enumerated() { accounts[index].name = name }
            setup = try PostmoonSetup(accounts: accounts, rules: Self.rules)
        }

        /// Returns when mail that comes now is filed for the second account.
        func waitForSecond() async throws {
            let letter = Letter("File \(newUser("s"))")
            try await server.deliver(letter, to: second)
            #expect(try await server.letter(letter.subject, of: second, in: "Filed") != nil)
        }

        func state(of account: String) async throws -> String? {
            try await setup.run("status", "--json").object().objects("accounts")
                .first { $0.text("account") == account }?.text("state")
        }
    }

    @Test
    func `A paused account does nothing, over a restart too, and then everything in order`() async throws {
        let pair = try await Pair()
        let (server, setup) = (pair.server, pair.setup)
        var daemon = try await setup.watch(folders: 2)
        try await server.deliver(Letter("File 0"), to: pair.first)
        #expect(try await server.letter("File 0", of: pair.first, in: "Filed") != nil)

        let paused = try await setup.run("pause", "first", "--json").object()
        #expect(paused.text("scope") == "account" && paused.text("name") == "first")
        #expect(paused.keys == ["scope", "name", "since", "until"])
        try await daemon.entry("paused")
        #expect(try await pair.state(of: "first") == "paused")
        #expect(try await pair.state(of: "second") == "watching")
        try await server.deliver(Letter("File 1"), Letter("Later 2"), Letter("File 3"), to: pair.first)
        try await pair.waitForSecond()
        try await daemon.kill()
        daemon = try await setup.watch(folders: 1)
        try await server.deliver(Letter("File 4"), to: pair.first)
        try await pair.waitForSecond()
        let left: Set = ["File 1", "Later 2", "File 3", "File 4"]
        #expect(try await server.subjects(of: pair.first, become: left) == left)

        // It is well, and says what is paused; what a person asks for is done all the same.
        let status = try await setup.run("status")
        #expect(status.status == 0 && status.output.contains("paused: account first, since"), "\(status)")
        let plan = try await setup.plan { $0.text("subject") == "File 0" }.number("plan") ?? 0
        #expect(try await setup.run("undo", "\(plan)").status == 0)
        #expect(server.subjects(of: pair.first).contains("File 0"))

        #expect(try await setup.run("resume", "first").lines == ["resumed: account first"])
        let filed: Set = ["File 1", "File 3", "File 4"]
        #expect(try await server.subjects(of: pair.first, in: "Filed", become: filed) == filed)
        _ = try await server.messages(of: pair.first, within: .seconds(20)) { messages in
            messages.contains { $0.flags == ["F", "R"] }
        }
        let decided = try await setup.run("log", "--json", "--account", "first").objects()
            .filter { $0.text("trigger") == "new" }.compactMap { $0.text("subject") }
        #expect(decided == ["File 0", "File 1", "Later 2", "File 3", "File 4"])
        #expect(try await server.subjects(of: pair.first, become: ["File 0", "Later 2"]) == ["File 0", "Later 2"])
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `Delayed actions of a paused account and of a paused rule wait`() async throws {
        let pair = try await Pair()
        let (server, setup) = (pair.server, pair.setup)
        let daemon = try await setup.watch(folders: 2)
        let own = Letter("Later 1")
        let others = Letter("Later 2")
        try await server.deliver(own, to: pair.first)
        _ = try await setup.plan { $0.text("subject") == own.subject }
        #expect(try await setup.run("pause", "first").status == 0)
        #expect(try await setup.run("pause", "later").status == 0)
        // Decided before the rule was paused, or without it: its part waits in both cases, the other's does not.
        try await server.deliver(others, to: pair.second)
        let flags = try await server.messages(of: pair.second, within: .seconds(20)) { messages in
            messages.contains { $0.header("Subject") == others.subject && !$0.flags.isEmpty }
        }.map(\.flags)
        #expect(flags == [["R"]])
        #expect(server.messages(of: pair.first).map(\.flags) == [[]])
        #expect(try await setup.run("resume", "first").status == 0)
        _ = try await server.messages(of: pair.first, within: .seconds(20)) { $0.map(\.flags) == [["R"]] }
        #expect(server.messages(of: pair.first).map(\.flags) == [["R"]])
        #expect(try await setup.run("resume").lines == ["resumed: rule later"])
        _ = try await server.messages(of: pair.first, within: .seconds(20)) { $0.map(\.flags) == [["F", "R"]] }
        #expect(server.messages(of: pair.first).map(\.flags) == [["F", "R"]])
        // What came while the rule was paused was decided without it.
        #expect(server.messages(of: pair.second).map(\.flags) == [["R"]])
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `A paused rule is left out, and what it would have done is not made up for`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let setup = try PostmoonSetup(
            accounts: [server.account(user)],
            rules: """
                rule "lab" { when = subject:starts "File", run = { move "Filed" } }
                rule "seen" { run = { mark "seen" } }
                """)
        let daemon = try await setup.watch()
        let unclear = try await setup.run("pause", "lab")
        #expect(unclear.status == 2 && unclear.error.contains("say account:lab or rule:lab"), "\(unclear)")
        #expect(try await setup.run("pause", "nobody").status == 2)
        #expect(try await setup.run("pause", "lab", "soon").status == 2)
        #expect(try await setup.run("pause", "rule:lab").lines == ["paused: rule lab, until it is resumed"])
        try await server.deliver(Letter("File 1"), to: user)
        let plan = try await setup.plan { $0.text("status") == "done" }
        #expect(plan.texts("rules") == ["seen"])
        let evidence = plan.objects("evidence").first { $0.text("rule") == "lab" }
        #expect(evidence?.flag("matched") == false)
        #expect(evidence?.objects("tests").first?.text("test")?.contains("paused") == true, "\(plan)")
        #expect(try await setup.run("why", plan.text("message_id") ?? "").output.contains("was paused"))
        // Asked for by name it shows what it would do.
        let look = try await setup.run("sweep", "--rule", "lab", "--json").objects()
        #expect(look.map { $0.text("subject") } == ["File 1"])
        #expect(try await setup.run("sweep", "--json").objects().allSatisfy { $0.texts("rules") == ["seen"] })

        #expect(try await setup.run("resume", "lab").lines == ["resumed: rule lab"])
        #expect(try await setup.run("resume", "lab").status == 1)
        try await server.deliver(Letter("File 2"), to: user)
        #expect(try await server.letter("File 2", of: user, in: "Filed") != nil)
        #expect(try await server.subjects(of: user, become: ["File 1"]) == ["File 1"])
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `A pause for a time ends by itself`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let setup = try PostmoonSetup(accounts: [server.account(user)], rules: WatchTests.rules)
        let daemon = try await setup.watch()
        let paused = try await setup.run("pause", "1s", "--json").object()
        #expect(paused.text("scope") == "everything" && paused.text("until") != nil)
        try await server.deliver(Letter("File me"), to: user)
        #expect(try await server.letter("File me", of: user, in: "Filed") != nil)
        try await daemon.entry("a pause is over")
        #expect(try await setup.run("status", "--json").object().objects("pauses").isEmpty)
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `Without a daemon a pause is in the journal, whether rules load or not`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let setup = try PostmoonSetup(accounts: [server.account(user)], rules: WatchTests.rules)
        #expect(try await setup.run("run", "--once").status == 0)
        try setup.replaceRules("rule {")
        #expect(try await setup.run("pause").status == 0)
        try setup.replaceRules(WatchTests.rules)
        try await server.deliver(Letter("File me"), to: user)
        #expect(try await setup.run("run", "--once").status == 0)
        #expect(try await server.subjects(of: user, become: ["File me"]) == ["File me"])
        let status = try await setup.run("status", "--json")
        #expect(status.status == 1)
        #expect(try status.object().objects("pauses").map { $0.text("scope") } == ["everything"])
        let other = try await setup.run("resume", "lab")
        #expect(other.status == 1 && other.error.contains("everything is paused"), "\(other)")
        #expect(try await setup.run("resume").lines == ["resumed: everything"])
        #expect(try await setup.run("run", "--once").status == 0)
        #expect(try await server.subjects(of: user, in: "Filed", become: ["File me"]) == ["File me"])
        #expect(try await setup.run("resume").status == 0)
    }
}
