import TestKit
import Testing

/// A rule that goes wild is stopped, and a person lets its plans go.
@Suite(.inTurn, .timeLimit(.minutes(5)))
struct LimitTests {
    @Test
    func `Past its limit a rule's plans are held, told once, and let go by release`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let setup = try PostmoonSetup(
            accounts: [server.account(user)],
            rules: """
                rule "few" { when = subject:starts "File", limit = 3, run = { move "Filed" } }
                rule "many" { when = subject:starts "Mark", limit = 1, run = { mark "flagged" } }
                rule "free" { when = subject:starts "Free", limit = false, run = { move "Free" } }
                """)
        var daemon = try await setup.watch()
        for number in 1...5 {
            try await server.deliver(
                Letter("File \(number)"), Letter("Mark \(number)"), Letter("Free \(number)"), to: user)
        }
        let held = try await setup.plan { $0.text("subject") == "File 5" }
        #expect(held.text("status") == "held")
        #expect(held.text("error")?.contains("rule few: it made 3 plans") == true)
        #expect(try await server.subjects(of: user, in: "Free", become: Set((1...5).map { "Free \($0)" })).count == 5)
        let kept = Set((4...5).map { "File \($0)" } + (1...5).map { "Mark \($0)" })
        #expect(try await server.subjects(of: user, become: kept) == kept)
        #expect(server.subjects(of: user, in: "Filed").count == 3)
        #expect(try await setup.run("status", "--json").object().object("plans")?.number("held") == 2)
        #expect(daemon.log.filter { $0.message.hasPrefix("a rule is past its limit") }.count == 1)

        // It is counted in the journal: a restart is no way around it, and no news.
        try await daemon.kill()
        daemon = try await setup.watch()
        try await server.deliver(Letter("File 6"), to: user)
        let sixth = try await setup.plan { $0.text("subject") == "File 6" }
        #expect(sixth.text("status") == "held")
        #expect(daemon.log.allSatisfy { !$0.message.hasPrefix("a rule is past its limit") })

        let released = try await setup.run("release", "\(held.number("plan") ?? 0)", "--json")
        #expect(try released.object().text("status") == "done")
        #expect(server.subjects(of: user, in: "Filed").contains("File 5"))
        #expect(server.subjects(of: user).isSuperset(of: ["File 4", "File 6"]))
        // What a person asks for is not counted.
        #expect(try await setup.run("sweep", "--apply", "--rule", "few").status == 0)
        #expect(server.messages(of: user, in: "Filed").count == 6)
        #expect(try await daemon.stop() == 0)
    }
}
