import Foundation
import TestKit
import Testing

/// `init` with a person at a terminal: what is asked, what is shown, what is written.
@Suite(.inTurn, .timeLimit(.minutes(3)))
struct InitTests {
    /// A scripted iCloud with its submission server.
    struct ICloud {
        let server = ICloudServer()
        let imap: ScriptedPort
        let smtp: ScriptedPort
        let authority: String

        init() async throws {
            let log = SMTPScriptLog()
            imap = try await server.listen(.tls(.good))
            var script = SMTPScript()
            script.offers = ["SIZE 28319744", "8BITMIME", "PIPELINING", "STARTTLS", "AUTH LOGIN PLAIN"]
            smtp = try await ScriptedPort(.startTLS(.good)) { [script] in script.conversation(log) }
            authority = try TestCertificates.shared().authorityFile
        }

        /// Where it is, since the real one is elsewhere.
        var options: [String] {
            ["--imap", "localhost:\(imap.port)", "--smtp", "localhost:\(smtp.port)/starttls", "--ca", authority]
        }
    }

    private static let newsletter = ["List-Unsubscribe: <https://museum.example/unsubscribe>"]

    @Test func `From an empty machine to the first filed message`() async throws {
        let server = try await SharedServers.dovecot()
        let postfix = try await SharedServers.postfix()
        let address = "\(newUser())@example.com"
        let names = try ScriptedNameServer([
            "_imaps._tcp.example.com": [.service(priority: 0, weight: 1, port: server.imapsPort, host: "localhost")],
            "_submission._tcp.example.com": [
                .service(priority: 0, weight: 1, port: postfix.submissionPort, host: "localhost")
            ],
        ])
        let home = try PostmoonHome()
        let clock = ContinuousClock()
        let begun = clock.now
        let person = try home.dialogue(
            "init", "--name-server", names.address, "--ca", server.certificates.authorityFile)
        try await person.expect("Your mail address: ")
        person.type("\(address)\n")
        // The password is to go to another domain's host: that is asked, and Enter alone is no yes.
        try await person.expect("another domain (localhost)")
        try await person.expect("Is that right? [y/N]: ")
        person.type("y\n")
        try await person.expect("User name [\(address)]: ")
        person.type("\n")
        try await person.expect("(not shown): ")
        person.type("  \(SharedServers.password) \n")
        try await person.expect("ok    imap.login: signed in as \(address)")
        try await person.expect("ok    smtp.envelope")
        try await person.expect("Which of them? 0 for none [1 2]: ")
        person.type("1, 2, 3\n")
        try await person.expect("Folder for receipts [Receipts]: ")
        person.type("Bills/Private\n")
        try await person.expect("Folder for newsletters [Newsletters]: ")
        person.type("\n")
        try await person.expect("Folder above those of the lists [Lists]: ")
        person.type("\n")
        try await person.expect("The tests of the rules pass (6).")
        #expect(try await person.end() == 0)
        #expect(!person.screen.contains(SharedServers.password))
        #expect(home.permissions("home.secret") == 0o600)
        #expect(home.permissions("postmoon.toml") == 0o600)
        #expect(home.permissions() == 0o700)
        #expect(home.permissions("rules") == 0o700)

        // The two commands, as they stand there.
        let commands = Self.commands(in: person.screen)
        try #require(commands.count == 2)
        let sweep = try await home.shell(commands[0])
        #expect(sweep.status == 0, "\(sweep)")
        let daemon = try home.startShell(commands[1])
        try await daemon.entry { $0.line.contains("watching") }
        var letter = Letter("What is on in May")
        letter.headers = Self.newsletter
        try await server.deliver(
            letter, Letter("Your receipt", from: "no-reply@shop.example"), Letter("Lunch?"), to: address)
        #expect(try await server.letter("What is on in May", of: address, in: "Newsletters") != nil)
        let passed = clock.now - begun
        #expect(try await server.letter("Your receipt", of: address, in: "Bills/Private") != nil)
        #expect(try await server.subjects(of: address, become: ["Lunch?"]) == ["Lunch?"])
        #expect(try await daemon.stop() == 0)
        for command in ["check", "test", "doctor"] {
            let result = try await home.run([command])
            #expect(result.status == 0, "\(command): \(result)")
        }
        let seconds = Double(passed.components.seconds) + Double(passed.components.attoseconds) / 1e18
        print("init: from an empty machine to the first filed message in \((seconds * 10).rounded() / 10) s")
        #expect(seconds < 60)
    }

    private static func commands(in screen: String) -> [String] {
        let lines = screen.components(separatedBy: "Next:\n").last?.components(separatedBy: "\n") ?? []
        return lines.compactMap { $0.hasPrefix("  ") ? $0.dropFirst(2).components(separatedBy: "   ").first : nil }
    }

