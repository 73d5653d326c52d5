import Foundation
import TestKit
import Testing

/// The real program against a server that behaves as iCloud does, from the login to the forwarded message.
@Suite(.inTurn, .timeLimit(.minutes(3)))
struct ICloudTests {
    static let rules = """
        rule "receipts" { when = subject:contains "receipt", run = { mark "seen", move "Receipts" } }
        rule "junk" { when = subject:contains "lottery", run = { trash } }
        rule "on call" {
          when = subject:starts "Alert",
          run = { forward { to = "oncall@example.com", as = "attachment" } },
        }
        """

    struct Place {
        let server = ICloudServer()
        let log = SMTPScriptLog()
        let imap: ScriptedPort
        let smtp: ScriptedPort
        let setup: PostmoonSetup

        init(_ submission: SMTPScript = SMTPScript(), password: String = ICloudServer.password) async throws {
            let lines = self.log
            imap = try await server.listen(.tls(.good))
            var script = submission
            script.offers = ["SIZE 28319744", "8BITMIME", "PIPELINING", "STARTTLS", "AUTH LOGIN PLAIN"]
            smtp = try await ScriptedPort(.startTLS(.good)) { [script] in script.conversation(lines) }
            let authority = try TestCertificates.shared().authorityFile
            var account = AccountText(
                user: ICloudServer.user,
                imap: AccountText.Server(port: imap.port, security: .tls, authority: authority))
            account.address = ICloudServer.user
            account.password = password
            account.smtp = AccountText.Server(port: smtp.port, security: .starttls, authority: authority)
            account.extra = "provider = \"icloud\""
            setup = try PostmoonSetup(accounts: [account], rules: ICloudTests.rules)
        }
    }

    private static func text(_ subject: String) -> String { Letter(subject).text }

    @Test func `Mail is filed by copying, with nothing that iCloud does not take`() async throws {
        let place = try await Place()
        let server = place.server
        server.acceptNamePart(false)
        let daemon = try await place.setup.watch()
        // The name part first, then the whole address, each on a connection of its own.
        #expect(Array(server.logins.prefix(2)) == ["jane", ICloudServer.user])
        server.deliver(Self.text("Your receipt"))
        server.deliver(Self.text("The lottery"))
        server.deliver(Self.text("Lunch?"))
        try await server.awaitMessages(1, in: "Receipts")
        try await server.awaitMessages(1, in: "Deleted Messages")
        try await server.awaitMessages(1, in: "INBOX")
        let plan = try await place.setup.plan { $0.text("subject") == "Your receipt" && $0.text("status") == "done" }
        #expect(plan.objects("actions").allSatisfy { $0.text("state") == "done" })
        #expect(try await daemon.stop() == 0)

        let commands = server.commands
        for forbidden in ["MOVE", "SEARCH", "RFC822)", "(RFC822", "QRESYNC", "ANNOTATE"] {
            #expect(!commands.contains { $0.contains(forbidden) }, "\(forbidden): \(commands)")
        }
        #expect(!commands.contains { $0 == "EXPUNGE" || $0 == "CLOSE" })
        // CAPABILITY comes twice behind the login, before anything is fetched.
        let login = try #require(commands.lastIndex { $0 == "AUTHENTICATE" })
        let behind = commands[login...]
        let fetch = behind.firstIndex { $0.contains("FETCH") } ?? behind.endIndex
        #expect(behind[..<fetch].filter { $0 == "CAPABILITY" }.count >= 2)
        // Copied, then marked, then removed: in this order, each by UID.
        let copy = try #require(commands.firstIndex { $0.hasPrefix("UID COPY") })
        let mark = try #require(commands.firstIndex { $0.hasPrefix("UID STORE") && $0.contains("Deleted") })
        let expunge = try #require(commands.firstIndex { $0.hasPrefix("UID EXPUNGE") })
        #expect(copy < mark && mark < expunge)
        // The form of the name that was taken is the only one that is used from then on.
        #expect(server.logins.dropFirst(2).allSatisfy { $0 == ICloudServer.user })
    }

