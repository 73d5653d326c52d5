import TestKit
import Testing

/// Mail comes by LMTP, rules decide, and it ends where they say: on each path that servers leave open.
@Suite(.inTurn, .timeLimit(.minutes(5)))
struct FilingTests {
    static let rules = """
        rule "receipts" {
          when = from:domain "apple.com" & subject:contains "receipt",
          run  = { mark "seen", keyword "Paid", move "Money/Receipts" },
        }
        rule "copies" { when = subject:contains "keep this", run = { copy "Backup", mark "flagged" } }
        rule "lottery" { when = subject:contains "lottery", run = { trash } }
        rule "umlauts" { when = subject:contains "grüße", run = { move "Grüße/日本" } }
        """

    @Test(arguments: CapabilityProfile.allCases)
    func `What rules want is done, whatever the server can`(_ capabilities: CapabilityProfile) async throws {
        let server = try await SharedServers.dovecot(capabilities)
        let user = newUser()
        var account = server.account(user)
        account.extra = "poll = \"1s\""
        let setup = try PostmoonSetup(accounts: [account], rules: Self.rules)
        let daemon = try await setup.watch()
        #expect(try await daemon.entry("watching")["mode"] == (capabilities == .withoutIdle ? "poll" : "idle"))

        let receipt = Letter("Your receipt", from: "Apple <no_reply@email.apple.com>")
        try await server.deliver(receipt, Letter("Please keep this"), Letter("The lottery"), Letter("Lunch?"), to: user)

        let filed = try #require(try await server.letter("Your receipt", of: user, in: "Money/Receipts"))
        #expect(filed.text.replacing("\r\n", with: "\n").hasSuffix(receipt.text.replacing("\r\n", with: "\n")))
        #expect(filed.flags.contains("S"))
        #expect(filed.flags.contains { $0.isLowercase }, "the keyword is there")
        let copied = try #require(try await server.letter("Please keep this", of: user, in: "Backup"))
        #expect(copied.text.contains("this is all."))
        #expect(try await server.letter("The lottery", of: user, in: "Trash") != nil)

        // Without UIDPLUS nothing can be expunged that is only this message: it stays, marked.
        let count = capabilities == .minimal ? 4 : 2
        let inbox = try await server.messages(of: user, within: .seconds(20)) { messages in
            let there = messages.filter { !$0.flags.contains("T") }
            return Set(there.compactMap { $0.header("Subject") }) == ["Please keep this", "Lunch?"]
                && there.contains { $0.flags.contains("F") } && messages.count == count
        }
        let alive = inbox.filter { !$0.flags.contains("T") }
        #expect(Set(alive.compactMap { $0.header("Subject") }) == ["Please keep this", "Lunch?"])
        #expect(alive.first { $0.header("Subject") == "Please keep this" }?.flags.contains("F") == true)
        #expect(alive.first { $0.header("Subject") == "Lunch?" }?.flags.isEmpty == true)
        #expect(inbox.count == count)
        #expect(server.messages(of: user, in: "Money/Receipts").count == 1)
        #expect(server.messages(of: user, in: "Backup").count == 1)

        let plan = try await setup.plan { $0.text("subject") == "Your receipt" && $0.text("status") == "done" }
        #expect(plan.texts("rules") == ["receipts"])
        #expect(plan.objects("actions").map { $0.text("action") } == ["mark", "keyword", "move"])
        #expect(plan.objects("actions").allSatisfy { $0.text("state") == "done" })
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `Folders are named in any script, and made when they are missing`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let setup = try PostmoonSetup(accounts: [server.account(user)], rules: Self.rules)
        let daemon = try await setup.watch()
        try await server.deliver(Letter("=?utf-8?q?Viele_Gr=C3=BC=C3=9Fe?="), to: user)
        #expect(try await server.letter("=?utf-8?q?Viele_Gr=C3=BC=C3=9Fe?=", of: user, in: "Grüße/日本") != nil)
        #expect(try await daemon.entry("folder created")["folder"] == "Grüße/日本")
    }

    @Test
    func `Names are the same where the server has other separators and a prefix`() async throws {
        var options = DovecotServer.Options()
        options.separator = "."
        options.prefix = "INBOX."
        options.prompt = true
        let server = try await DovecotServer.start(options)
        let user = newUser()
        let setup = try PostmoonSetup(accounts: [server.account(user)], rules: Self.rules)
        let daemon = try await setup.watch()
        try await server.deliver(Letter("Your receipt", from: "a@apple.com"), Letter("The lottery"), to: user)
        #expect(try await server.letter("Your receipt", of: user, in: "Money/Receipts") != nil)
        #expect(try await server.letter("The lottery", of: user, in: "Trash") != nil)
        let folders = try await setup.run("folders", "lab", "--json").objects()
        #expect(Set(folders.compactMap { $0.text("folder") }).isSuperset(of: ["INBOX", "Trash", "Money/Receipts"]))
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `A hundred messages at once are each filed once`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let setup = try PostmoonSetup(
            accounts: [server.account(user)],
            rules: #"rule "all" { when = subject:starts "Number", run = { move "Numbers" } }"#)
        let daemon = try await setup.watch()
        let client = try await server.lmtp()
        for number in 1...100 { try await client.deliver(Letter("Number \(number)").text, to: user) }
        let expected = Set((1...100).map { "Number \($0)" })
        #expect(try await server.subjects(of: user, in: "Numbers", become: expected) == expected)
        #expect(server.messages(of: user, in: "Numbers").count == 100)
        #expect(try await server.subjects(of: user, become: []) == [])
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `Two accounts are served side by side, each by the rules that name it`() async throws {
        let server = try await SharedServers.dovecot()
        var home = server.account(newUser("home"))
        home.name = "home"
        var work = server.account(newUser("work"))
        work.name = "work"
        let setup = try PostmoonSetup(
            accounts: [home, work],
            rules: """
                rule "at work" { account = "work", when = subject:contains "report", run = { move "Reports" } }
                rule "at home" { account = "home", when = subject:contains "report", run = { mark "flagged" } }
                """)
        let daemon = try await setup.watch(folders: 2)
        for user in [home.user, work.user] { try await server.deliver(Letter("The report"), to: user) }
        #expect(try await server.letter("The report", of: work.user, in: "Reports") != nil)
        let flagged = try await server.messages(of: home.user, within: .seconds(20)) { messages in
            messages.first?.flags.contains("F") == true
        }
        #expect(flagged.count == 1 && flagged[0].flags.contains("F"))
        #expect(try await daemon.stop() == 0)
    }
}