    /// The dialogue that docs/accounts.md shows is this one.
    @Test func `A wrong password is explained, and only it is asked for again`() async throws {
        let icloud = try await ICloud()
        let home = try PostmoonHome()
        let person = try Self.start(home, icloud.options)
        try await person.expect("Your mail address: ")
        person.type("jane at icloud\n")
        try await person.expect("That is no mail address")
        try await person.expect("Your mail address: ")
        person.type("\(ICloudServer.user)\n")
        try await person.expect("https://account.apple.com")
        try await person.expect("(not shown): ")
        #expect(!person.echoes)
        person.type("my usual password\n")
        try await person.expect("no app-specific password of iCloud Mail")
        try await person.expect("[y/N]: ")
        #expect(person.echoes)
        #expect(icloud.server.logins.isEmpty, "it was not sent")
        person.type("\n")
        try await person.expect("(not shown): ")
        person.type("aaaa-bbbb-cccc-dddd\n")
        try await person.expect("FAIL  imap.login")
        try await person.expect("→ iCloud Mail refused the sign-in.")
        try await person.expect("Choose [p]: ")
        #expect(home.files.isEmpty)
        person.type("\n")
        try await person.expect("(not shown): ")
        // As some programs copy it.
        person.type(" \(ICloudServer.password.replacingOccurrences(of: "-", with: " ")) \n")
        try await person.expect("ok    imap.login: signed in as jane")
        try await person.expect("[1 2]: ")
        person.type("4\n")
        try await person.expect("Type the numbers")
        try await person.expect("[1 2]: ")
        person.type("2\n")
        try await person.expect("Folder for newsletters [Newsletters]: ")
        person.type("INBOX\n")
        try await person.expect("[Newsletters]: ")
        person.type("\n")
        #expect(try await person.end() == 0)
        // The part before the @ and the whole address, then what was right.
        #expect(Array(icloud.server.logins.prefix(3)) == ["jane", ICloudServer.user, "jane"])
        for secret in ["my usual password", "aaaa-bbbb", ICloudServer.password, "abcd efgh"] {
            #expect(!person.screen.contains(secret))
        }
        #expect(try home.text("home.secret") == ICloudServer.password + "\n")
        let text = try home.text("postmoon.toml")
        #expect(text.contains("provider = \"icloud\"") && text.contains("password = { file = \"home.secret\" }"))
        #expect(!text.contains(ICloudServer.password))
        #expect(try await home.run(["doctor"]).status == 0)
        #expect(try await home.run(["test"]).status == 0)
    }

    private static func start(_ home: PostmoonHome, _ options: [String]) throws -> TerminalSession {
        try home.dialogue(["init"] + options)
    }

