import TestKit
import Testing

/// Looks over mail that change nothing: other rules beside these, and the person's own filing beside the rules.
@Suite(.inTurn, .timeLimit(.minutes(5)))
struct SweepLookTests {
    @Test
    func `compare shows message by message what would change under other rules`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        try await server.deliver(
            Letter("Same"), Letter("Gone"), Letter("New"), Letter("Moved"), Letter("Order"), Letter("Broken"), to: user)
        let setup = try PostmoonSetup(
            accounts: [server.account(user)],
            rules: """
                rule "same" { when = subject:is "Same", run = { mark "seen" } }
                rule "gone" { when = subject:is "Gone", run = { trash } }
                rule "moved" { when = subject:is "Moved", run = { move "Here" } }
                rule "order" { when = subject:is "Order", run = { mark "seen", mark "flagged" } }
                """,
            files: [
                "other/rules.lua": """
                rule "renamed" { when = subject:is "Same", run = { mark "seen" } }
                rule "new" { when = subject:is "New", run = { mark "flagged" } }
                rule "moved" { when = subject:is "Moved", run = { move "There" } }
                rule "order" { when = subject:is "Order", run = { mark "flagged", mark "seen" } }
                rule "broken" { when = subject:is "Broken", run = function(m) error "no" end }
                """
            ])
        let result = try await setup.run("sweep", "--compare", setup.folder.file("other"), "--json")
        #expect(result.status == 0, "\(result)")
        let reports = Dictionary(
            try result.objects().map { ($0.text("subject") ?? "", $0) }, uniquingKeysWith: { first, _ in first })
        #expect(Set(reports.keys) == ["Gone", "New", "Moved", "Broken"])
        #expect(reports["Gone"]?.text("change") == "only_here")
        #expect(reports["New"]?.text("change") == "only_there")
        #expect(reports["Moved"]?.text("change") == "different")
        #expect(reports["Moved"]?.object("here")?.objects("actions").map { $0.text("folder") } == ["Here"])
        #expect(reports["Moved"]?.object("there")?.objects("actions").map { $0.text("folder") } == ["There"])
        #expect(reports["Moved"]?.object("there")?.texts("rules") == ["moved"])
        #expect(reports["Broken"]?.text("change") == "different")
        #expect(reports["Broken"]?.object("there")?.text("error")?.contains("rules.lua:5: rule broken: no") == true)
        #expect(result.error.contains("6 messages: 2 the same, 2 different, 1 only under the rules in force, 1 only"))
        let text = try await setup.run("sweep", "--compare", setup.folder.file("other"))
        #expect(text.output.contains("- move → Here  (moved)"))
        #expect(text.output.contains("+ move → There  (moved)"))
        // Nothing was done, and nothing kept.
        #expect(server.messages(of: user).allSatisfy { $0.flags.isEmpty })
        #expect(try await setup.run("log", "--json").objects().isEmpty)
        #expect(try await setup.run("sweep", "--compare", setup.folder.file("nowhere")).status == 2)
    }

    @Test
    func `agree tells for each rule how the person filed what it would have filed`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        for folder in ["Bills", "Lists", "Other"] { try await server.doveadm("mailbox", "create", "-u", user, folder) }
        for (subject, folder) in [
            ("Bill 1", "Bills"), ("Bill 2", "Bills"), ("Bill 3", "INBOX"), ("Bill 4", "Lists"), ("List 1", "Lists"),
            ("Note", "Bills"), ("Hello", "INBOX"), ("Bill 5", "Other"),
        ] { try server.place(Letter(subject).text, of: user, in: folder, received: 1_700_000_000, flags: "S") }
        let setup = try PostmoonSetup(
            accounts: [server.account(user)],
            rules: """
                rule "bills" { when = subject:starts "Bill" & newer "1d" & ~flag "seen", run = { move "Bills" } }
                rule "lists" { when = subject:starts "List", run = function(m) m:move "Lists" end }
                rule "flag" { when = subject:starts "Hello", run = { mark "flagged" } }
                rule "none" { when = subject:starts "Nothing", run = { archive } }
                """)
        let result = try await setup.run("sweep", "--agree", "--json")
        #expect(result.status == 0, "\(result)")
        let rules = try result.objects()
        #expect(rules.map { $0.text("rule") } == ["bills", "lists", "none"])
        #expect(rules.map { $0.number("hits") } == [4, 1, 0])
        #expect(rules.map { $0.number("agree") } == [2, 1, 0])
        #expect(rules.map { $0.number("disagree") } == [2, 0, 0])
        let examples = rules[0].objects("examples")
        #expect(Set(examples.compactMap { $0.text("subject") }) == ["Bill 3", "Bill 4"])
        #expect(Set(examples.compactMap { $0.text("folder") }) == ["INBOX", "Lists"])
        #expect(examples.allSatisfy { $0.text("would") == "Bills" })
        #expect(result.error.contains("7 messages: rules would have filed 5, 3 of them where they are; 1 were filed"))
        let wider = try await setup.run("sweep", "--agree", "--folder", "Other", "--json")
        #expect(try wider.objects().first?.number("hits") == 1)
        let text = try await setup.run("sweep", "--agree").output
        #expect(text.contains("bills: 4 messages, 50 % where you put them"))
        #expect(text.contains("it would be in Bills"))
        #expect(try await setup.run("log", "--json").objects().isEmpty)
    }
}