    @Test func `What the telephone flags is seen by mod-sequences, and acted on once`() async throws {
        let place = try await Place()
        try place.setup.replaceRules(
            """
            rule "flagged" { on = "flags", when = flag "flagged", run = { move "To do" } }
            """)
        let daemon = try await place.setup.watch()
        place.server.deliver(Self.text("Call the bank"))
        place.server.deliver(Self.text("Lunch?"))
        for uid in ["1", "2"] { try await daemon.entry { $0["uid"] == uid } }
        place.server.flag("Call the bank", with: "\\Flagged")
        try await place.server.awaitMessages(1, in: "To do")
        let plan = try await place.setup.plan { $0.text("event") == "flags" && $0.text("status") == "done" }
        #expect(plan.text("subject") == "Call the bank")
        let plans = try await place.setup.run("log", "--json").objects().filter { !$0.objects("actions").isEmpty }
        #expect(plans.count == 1, "it was told three times")
        let commands = place.server.commands
        #expect(commands.contains { $0.contains("CHANGEDSINCE") }, "\(commands)")
        let enabled = try #require(commands.firstIndex { $0.hasPrefix("ENABLE") })
        let selected = try #require(commands.firstIndex { $0.hasPrefix("SELECT") })
        #expect(enabled < selected)
        #expect(try await daemon.stop() == 0)
    }

    @Test func `A forward goes out as the account itself`() async throws {
        let place = try await Place()
        let daemon = try await place.setup.watch()
        place.server.deliver(Self.text("Alert: disk full"))
        _ = try await place.setup.plan { $0.text("subject") == "Alert: disk full" && $0.text("status") == "done" }
        #expect(try await daemon.stop() == 0)
        #expect(place.log.lines.contains { $0.hasPrefix("MAIL FROM:<\(ICloudServer.user)>") }, "\(place.log.lines)")
        #expect(place.log.lines.first { $0.hasPrefix("RCPT") } == "RCPT TO:<oncall@example.com>")
        #expect(place.log.messages.count == 1)
        #expect(place.log.messages.first?.contains("message/rfc822") == true)
    }

    @Test func `A wrong password is tried once, and again when the secret has changed`() async throws {
        let place = try await Place(password: "not-an-app-password")
        let daemon = try place.setup.start("run")
        let entry = try await daemon.entry { $0["code"] == "app_password_shape" }
        #expect(entry["advice"]?.contains("account.apple.com") == true, "\(entry)")
        try await daemon.entry("ready")
        let status = try await place.setup.accountStatus()
        #expect(status.text("code") == "app_password_shape")
        #expect(status.text("last_error")?.contains("xxxx-xxxx-xxxx-xxxx") == true)
        // Changed rules make everybody look again; nobody signs in for that.
        let seen = daemon.log.count
        try place.setup.replaceRules(Self.rules + "\n")
        try await daemon.entry(from: seen) { $0["code"] == "app_password_shape" }
        #expect(place.server.logins == ["jane", ICloudServer.user])
        try place.setup.folder.write("lab.secret", ICloudServer.password + "\n")
        try place.setup.replaceRules(Self.rules + "\n\n")
        try await daemon.entry("watching", from: seen)
        #expect(place.server.logins.dropFirst(2).first == "jane")
        #expect(daemon.log.allSatisfy { !$0.line.contains("not-an-app") && !$0.line.contains(ICloudServer.password) })
        #expect(try await daemon.stop() == 0)
    }

    @Test func `Trouble that passes is tried again soon`() async throws {
        let place = try await Place()
        place.server.answerLogins("NO [UNAVAILABLE] Unexpected exception")
        let daemon = try place.setup.start("run")
        #expect(try await daemon.entry { $0["code"] != nil }["code"] == "unavailable")
        place.server.answerLogins(nil)
        try await daemon.entry("watching")
        #expect(try await daemon.stop() == 0)
    }

    @Test func `doctor finds all in order, folders that cannot be opened apart`() async throws {
        let place = try await Place()
        let before = place.server.mailboxes
        let result = try await place.setup.run("doctor", "--json", "--write")
        #expect(result.status == 0, "\(result)")
        let report = try result.object()
        #expect(report.flag("ok") == true)
        let checks = report.objects("checks")
        let names = Set(checks.compactMap { $0.text("check") })
        for name in [
            "imap.login", "imap.idle", "imap.move", "imap.push", "imap.trial", "imap.quota", "clock", "smtp.envelope",
        ] {
            #expect(names.contains(name), "\(name) in \(names)")
        }
        let move = checks.first { $0.text("check") == "imap.move" }
        #expect(move?.text("detail")?.contains("no MOVE") == true)
        #expect(place.server.mailboxes == before)
        #expect(!place.log.lines.contains("DATA"))
    }

    @Test func `doctor says that a sender is not the account's`() async throws {
        let place = try await Place(.answering("MAIL", "550 5.7.0 From address is not one of your addresses"))
        let result = try await place.setup.run("doctor", "--json")
        #expect(result.status == 1)
        let failed = try result.object().objects("checks").filter { $0.flag("ok") == false }
        #expect(failed.map { $0.text("code") } == ["smtp_sender_refused"])
        let text = try await place.setup.run("doctor")
        #expect(text.output.contains("FAIL  smtp.envelope"))
        #expect(text.output.contains("→ "))
    }
}
