import TestKit
import Testing

/// Rules over mail that is already there: first the plan, then exactly that plan.
@Suite(.inTurn, .timeLimit(.minutes(5)))
struct SweepTests {
    static let rules = """
        rule "file" { when = subject:starts "File", run = { mark "seen", move "Filed" } }
        rule "body" { when = body:contains "invoice", run = { mark "flagged" } }
        """

    /// A user with some old mail.
    static func user(on server: DovecotServer, filing count: Int = 3) async throws -> String {
        let user = newUser()
        let client = try await server.lmtp()
        for number in 0..<count { try await client.deliver(Letter("File \(number)").text, to: user) }
        var invoice = Letter("Bill")
        invoice.body = "Please find the invoice.\r\n"
        try await client.deliver(invoice.text, to: user)
        try await client.deliver(Letter("Other").text, to: user)
        return user
    }

    @Test(arguments: [false, true])
    func `A sweep shows its plan, changes nothing, and is carried out by its number`(
        _ hasDaemon: Bool
    ) async throws {
        let server = try await SharedServers.dovecot()
        let user = try await Self.user(on: server)
        let setup = try PostmoonSetup(accounts: [server.account(user)], rules: Self.rules)
        let daemon = hasDaemon ? try await setup.watch() : nil
        let planned = try await setup.run("sweep", "--json")
        #expect(planned.status == 0, "\(planned)")
        let plans = try planned.objects()
        #expect(plans.map { $0.text("status") } == ["proposed", "proposed", "proposed", "proposed"])
        #expect(plans.allSatisfy { $0.keys.isSuperset(of: CommandTests.planKeys) })
        #expect(Set(plans.compactMap { $0.text("subject") }) == ["File 0", "File 1", "File 2", "Bill"])
        let number = try #require(plans.first?.text("trigger")?.split(separator: ":").last.map(String.init))
        #expect(planned.error.contains("--apply \(number)"))
        #expect(server.subjects(of: user).count == 5)
        #expect(server.messages(of: user).allSatisfy { $0.flags.isEmpty })

        // The person was faster with one, and new mail came: neither is in the way of the rest.
        try await server.doveadm("move", "-u", user, "Archive", "mailbox", "INBOX", "subject", "File 1")
        try await server.deliver(Letter("File later"), to: user)
        if hasDaemon { #expect(try await server.letter("File later", of: user, in: "Filed") != nil) }
        let applied = try await setup.run("sweep", "--apply", number, "--json")
        #expect(applied.status == 0, "\(applied)")
        let outcomes = Dictionary(
            try applied.objects().map { ($0.text("subject") ?? "", $0.text("status") ?? "") }, uniquingKeysWith: { $1 })
        #expect(outcomes == ["File 0": "done", "File 1": "superseded", "File 2": "done", "Bill": "done"])
        let later: Set<String> = hasDaemon ? ["File later"] : []
        #expect(server.subjects(of: user, in: "Filed") == Set(["File 0", "File 2"]).union(later))
        #expect(server.subjects(of: user) == Set(["Bill", "Other", "File later"]).subtracting(later))
        #expect(try await server.subjects(of: user, in: "Archive", become: ["File 1"]) == ["File 1"])
        #expect(server.messages(of: user).first { $0.header("Subject") == "Bill" }?.flags.contains("F") == true)
        // Once is once.
        #expect(try await setup.run("sweep", "--apply", number).status == 0)
        #expect(server.messages(of: user, in: "Filed").count == 2 + later.count)
        #expect(try await setup.run("sweep", "--apply", "4711").status == 1)
        if let daemon { #expect(try await daemon.stop() == 0) }
    }

    @Test(arguments: [false, true], [false, true])
    func `A sweep can decide and act in one go`(_ hasDaemon: Bool, _ saysYes: Bool) async throws {
        let server = try await SharedServers.dovecot(.withoutMove)
        let user = try await Self.user(on: server)
        let setup = try PostmoonSetup(accounts: [server.account(user)], rules: Self.rules)
        let daemon = hasDaemon ? try await setup.watch() : nil
        let result =
            saysYes
            ? try await setup.run("sweep", "--apply", "--yes", "--json")
            : try await setup.run("sweep", "--apply", "--json")
        #expect(result.status == 0, "\(result)")
        #expect(try result.objects().map { $0.text("status") } == ["done", "done", "done", "done"])
        #expect(
            try await server.subjects(of: user, in: "Filed", become: ["File 0", "File 1", "File 2"]) == [
                "File 0", "File 1", "File 2",
            ])
        #expect(try await server.subjects(of: user, become: ["Bill", "Other"]) == ["Bill", "Other"])
        if let daemon { #expect(try await daemon.stop() == 0) }
    }

    @Test
    func `Past 200 plans a sweep asks, and without a terminal changes nothing`() async throws {
        let server = try await SharedServers.dovecot()
        let user = try await Self.user(on: server, filing: 201)
        let setup = try PostmoonSetup(accounts: [server.account(user)], rules: Self.rules)
        let refused = try await setup.run("sweep", "--apply")
        #expect(refused.status == 2)
        #expect(refused.error.contains("--yes"))
        #expect(server.messages(of: user).count == 203)
        let planned = try await setup.run("sweep", "--json")
        let number = try #require(planned.objects().first?.text("trigger")?.split(separator: ":").last.map(String.init))
        #expect(try await setup.run("sweep", "--apply", number).status == 2)
        #expect(server.messages(of: user).count == 203)
        let applied = try await setup.run("sweep", "--apply", number, "--yes")
        #expect(applied.status == 0)
        #expect(server.messages(of: user, in: "Filed").count == 201)
        // For a person, what went well is a number; programs get every plan.
        #expect(applied.output.contains("202 done, `postmoon log` lists"), "\(applied)")
        #expect(!applied.output.contains("File 17"))
        #expect(try await setup.run("sweep", "--apply", number, "--yes", "--json").objects().count == 202)
    }

    @Test
    func `What bodies and folders cost is not a round trip for each message`() async throws {
        let server = try await SharedServers.dovecot()
        let proxy = try CuttingProxy(to: server.imapPort, readsWire: true)
        var account = server.account(newUser(), .none)
        account.imap.port = proxy.port
        let client = try await server.lmtp()
        for number in 0..<30 {
            var letter = Letter("Letter \(number)")
            letter.body = "This one belongs to box \(number % 5).\r\n"
            try await client.deliver(letter.text, to: account.user)
        }
        let rules = (0..<5).map { #"rule "\#($0)" { when = body:contains "box \#($0)", run = { move "Box \#($0)" } }"# }
        let setup = try PostmoonSetup(accounts: [account], rules: rules.joined(separator: "\n"))
        #expect(try await setup.run("sweep", "--apply", "--yes").status == 0)
        for box in 0..<5 { #expect(server.messages(of: account.user, in: "Box \(box)").count == 6) }
        let said = proxy.pieces.filter(\.place.isClient).map { String(decoding: $0.bytes, as: UTF8.self) }
        #expect(said.count { $0.contains("BODY.PEEK[]") } == 1, "\(said)")
        #expect(said.count { $0.contains(" UID MOVE ") } == 5)
    }

    @Test
    func `A sweep looks where and how far back it is told`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        try await server.doveadm("mailbox", "create", "-u", user, "Old")
        try server.place(Letter("File ancient").text, of: user, in: "Old", received: 1_500_000_000)
        try server.place(Letter("File recent").text, of: user, in: "Old")
        try await server.deliver(Letter("File here"), to: user)
        let setup = try PostmoonSetup(accounts: [server.account(user)], rules: Self.rules)
        func subjects(_ result: CommandResult) throws -> Set<String> {
            Set(try result.objects().compactMap { $0.text("subject") })
        }
        #expect(try subjects(await setup.run("sweep", "--json")) == ["File here"])
        #expect(try subjects(await setup.run("sweep", "--json", "--folder", "Old")) == ["File ancient", "File recent"])
        #expect(
            try subjects(await setup.run("sweep", "--json", "--folder", "Old", "--since", "90d")) == ["File recent"])
        #expect(
            try subjects(await setup.run("sweep", "--json", "--folder", "Old", "--folder", "INBOX"))
                == ["File ancient", "File recent", "File here"])
        #expect(try subjects(await setup.run("sweep", "--json", "--rule", "body")) == [])
        #expect(try await setup.run("sweep", "--account", "elsewhere").status == 2)
    }

    @Test
    func `What changed since the plan was shown is told with its reason`() async throws {
        let server = try await SharedServers.dovecot()
        let user = try await Self.user(on: server)
        let setup = try PostmoonSetup(
            accounts: [server.account(user)],
            rules: """
                rule "file" { when = subject:starts "File", run = { mark "seen", move "Filed" } }
                rule "bill" { when = subject:is "Bill", run = { mark "flagged" } }
                """)
        let plans = try await setup.run("sweep", "--json").objects()
        let number = try #require(plans.first?.text("trigger")?.split(separator: ":").last.map(String.init))
        try await server.doveadm("move", "-u", user, "Archive", "mailbox", "INBOX", "subject", "File 0")
        try await server.doveadm("expunge", "-u", user, "mailbox", "INBOX", "subject", "File 1")
        try await server.doveadm("flags", "add", "-u", user, "\\Answered", "mailbox", "INBOX", "subject", "File 2")
        let applied = try await setup.run("sweep", "--apply", number, "--json")
        #expect(applied.error.contains("3 changed since the plan was shown"))
        let told = Dictionary(
            try applied.objects().map { ($0.text("subject") ?? "", $0) }, uniquingKeysWith: { first, _ in first })
        #expect(told["File 0"]?.texts("changed").first?.hasPrefix("it is no longer in “INBOX”") == true)
        #expect(told["File 1"]?.texts("changed").first?.hasPrefix("it is no longer in “INBOX”") == true)
        #expect(told["File 1"]?.text("status") == "superseded")
        #expect(told["File 1"]?.objects("actions").allSatisfy { $0.text("detail")?.isEmpty == false } == true)
        #expect(told["File 2"]?.texts("changed") == ["somebody set answered"])
        #expect(told["File 2"]?.text("status") == "done")
        #expect(told["Bill"]?.keys.contains("changed") == false)
        // The other flag was carried along.
        #expect(server.messages(of: user, in: "Filed").map(\.flags) == [["S", "R"]])
    }

    @Test
    func `A plan from before the folder was renumbered finds its message, or is superseded`() async throws {
        let server = try await SharedServers.dovecot()
        let user = try await Self.user(on: server)
        let setup = try PostmoonSetup(accounts: [server.account(user)], rules: Self.rules)
        let plans = try await setup.run("sweep", "--json").objects()
        let number = try #require(plans.first?.text("trigger")?.split(separator: ":").last.map(String.init))
        // What has its UID now is another message.
        try await server.doveadm("move", "-u", user, "Archive", "mailbox", "INBOX", "subject", "File 0")
        try await server.renumber(user, uidValidity: 4_711)
        let applied = try await setup.run("sweep", "--apply", number, "--json")
        let outcomes = try applied.objects()
        #expect(outcomes.count == 4)
        #expect(outcomes.allSatisfy { $0.texts("changed") == ["“INBOX” was renumbered by the server"] })
        let states = Dictionary(
            outcomes.map { ($0.text("subject") ?? "", $0.text("status") ?? "") }, uniquingKeysWith: { $1 })
        #expect(states == ["File 0": "superseded", "File 1": "done", "File 2": "done", "Bill": "done"])
        let gone = outcomes.first { $0.text("subject") == "File 0" }
        #expect(gone?.text("error")?.contains("renumbered") == true, "\(gone?.description ?? "")")
        #expect(
            try await server.subjects(of: user, in: "Filed", become: ["File 1", "File 2"]) == ["File 1", "File 2"])
        #expect(try await server.subjects(of: user, become: ["Bill", "Other"]) == ["Bill", "Other"])
        #expect(try await server.subjects(of: user, in: "Archive", become: ["File 0"]) == ["File 0"])
    }