    @Test func `The dialogue in the documentation is the real one`() async throws {
        let icloud = try await ICloud()
        let home = try PostmoonHome()
        let person = try Self.start(home, icloud.options)
        try await person.expect("Your mail address: ")
        person.type("\(ICloudServer.user)\n")
        try await person.expect("(not shown): ")
        person.type("aaaa-bbbb-cccc-dddd\n")
        try await person.expect("Choose [p]: ")
        person.type("p\n")
        try await person.expect("(not shown): ")
        person.type("\(ICloudServer.password)\n")
        for _ in 0..<3 {
            try await person.expect("]: ")
            person.type("\n")
        }
        #expect(try await person.end() == 0)
        // What is the test's own: where its servers are, and how the program was called.
        let screen = person.screen.replacingOccurrences(
            of: "localhost:\(icloud.imap.port)", with: "imap.mail.me.com:993"
        )
        .replacingOccurrences(of: home.executable, with: "postmoon")
        // Prompts end with a space, which a page need not have.
        let shown = screen.components(separatedBy: "\n").map { line in
            String("    \(line)".reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { root.deleteLastPathComponent() }
        let page = try String(contentsOf: root.appendingPathComponent("docs/accounts.md"), encoding: .utf8)
        #expect(page.contains("    $ postmoon init\n" + shown), "docs/accounts.md should have\n\(shown)")
    }

    // MARK: Breaking it off

    @Test(arguments: [false, true])
    func `Ctrl-C leaves nothing behind, and a terminal that shows what is typed`(_ isHidden: Bool) async throws {
        let home = try PostmoonHome()
        let person = try home.dialogue("init")
        try await person.expect("Your mail address: ")
        if isHidden {
            person.type("\(ICloudServer.user)\n")
            try await person.expect("(not shown): ")
            #expect(!person.echoes)
            person.type("half a passw")
        }
        person.pressControlC()
        #expect(try await person.end() == 128 + SIGINT)
        #expect(person.echoes)
        #expect(home.files.isEmpty)
        #expect(!person.screen.contains("half"))
    }

    @Test(arguments: [SIGTERM, SIGHUP, SIGQUIT])
    func `A signal from outside restores the terminal too`(_ number: CInt) async throws {
        let home = try PostmoonHome()
        let person = try home.dialogue("init", "--address", ICloudServer.user)
        try await person.expect("(not shown): ")
        // The second time is as the first.
        person.type("my usual password\n")
        try await person.expect("[y/N]: ")
        person.type("n\n")
        try await person.expect("(not shown): ")
        #expect(!person.echoes)
        person.signal(number)
        #expect(try await person.end() == 128 + number)
        #expect(person.echoes)
    }

    @Test func `The end of the input is the end`() async throws {
        let home = try PostmoonHome()
        let person = try home.dialogue("init")
        try await person.expect("Your mail address: ")
        person.type("\u{4}")
        try await person.expect("nothing was written")
        #expect(try await person.end() == 1)
        #expect(home.files.isEmpty)
    }

    // MARK: Other servers

    @Test func `A domain that says nothing leaves the servers to the person`() async throws {
        let server = try await SharedServers.dovecot()
        let names = try ScriptedNameServer()
        let home = try PostmoonHome()
        let user = newUser()
        let person = try home.dialogue("init", "--name-server", names.address)
        try await person.expect("Your mail address: ")
        person.type("\(user)@corp.example\n")
        try await person.expect("corp.example does not say it")
        try await person.expect("IMAP server [imap.corp.example]: ")
        person.type("localhost:\(server.imapPort)/ssl\n")
        try await person.expect("tls or starttls")
        try await person.expect("IMAP server")
        // The wrong way first: this port speaks STARTTLS.
        person.type("localhost:\(server.imapPort)\n")
        try await person.expect("Server that takes mail to send, or none [smtp.corp.example]: ")
        person.type("none\n")
        try await person.expect("User name [\(user)@corp.example]: ")
        person.type("\(user)\n")
        try await person.expect("(not shown): ")
        person.type("\(SharedServers.password)\n")
        try await person.expect("(tls_on_plain_port)")
        try await person.expect("Choose [s]: ")
        person.type("s\n")
        try await person.expect("IMAP server [localhost:\(server.imapPort)/tls]: ")
        person.type("localhost:\(server.imapPort)/starttls\n")
        try await person.expect("or none")
        person.type("none\n")
        try await person.expect("(certificate_untrusted)")
        try await person.expect("Choose [c]: ")
        person.type("\n")
        try await person.expect("(PEM): ")
        person.type("\(server.certificates.authorityFile)\n")
        // What was typed once is not asked again.
        try await person.expect("signed in as \(user)")
        try await person.expect("[1 2]: ")
        person.type("0\n")
        try await person.expect("Next:")
        #expect(try await person.end() == 0)
        let text = try home.text("postmoon.toml")
        #expect(text.contains("address  = \"\(user)@corp.example\""))
        #expect(!text.contains("smtp"))
        let commands = Self.commands(in: person.screen)
        #expect(commands.first?.hasSuffix(" check") == true)
        #expect(try await home.shell(commands.first ?? "false").status == 0)
    }

    @Test func `No is the answer to another domain's servers when nobody says yes`() async throws {
        let server = try await SharedServers.dovecot()
        let names = try ScriptedNameServer([
            "_imaps._tcp.corp.example": [.service(priority: 0, weight: 0, port: server.imapsPort, host: "localhost")]
        ])
        let home = try PostmoonHome()
        let person = try home.dialogue("init", "--name-server", names.address, "--address", "jane@corp.example")
        try await person.expect("Is that right? [y/N]: ")
        person.type("\n")
        try await person.expect("IMAP server")
        person.pressControlC()
        _ = try await person.end()
    }

    @Test func `An account is added, and what was there stays as it is`() async throws {
        let server = try await SharedServers.dovecot()
        let home = try PostmoonHome()
        let first = try await home.run(
            Self.script(server, newUser()) + ["--name", "work", "--no-rules"], input: SharedServers.password + "\n")
        #expect(first.status == 0, "\(first)")
        let before = try home.text("postmoon.toml") + "\n# a remark\n[programs.x]\ncommand = [\"/bin/true\"]\n"
        try home.folder.write(".config/postmoon/postmoon.toml", before)
        try home.folder.write(".config/postmoon/rules/mine.lua", "-- mine\n")
        let user = newUser()
        let person = try home.dialogue(Array(Self.script(server, user).filter { $0 != "--password-stdin" }))
        try await person.expect("is there already (accounts: work)")
        try await person.expect("(not shown): ")
        person.type("\(SharedServers.password)\n")
        try await person.expect("stay as they are")
        try await person.expect("with account “home” added")
        #expect(try await person.end() == 0)
        let after = try home.text("postmoon.toml")
        #expect(after.hasPrefix(before + "\n[accounts.home]\n"))
        #expect(try home.text("rules/mine.lua") == "-- mine\n")
        #expect(try await home.run(["doctor"]).status == 0)
        // The same account once more is refused, and so is the name.
        for arguments in [Self.script(server, user), Self.script(server, newUser()) + ["--name", "work"]] {
            let again = try await home.run(arguments, input: SharedServers.password + "\n")
            #expect(again.status == 2, "\(again)")
            #expect(again.error.contains("already"))
        }
        #expect(try home.text("postmoon.toml") == after)
    }

    /// A script's line for an account on the private server.
    static func script(_ server: DovecotServer, _ user: String) -> [String] {
        [
            "init", "--address", "\(user)@lab.example", "--user", user, "--imap", "localhost:\(server.imapsPort)",
            "--no-smtp", "--ca", server.certificates.authorityFile, "--password-stdin",
        ]
    }
}
