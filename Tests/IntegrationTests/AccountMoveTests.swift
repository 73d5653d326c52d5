import TestKit
import Testing

/// A message that a rule moves to another account, and its way back.
@Suite(.inTurn, .timeLimit(.minutes(5)))
struct AccountMoveTests {
    @Test(arguments: [CapabilityProfile.full, .icloud])
    func `A message goes to another account as it is, and undo brings it back`(
        _ capabilities: CapabilityProfile
    ) async throws {
        let server = try await SharedServers.dovecot(capabilities)
        let other = try await SharedServers.dovecot()
        let (user, colleague) = (newUser(), newUser("joe"))
        var work = other.account(colleague)
        work.name = "work"
        let setup = try PostmoonSetup(
            accounts: [server.account(user), work],
            rules: """
                rule "clients" {
                  account = "lab", when = subject:starts "Client", run = { mark "flagged", move "work:Clients/ACME" },
                }
                """)
        let checked = try await setup.run("check")
        #expect(checked.status == 0, "\(checked)")
        let daemon = try await setup.watch(folders: 2)
        var letter = Letter("Client 1")
        // Several pieces long.
        letter.body = String(repeating: "A line that is long enough to make a message large.\r\n", count: 50_000)
        try await server.deliver(letter, to: user)
        let arrived = try await other.letter("Client 1", of: colleague, in: "Clients/ACME")
        let body = letter.body.replacing("\r\n", with: "\n")
        #expect(arrived?.text.hasSuffix(body) == true)
        let plan = try await setup.plan { $0.text("status") == "done" }
        #expect(server.messages(of: user).isEmpty)
        let there = try #require(other.messages(of: colleague, in: "Clients/ACME").first)
        #expect(there.flags == ["F"])

        let undone = try await setup.run("undo", "\(try #require(plan.number("plan")))", "--json")
        #expect(undone.status == 0, "\(undone)")
        #expect(try await server.subjects(of: user, become: ["Client 1"]) == ["Client 1"])
        #expect(other.messages(of: colleague, in: "Clients/ACME").isEmpty)
        let back = try #require(server.messages(of: user).first)
        #expect(back.content == there.content)
        #expect(back.flags == [])
        #expect(try await daemon.stop() == 0)
        #expect(try await setup.run("status", "--json").object().number("spool") == 0)
    }
}
