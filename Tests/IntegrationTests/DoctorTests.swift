import Foundation
import TestKit
import Testing

/// `doctor` against real servers: what is right, what it tries for real, and that it leaves nothing behind.
@Suite(.inTurn, .timeLimit(.minutes(3)))
struct DoctorTests {
    static let rules = #"rule "all" { when = subject:starts "File", run = { move "Filed" } }"#

    private static func sending(_ server: DovecotServer, _ postfix: PostfixServer) -> AccountText {
        // Postfix hands a message to the user who is called as its recipient.
        var account = server.account("\(newUser())@example.com")
        account.address = account.user
        account.smtp = AccountText.Server(
            port: postfix.submissionPort, security: .starttls, authority: postfix.certificates.authorityFile)
        return account
    }

    @Test func `Everything is tried, for real, and nothing stays behind`() async throws {
        let server = try await SharedServers.dovecot()
        let account = Self.sending(server, try await SharedServers.postfix())
        let setup = try PostmoonSetup(accounts: [account], rules: Self.rules)
        // Folders that the server makes at the first login.
        _ = try await setup.run("folders", "lab")
        let before = server.mailboxes(of: account.user)
        let result = try await setup.run("doctor", "--json", "--write", "--send")
        #expect(result.status == 0, "\(result)")
        let report = try result.object()
        #expect(report.keys == ["account", "ok", "checks"])
        #expect(report.text("account") == "lab")
        #expect(report.flag("ok") == true)
        let checks = report.objects("checks")
        #expect(checks.allSatisfy { $0.keys == ["check", "ok", "code", "detail", "advice"] })
        let names = checks.compactMap { $0.text("check") }
        let expected = [
            "secret", "imap.dns", "imap.tcp4", "imap.port", "imap.tls", "imap.greeting", "imap.offers", "imap.login",
            "imap.capabilities", "imap.connections", "imap.folders", "imap.watch", "imap.keywords", "imap.idle",
            "imap.move", "imap.create", "imap.push", "clock", "imap.trial", "imap.clean", "smtp.dns", "smtp.tcp4",
            "smtp.port", "smtp.tls", "smtp.offers", "smtp.login", "smtp.envelope", "smtp.send", "state",
        ]
        #expect(expected.allSatisfy(names.contains), "\(Set(expected).subtracting(names)) missing in \(names)")
        #expect(server.mailboxes(of: account.user) == before)
        #expect(server.messages(of: account.user).isEmpty)
        #expect(!result.output.contains(SharedServers.password) && !result.error.contains(SharedServers.password))
    }

    @Test(arguments: [CapabilityProfile.withoutMove, .minimal, .withoutIdle])
    func `What a server cannot do is said, and is no fault`(_ capabilities: CapabilityProfile) async throws {
        let server = try await SharedServers.dovecot(capabilities)
        let account = server.account(newUser())
        let setup = try PostmoonSetup(accounts: [account], rules: Self.rules)
        let result = try await setup.run("doctor", "lab", "--json", "--write")
        #expect(result.status == 0, "\(result)")
        let checks = try result.object().objects("checks")
        let detail = { (name: String) in checks.first { $0.text("check") == name }?.text("detail") ?? "" }
        switch capabilities {
        case .withoutIdle: #expect(detail("imap.idle").contains("no IDLE"))
        case .minimal: #expect(detail("imap.move").contains("neither MOVE nor UIDPLUS"))
        default: #expect(detail("imap.trial").contains("by copying and removing"))
        }
        #expect(server.mailboxes(of: account.user).allSatisfy { !$0.contains("doctor") })
    }

    @Test func `Without being asked to it changes nothing and sends nothing`() async throws {
        let server = try await SharedServers.dovecot()
        let account = Self.sending(server, try await SharedServers.postfix())
        try await server.deliver(Letter("Unread"), to: account.user)
        let setup = try PostmoonSetup(accounts: [account], rules: Self.rules)
        #expect(try await setup.run("doctor").status == 0)
        #expect(server.messages(of: account.user).map(\.flags) == [[]])
        #expect(access(setup.stateFolder, F_OK) != 0, "not even a state folder")
        #expect(try await setup.run("doctor", "elsewhere").status == 2)
    }

    @Test func `Postfix's refusals have their names`() async throws {
        let server = try await SharedServers.dovecot()
        var account = Self.sending(server, try await SharedServers.postfix())
        account.address = SharedServers.refusedSender
        let setup = try PostmoonSetup(accounts: [account], rules: Self.rules)
        let result = try await setup.run("doctor", "--json")
        #expect(result.status == 1)
        let failed = try result.object().objects("checks").filter { $0.flag("ok") == false }
        #expect(failed.map { $0.text("code") } == ["smtp_sender_refused"])
        #expect(failed.first?.text("advice")?.contains("address") == true)
    }

    @Test func `Notify channels are tried when asked for`() async throws {
        let server = try await SharedServers.dovecot()
        let hook = try HookListener(answering: [200, 500])
        let channels = "[notify.phone]\ntype = \"webhook\"\nurl = \"\(hook.url)\"\n"
        let setup = try PostmoonSetup(accounts: [server.account(newUser())], channels: channels, rules: Self.rules)
        #expect(try await setup.run("doctor").status == 0)
        #expect(hook.requests.isEmpty)
        let good = try await setup.run("doctor", "--notify", "--json")
        #expect(good.status == 0, "\(good)")
        #expect(hook.requests.count == 1)
        let bad = try await setup.run("doctor", "--notify", "--json")
        #expect(bad.status == 1)
        let failed = try bad.object().objects("checks").filter { $0.flag("ok") == false }
        #expect(failed.map { $0.text("check") } == ["notify.phone"])
    }

    @Test func `A channel by mail is tried too, without a trace of its own`() async throws {
        let server = try await SharedServers.dovecot()
        let account = Self.sending(server, try await SharedServers.postfix())
        let channel = { (name: String, recipient: String) in
            "[notify.\(name)]\ntype = \"mail\"\naccount = \"lab\"\nto = \"\(recipient)\"\n"
        }
        let setup = try PostmoonSetup(
            accounts: [account], channels: channel("boss", account.user), rules: Self.rules)
        let good = try await setup.run("doctor", "--notify", "--json")
        #expect(good.status == 0, "\(good)")
        let letters = try await server.messages(of: account.user, atLeast: 1)
        #expect(letters.map { $0.text.contains("Subject: Postmoon doctor") } == [true])
        #expect(letters.first?.text.contains("Auto-Submitted: auto-notified") == true)
        #expect(access(setup.stateFolder, F_OK) != 0, "not even a state folder")
        // A recipient that the server refuses is the channel's fault.
        let wrong = try PostmoonSetup(
            accounts: [account], channels: channel("nobody", SharedServers.refusedRecipient), rules: Self.rules)
        let bad = try await wrong.run("doctor", "--notify", "--json")
        #expect(bad.status == 1)
        let failed = try bad.object().objects("checks").filter { $0.flag("ok") == false }
        #expect(failed.map { $0.text("check") } == ["notify.nobody"])
        #expect(failed.first?.text("code") == "smtp_recipient_refused")
    }

    @Test func `A state folder that cannot be used is told`() async throws {
        let server = try await SharedServers.dovecot()
        let setup = try PostmoonSetup(accounts: [server.account(newUser())], rules: Self.rules)
        try setup.folder.write("state", "no folder")
        let result = try await setup.run("doctor", "--json")
        #expect(result.status == 1)
        let failed = try result.object().objects("checks").filter { $0.flag("ok") == false }
        #expect(failed.map { $0.text("code") } == ["journal_unavailable"])
    }
}
