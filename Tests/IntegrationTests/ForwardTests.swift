import Foundation
import TestKit
import Testing

/// Forwards go out through a real submission server, and what it refuses is said.
@Suite(.inTurn, .timeLimit(.minutes(5)))
struct ForwardTests {
    /// An account that can also send, by Postfix.
    static func account(_ user: String, _ security: AccountText.Security = .starttls) async throws -> AccountText {
        let postfix = try await SharedServers.postfix()
        var account = postfix.dovecot.account(user)
        account.smtp = AccountText.Server(
            port: security == .tls ? postfix.submissionsPort : postfix.submissionPort, security: security,
            authority: postfix.certificates.authorityFile)
        return account
    }

    static func rules(to recipient: String) -> String {
        """
        rule "pager" {
          when = subject:contains "DOWN",
          run  = function(m)
            m:forward { to = "\(recipient)", as = "attachment", note = "Please look." }
            m:mark "flagged"
            m:move "Alerts"
          end,
        }
        rule "others" { when = subject:contains "later", run = { move "Later" } }
        """
    }

    @Test(arguments: [AccountText.Security.starttls, .tls])
    func `A forward arrives from the account with the whole message inside`(
        _ security: AccountText.Security
    ) async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let recipient = "\(newUser("oncall"))@example.com"
        let setup = try PostmoonSetup(
            accounts: [try await Self.account(user, security)], rules: Self.rules(to: recipient))
        let daemon = try await setup.watch()
        var letter = Letter("db3 is DOWN", from: "Monitor <monitor@example.net>")
        letter.body = "First line\r\n.\r\n..two dots\r\n.hidden\r\n\r\nFrom here on it is broken.\r\n\tEnd \r\n"
        try await server.deliver(letter, to: user)

        let arrived = try #require(try await server.messages(of: recipient, atLeast: 1, within: .seconds(20)).first)
        #expect(arrived.header("From")?.contains("\(user)@example.org") == true)
        #expect(arrived.header("Return-Path")?.contains("\(user)@example.org") == true)
        #expect(arrived.header("To")?.contains(recipient) == true)
        #expect(arrived.header("Subject")?.contains("db3 is DOWN") == true)
        let id = try #require(arrived.header("Message-ID"))
        #expect(!id.contains(try #require(letter.messageID)))
        #expect(arrived.text.contains("Please look."))

        // What arrived, read as its receiver would: one attached message, byte for byte what was delivered.
        let file = try setup.folder.write("arrived.eml", arrived.content)
        let inspected = try await setup.run("inspect", file, "--json").object()
        #expect(inspected.objects("attachments").map { $0.text("type") } == ["message/rfc822"])
        let content = arrived.text.replacing("\r\n", with: "\n")
        let source = try #require(try await server.letter("db3 is DOWN", of: user, in: "Alerts"))
        #expect(content.contains(source.text.replacing("\r\n", with: "\n")))
        #expect(source.flags.contains("F"))

