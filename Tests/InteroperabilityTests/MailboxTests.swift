import TestKit
import Testing

/// The same expectations of every IMAP server; where servers differ, `docs/servers.md` says how.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct MailboxTests {
    static let rules = """
        rule "receipts" {
          when = subject:contains "receipt",
          run  = { mark "seen", keyword "Paid", move "Money/Receipts" },
        }
        rule "copies" { when = subject:contains "keep", run = { mark "flagged", copy "Backup" } }
        rule "odd" { when = subject:contains "umlaut", run = { move "Grüße/日本" } }
        rule "ampersand" { when = subject:contains "ampersand", run = { move "A & B" } }
        rule "quoted" { when = subject:contains "quotes", run = { move 'The "old" ones' } }
        rule "starred" { on = "flags", when = flag "flagged" & subject:contains "star", run = { keyword "Starred" } }
        """

    @Test(arguments: ServerKind.allCases)
    func `It signs in, and a wrong password is told for one`(_ kind: ServerKind) async throws {
        let bench = try await Bench(kind, rules: Self.rules)
        let folders = try await bench.setup.run("folders", "lab", "--json")
        #expect(folders.status == 0, "\(folders)")
        #expect(try folders.objects().contains { $0.text("folder") == "INBOX" })
        try bench.setup.folder.write("lab.secret", "wrong\n")
        let refused = try await bench.setup.run("run", "--once")
        #expect(refused.status == 75 && refused.error.contains("auth_failed"), "\(refused)")
    }

    @Test(arguments: ServerKind.allCases)
    func `Mail is flagged, given keywords, copied and moved as it comes`(_ kind: ServerKind) async throws {
        let bench = try await Bench(kind, rules: Self.rules)
        let daemon = try await bench.setup.watch()
        try await bench.deliver("A receipt", "Please keep", "Lunch?")
        let filed = try await bench.client.messages(in: "Money/Receipts") { $0.count == 1 }
        #expect(filed.map(\.subject) == ["A receipt"])
        #expect(filed.first?.flags == ["\\seen", "paid"])
        let inbox = try await bench.client.messages { messages in
            messages.count == 2 && messages.contains { $0.flags == ["\\flagged"] }
        }
        #expect(inbox.map(\.subject).sorted() == ["Lunch?", "Please keep"])
        #expect(inbox.first { $0.subject == "Please keep" }?.flags == ["\\flagged"])
        #expect(try await bench.client.subjects(in: "Backup", become: ["Please keep"]) == ["Please keep"])
        for subject in ["A receipt", "Please keep"] {
            let actions = try await bench.done(subject).objects("actions")
            #expect(actions.allSatisfy { $0.text("state") == "done" })
        }
        #expect(try await daemon.stop() == 0)
    }

    @Test(arguments: ServerKind.allCases)
    func `Folders may be named in any script, with ampersands and quotes`(_ kind: ServerKind) async throws {
        let bench = try await Bench(kind, rules: Self.rules)
        let daemon = try await bench.setup.watch()
        try await bench.deliver("umlauts", "ampersands", "quotes")
        var expected = ["Grüße/日本": "umlauts", "A & B": "ampersands"]
        if kind == .cyrus {
            // It has no quotes in names: the message stays, and the reason is said.
            let plan = try await bench.setup.plan { $0.text("subject") == "quotes" && $0.text("status") == "failed" }
            #expect(plan.text("error")?.contains("The \"old\" ones") == true, "\(plan)")
            #expect(try await bench.client.subjects(become: ["quotes"]) == ["quotes"])
        } else {
            expected["The \"old\" ones"] = "quotes"
        }
        for (folder, subject) in expected {
            #expect(try await bench.client.subjects(in: folder, become: [subject]) == [subject], "\(folder)")
        }
        let folders = try await bench.setup.run("folders", "lab", "--json").objects().compactMap { $0.text("folder") }
        #expect(Set(folders).isSuperset(of: expected.keys), "\(folders)")
        #expect(try await daemon.stop() == 0)
    }

    @Test(arguments: ServerKind.allCases)
    func `A hundred messages at once are each filed once`(_ kind: ServerKind) async throws {
        let bench = try await Bench(kind, rules: #"rule "all" { when = subject:starts "n", run = { move "All" } }"#)
        try await bench.setup.run("run", "--once")
        for number in 1...100 { try await bench.deliver("n\(number)") }
        let once = try await bench.setup.run("run", "--once")
        #expect(once.status == 0, "\(once)")
        #expect(Set(try await bench.client.messages(in: "All").map(\.subject)) == Set((1...100).map { "n\($0)" }))
        #expect(try await bench.client.messages(in: "All").count == 100)
        #expect(try await bench.client.messages().isEmpty)
    }

    @Test(arguments: ServerKind.allCases)
    func `A flag that another client sets is an event`(_ kind: ServerKind) async throws {
        let bench = try await Bench(kind, rules: Self.rules, extra: "idle = \"5s\"\npoll = \"1s\"")
        try await bench.deliver("a star")
        let daemon = try await bench.setup.watch()
        try await bench.client.change("+FLAGS (\\Flagged)", of: "a star", in: "INBOX")
        let seen = try await bench.client.messages { $0.first?.flags.contains("starred") == true }
        #expect(seen.first?.flags == ["\\flagged", "starred"])
        #expect(try await daemon.stop() == 0)
    }

    @Test(arguments: ServerKind.allCases)
    func `What was done is taken back`(_ kind: ServerKind) async throws {
        let bench = try await Bench(kind, rules: Self.rules)
        try await bench.setup.run("run", "--once")
        try await bench.deliver("A receipt", "Please keep")
        #expect(try await bench.setup.run("run", "--once").status == 0)
        #expect(try await bench.client.subjects(in: "Money/Receipts", become: ["A receipt"]) == ["A receipt"])
        let undone = try await bench.setup.run("undo", "--last", "2")
        #expect(undone.status == 0, "\(undone)")
        #expect(try await bench.client.messages(in: "Money/Receipts").isEmpty)
        #expect(try await bench.client.messages(in: "Backup").isEmpty)
        let inbox = try await bench.client.messages()
        #expect(inbox.map(\.subject).sorted() == ["A receipt", "Please keep"])
        #expect(inbox.allSatisfy { $0.flags.isEmpty }, "\(inbox)")
        let again = try await bench.setup.run("run", "--once")
        #expect(again.status == 0, "\(again)")
        #expect(try await bench.client.messages().count == 2, "no rule takes again what was taken back")
    }

    @Test(arguments: ServerKind.allCases)
    func `What a person brings back stays`(_ kind: ServerKind) async throws {
        let bench = try await Bench(kind, rules: Self.rules)
        let daemon = try await bench.setup.watch()
        try await bench.deliver("A receipt")
        #expect(try await bench.client.subjects(in: "Money/Receipts", become: ["A receipt"]) == ["A receipt"])
        try await bench.done("A receipt")
        try await bench.client.move("A receipt", from: "Money/Receipts", to: "INBOX")
        try await bench.deliver("umlauts")
        #expect(try await bench.client.subjects(in: "Grüße/日本", become: ["umlauts"]) == ["umlauts"])
        #expect(try await bench.client.subjects(become: ["A receipt"]) == ["A receipt"])
        #expect(try await daemon.stop() == 0)
    }

    @Test(arguments: ServerKind.allCases)
    func `New UIDs for old messages make none of them new`(_ kind: ServerKind) async throws {
        let bench = try await Bench(
            kind, rules: #"rule "all" { when = subject:starts "n", run = { move "All" } }"#,
            extra: "watch = [\"Incoming\"]")
        try await bench.client.create("Incoming")
        try await bench.deliver("old", "n0", to: "Incoming")
        #expect(try await bench.setup.run("run", "--once").status == 0)
        try await bench.deliver("n1", to: "Incoming")
        #expect(try await bench.setup.run("run", "--once").status == 0)
        #expect(try await bench.client.subjects(in: "All", become: ["n1"]) == ["n1"])
        // Made anew, a folder has another UIDVALIDITY (RFC 3501 §2.3.1.1).
        try await bench.client.delete("Incoming")
        try await bench.client.create("Incoming")
        try await bench.deliver("n2", to: "Incoming")
        let once = try await bench.setup.run("run", "--once")
        #expect(once.status == 0, "\(once)")
        #expect(try await bench.client.subjects(in: "All", become: ["n1", "n2"]) == ["n1", "n2"])
    }
}
