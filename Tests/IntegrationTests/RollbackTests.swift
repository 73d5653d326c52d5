import TestKit
import Testing

/// A plan that cannot be carried out to its end leaves its message where and as it was.
@Suite(.inTurn, .timeLimit(.minutes(5)))
struct RollbackTests {
    @Test(arguments: [CapabilityProfile.full, .icloud])
    func `A step that fails for good takes back the earlier ones`(_ capabilities: CapabilityProfile) async throws {
        let server = try await SharedServers.dovecot(capabilities)
        let user = newUser()
        let setup = try PostmoonSetup(
            accounts: [server.account(user)],
            rules: """
                rule "half" {
                  when = subject:starts "Half",
                  run = { mark "flagged", keyword "Paid", copy "Copies", move("Nowhere", { create = false }) },
                }
                """)
        let daemon = try await setup.watch()
        try await server.deliver(Letter("Half 1"), to: user)
        let plan = try await setup.plan { ["failed", "rolled_back"].contains($0.text("status")) }
        #expect(plan.text("status") == "rolled_back", "\(plan)")
        #expect(plan.text("error")?.contains("create = false") == true, "\(plan)")
        let message = try #require(server.messages(of: user).first)
        #expect(message.flags.isEmpty, "\(message.flags)")
        #expect(server.messages(of: user, in: "Copies").isEmpty)
        #expect(server.mailboxes(of: user).contains("Nowhere") == false)
        #expect(try await daemon.stop() == 0)
    }
}
