import TestKit
import Testing

/// The same expectations of every submission server.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct SubmissionTests {
    private struct Sender {
        let setup: PostmoonSetup
        let dovecot: DovecotServer
        let log: @Sendable () -> String

        /// A user of a Dovecot of its own whose mail is forwarded through the server.
        /// - Parameter security: `nil`: the first of the server's ways.
        init(_ kind: SubmissionKind, to recipient: String, _ security: AccountText.Security? = nil) async throws {
            let (server, dovecot) = try await kind.started()
            var account = dovecot.account("jane")
            account.smtp = server.port(security ?? kind.ways[0])
            self.dovecot = dovecot
            log = { server.log }
            setup = try PostmoonSetup(
                accounts: [account],
                rules: """
                    rule "pager" {
                      when = subject:contains "\(recipient)",
                      run  = { forward { to = "\(recipient)", as = "attachment" }, move "Alerts" },
                    }
                    """)
            #expect(try await setup.run("run", "--once").status == 0)
        }

        func deliver(_ subject: String, body: String = "Hello.\r\n") async throws {
            try await dovecot.lmtp().deliver(Bench.letter(subject, body: body), to: "jane")
        }
    }

    @Test(arguments: SubmissionWay.all)
    func `A forward arrives once, with the message as it was`(_ way: SubmissionWay) async throws {
        let recipient = "\(way.kind.word).\(way.security)@example.com"
        let sender = try await Sender(way.kind, to: recipient, way.security)
        let body = "Lines:\r\n.\r\n..two\r\n.one\r\n" + String(repeating: "0123456789", count: 90) + "\r\n"
        try await sender.deliver("for \(recipient)", body: body)
        let once = try await sender.setup.run("run", "--once")
        #expect(once.status == 0, "\(once)")
        let arrived = try await sender.dovecot.messages(of: recipient, atLeast: 1)
        #expect(arrived.count == 1, "\(sender.log().suffix(2_000))")
        #expect(arrived.first?.text.replacing("\r\n", with: "\n").contains(body.replacing("\r\n", with: "\n")) == true)
        let plan = try await sender.setup.plan { $0.text("status") == "done" }
        let forward = try #require(plan.objects("actions").first)
        #expect(forward.objects("attempts").map { $0.text("result") } == ["accepted"])
    }

    @Test(arguments: SubmissionKind.allCases)
    func `A refused recipient is told, and the message is kept`(_ kind: SubmissionKind) async throws {
        let sender = try await Sender(kind, to: "\(kind.word)@refusing.example")
        try await sender.deliver("for \(kind.word)@refusing.example")
        _ = try await sender.setup.run("run", "--once")
        let plan = try await sender.setup.plan { $0.text("status") == "failed" }
        #expect(plan.text("error")?.contains("550") == true, "\(plan)")
    }

    @Test(arguments: SubmissionKind.allCases)
    func `Three megabytes arrive whole`(_ kind: SubmissionKind) async throws {
        let recipient = "\(kind.word).large@example.com"
        let sender = try await Sender(kind, to: recipient)
        let line = String(repeating: "0123456789abcdef", count: 4) + "\r\n"
        try await sender.deliver("for \(recipient)", body: String(repeating: line, count: 48_000) + "the end\r\n")
        let once = try await sender.setup.run("run", "--once")
        #expect(once.status == 0, "\(once)")
        let arrived = try await sender.dovecot.messages(of: recipient, atLeast: 1)
        #expect(arrived.count == 1, "\(sender.log().suffix(2_000))")
        #expect(arrived.first?.text.contains("the end") == true)
        #expect(arrived.first?.text.components(separatedBy: "0123456789abcdef").count == 4 * 48_000 + 1)
    }
}