        let plan = try await setup.plan { $0.text("status") == "done" }
        let forward = try #require(plan.objects("actions").first { $0.text("action") == "forward" })
        #expect(forward.texts("to") == [recipient])
        #expect(forward.text("as") == "attachment")
        #expect(forward.objects("attempts").map { $0.text("result") } == ["accepted"])
        #expect(try await daemon.stop() == 0)
        #expect(server.messages(of: recipient).count == 1)
    }

    @Test
    func `The password is in no log, journal, spool or process list`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let recipient = "\(newUser("oncall"))@example.com"
        var account = try await Self.account(user)
        // Nobody takes the forward, so that it stays in the spool.
        account.smtp?.port = try FreePorts.take(1)[0]
        let setup = try PostmoonSetup(accounts: [account], rules: Self.rules(to: recipient))
        let daemon = try await setup.watch("--log-level", "trace")
        let arguments = try SystemProgram.run("ps", "-ww", "-o", "args=", "-p", "\(daemon.processIdentifier)")
        try await server.deliver(Letter("It is DOWN"), to: user)
        try await daemon.entry("forward put off")
        #expect(try await server.letter("It is DOWN", of: user, in: "Alerts") != nil)
        #expect(try await daemon.stop() == 0)

        let secrets = [SharedServers.password, Data(SharedServers.password.utf8).base64EncodedString()]
        let said = daemon.log.map(\.line).joined() + arguments
        #expect(secrets.allSatisfy { !said.contains($0) })
        let files = FileManager.default.enumerator(atPath: setup.stateFolder)?.compactMap { $0 as? String } ?? []
        #expect(files.contains { $0.hasSuffix(".eml") }, "the forward is spooled: \(files)")
        for file in files {
            let content = FileManager.default.contents(atPath: "\(setup.stateFolder)/\(file)") ?? Data()
            #expect(secrets.allSatisfy { content.range(of: Data($0.utf8)) == nil }, "\(file)")
        }
    }

    @Test
    func `A submission server that is away is tried again, and the forward arrives once`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let recipient = "\(newUser("oncall"))@example.com"
        let proxy = try CuttingProxy(to: try await SharedServers.postfix().submissionPort, isOpen: false)
        var account = try await Self.account(user)
        account.smtp?.port = proxy.port
        let setup = try PostmoonSetup(accounts: [account], rules: Self.rules(to: recipient))
        let daemon = try await setup.watch()
        try await server.deliver(Letter("It is DOWN"), Letter("For later"), to: user)
        #expect(try await daemon.entry("forward put off")["reply"]?.contains("connection_refused") == true)
        // Everything else goes on.
        #expect(try await server.letter("It is DOWN", of: user, in: "Alerts") != nil)
        #expect(try await server.letter("For later", of: user, in: "Later") != nil)
        let status = try await setup.run("status", "--json").object()
        #expect(status.object("outbox")?.number("ready") == 1)

        try proxy.open()
        #expect(try await server.messages(of: recipient, atLeast: 1, within: .seconds(30)).count == 1)
        let plan = try await setup.plan { $0.text("subject") == "It is DOWN" && $0.text("status") == "done" }
        let attempts = plan.objects("actions").flatMap { $0.objects("attempts") }.map { $0.text("result") }
        #expect(attempts == ["deferred", "accepted"])
        #expect(try await daemon.stop() == 0)
    }

    enum Refusal: String, CaseIterable {
        case sender = "smtp_sender_refused"
        case recipient = "smtp_recipient_refused"
        case size = "smtp_too_large"
    }

    @Test(arguments: Refusal.allCases)
    func `What the submission server refuses fails by name, and mail goes on`(_ refusal: Refusal) async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        var account = try await Self.account(user)
        if refusal == .sender { account.address = SharedServers.refusedSender }
        let recipient = refusal == .recipient ? SharedServers.refusedRecipient : "\(newUser("oncall"))@example.com"
        let setup = try PostmoonSetup(accounts: [account], rules: Self.rules(to: recipient))
        let daemon = try await setup.watch()
        var letter = Letter("It is DOWN")
        if refusal == .size {
            letter.body = String(repeating: "A line of some length, again and again.\r\n", count: 30_000)
        }
        try await server.deliver(letter, Letter("For later"), to: user)

        let entry = try await daemon.entry("forward refused")
        #expect(entry["reply"]?.contains(refusal.rawValue) == true, "\(entry)")
        #expect(try await server.letter("For later", of: user, in: "Later") != nil)
        let plan = try await setup.plan { $0.text("subject") == "It is DOWN" && $0.text("status") == "failed" }
        #expect(plan.text("error")?.contains(refusal.rawValue) == true, "\(plan)")
        let forward = try #require(plan.objects("actions").first { $0.text("action") == "forward" })
        #expect(forward.objects("attempts").map { $0.text("result") } == ["refused"])
        #expect(server.messages(of: recipient).isEmpty)
        #expect(try await daemon.stop() == 0)
    }
}
