import Foundation
import TestKit
import Testing

/// New rules beside the old ones: noticed by themselves, numbered for good, and never at the price of the last good ones.
@Suite(.inTurn, .timeLimit(.minutes(5)))
struct ReloadTests {
    static func rules(into folder: String) -> String {
        "rule \"all\" { when = subject:starts \"File\", run = { move \"\(folder)\" } }"
    }

    @Test
    func `Saving a rule file is enough, and a mistake in it costs nothing`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let setup = try PostmoonSetup(accounts: [server.account(user)], rules: Self.rules(into: "First"))
        let daemon = try await setup.watch()
        try await server.deliver(Letter("File 1"), to: user)
        #expect(try await server.letter("File 1", of: user, in: "First") != nil)
        #expect(try await setup.plan { $0.text("subject") == "File 1" }.number("generation") == 1)

        try setup.replaceRules(Self.rules(into: "Second"))
        let loaded = try await daemon.entry("rules loaded")
        #expect(loaded["generation"] == "2")
        try await server.deliver(Letter("File 2"), to: user)
        #expect(try await server.letter("File 2", of: user, in: "Second") != nil)
        #expect(try await setup.plan { $0.text("subject") == "File 2" }.number("generation") == 2)

        try setup.replaceRules("rule \"all\" {\n  run = { nonsense \"Third\" },\n}\n")
        let refused = try await daemon.entry { $0["level"] == "error" && $0["error"]?.contains("rules.lua:2") == true }
        #expect(refused["generation"] == "2")
        try await server.deliver(Letter("File 3"), to: user)
        #expect(try await server.letter("File 3", of: user, in: "Second") != nil)
        let rules = try #require(try await setup.run("status", "--json").object().object("rules"))
        #expect(rules.number("generation") == 2)
        #expect(rules.text("since")?.hasSuffix("Z") == true)
        #expect(rules.text("error")?.contains("rules.lua:2") == true)
        #expect(rules.text("error_since")?.hasSuffix("Z") == true)
        let told = try await setup.run("status").output
        #expect(told.contains("generation 2 since"))
        #expect(told.contains("do not load, since"))

        // Back to what is in force: no new generation, and the complaint is gone.
        try setup.replaceRules(Self.rules(into: "Second"))
        try await daemon.entry("the rules are as before")
        let healed = try #require(try await setup.run("status", "--json").object().object("rules"))
        #expect(healed.number("generation") == 2)
        #expect(healed.text("error") == nil)
        #expect(healed.text("error_since") == nil)
        #expect(try await setup.run("log").output.contains("generation 2"))
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `A list that rules read is part of them`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let setup = try PostmoonSetup(
            accounts: [server.account(user)],
            rules: """
                local vip = list.file "vip.txt"
                rule "vip" { when = from:one_of(vip), run = { move "VIP" } }
                """, files: ["rules/vip.txt": "boss@example.net\n"])
        let daemon = try await setup.watch()
        try await server.deliver(Letter("Hello", from: "aunt@example.net"), to: user)
        try setup.folder.write("rules/vip.txt", "boss@example.net\naunt@example.net\n")
        try await daemon.entry("rules loaded")
        try await server.deliver(Letter("Hello again", from: "aunt@example.net"), to: user)
        #expect(try await server.letter("Hello again", of: user, in: "VIP") != nil)
        #expect(try await server.subjects(of: user, become: ["Hello"]) == ["Hello"])
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `Generations go on where they were after a restart`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let setup = try PostmoonSetup(accounts: [server.account(user)], rules: Self.rules(into: "First"))
        var daemon = try await setup.watch()
        let first = try #require(try await setup.run("status", "--json").object().object("rules"))
        #expect(first.number("generation") == 1)
        #expect(try await daemon.stop() == 0)
        daemon = try await setup.watch()
        let again = try #require(try await setup.run("status", "--json").object().object("rules"))
        #expect(again.number("generation") == 1)
        #expect(again.text("since") == first.text("since"))
        #expect(try await daemon.stop() == 0)

        try setup.replaceRules(Self.rules(into: "Second"))
        daemon = try await setup.watch()
        #expect(try await setup.run("status", "--json").object().object("rules")?.number("generation") == 2)
        #expect(try await daemon.stop() == 0)
        #expect(try await setup.run("status", "--json").object().object("rules")?.number("generation") == 2)
    }
}