    @Test
    func `A later rule sees the flags that an earlier one leaves, and what was remembered, but nothing of a dry run`()
        async throws
    {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        for number in 1...3 { try await server.deliver(Letter("File \(number)"), to: user) }
        let setup = try PostmoonSetup(
            accounts: [server.account(user)],
            rules: """
                rule "dry" { dry_run = true, run = { mark "answered" } }
                rule "first" { run = { mark "seen" } }
                rule "second" { when = flag "seen" & ~flag "answered", run = { mark "flagged" } }
                rule "third" { when = function(m) return m.flags.flagged and seen_before("x", "1d") end,
                  run = { move "Later" } }
                """)
        let plans = try await setup.run("sweep", "--json").objects().filter {
            $0.text("trigger")?.hasSuffix("dry") == false
        }
        #expect(
            plans.map { $0.texts("rules") } == [
                ["first", "second"], ["first", "second", "third"], ["first", "second", "third"],
            ])
        // A look is only a look: the next one begins again.
        let again = try await setup.run("sweep", "--json").objects().filter {
            $0.text("trigger")?.hasSuffix("dry") == false
        }
        #expect(again.map { $0.texts("rules") } == plans.map { $0.texts("rules") })
        let applied = try await setup.run("sweep", "--apply", "--yes")
        #expect(applied.status == 0, "\(applied)")
        #expect(try await server.subjects(of: user, become: ["File 1"]) == ["File 1"])
        #expect(
            try await server.subjects(of: user, in: "Later", become: ["File 2", "File 3"]) == ["File 2", "File 3"])
    }

    @Test
    func `Unknown rules and impossible folders are wrong usage`() async throws {
        let server = try await SharedServers.dovecot()
        let setup = try PostmoonSetup(accounts: [server.account(newUser())], rules: Self.rules)
        let rule = try await setup.run("sweep", "--rule", "fill")
        #expect(rule.status == 2)
        #expect(rule.error.contains("fill"))
        #expect(try await setup.run("sweep", "--folder", "a//b").status == 2)
        #expect(try await setup.run("sweep", "--agree", "--apply").status == 2)
        #expect(try await setup.run("sweep", "17").status == 2)
    }
}
