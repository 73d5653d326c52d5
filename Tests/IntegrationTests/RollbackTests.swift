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

    @Test
    func `A forward that is refused for good takes back flags and copies`() async throws {
        let user = newUser()
        let setup = try PostmoonSetup(
            accounts: [try await ForwardTests.account(user)],
            rules: """
                rule "half" {
                  when = subject:starts "Half",
                  run = { mark "flagged", copy "Copies", forward { to = "\(SharedServers.refusedRecipient)" } },
                }
                """)
        let server = try await SharedServers.dovecot()
        for isDaemon in [true, false] {
            let subject = "Half \(isDaemon)"
            let daemon = isDaemon ? try await setup.watch() : nil
            try await server.deliver(Letter(subject), to: user)
            if !isDaemon { #expect(try await setup.run("run", "--once").status == 0) }
            let plan = try await setup.plan {
                $0.text("subject") == subject && ["failed", "rolled_back"].contains($0.text("status"))
            }
            #expect(plan.text("status") == "rolled_back", "\(plan)")
            #expect(plan.text("error")?.contains("No such person") == true, "\(plan)")
            #expect(server.messages(of: user).allSatisfy { $0.flags.isEmpty })
            #expect(server.messages(of: user, in: "Copies").isEmpty)
            if let daemon { #expect(try await daemon.stop() == 0) }
        }
        #expect(server.messages(of: user).count == 2)
    }
}
