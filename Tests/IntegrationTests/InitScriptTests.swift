import Foundation
import TestKit
import Testing

/// `init` without a person: everything by flags, and a sentence for what is missing.
@Suite(.inTurn, .timeLimit(.minutes(3)))
struct InitScriptTests {
    private static func script(_ server: DovecotServer, _ user: String) -> [String] { InitTests.script(server, user) }

    @Test func `What is missing is named`() async throws {
        let home = try PostmoonHome()
        let nothing = try await home.run(["init"])
        #expect(nothing.status == 2)
        #expect(nothing.error.contains("--address") && nothing.error.contains("--password-stdin"), "\(nothing)")
        let noPassword = try await home.run(["init", "--address", ICloudServer.user])
        #expect(noPassword.status == 2)
        #expect(!noPassword.error.contains("--address") && noPassword.error.contains("--password-file"))
        let noClient = try await home.run(["init", "--address", "jane@outlook.com"])
        #expect(noClient.status == 2)
        #expect(noClient.error.contains("--client-id") && noClient.error.contains("postmoon login"), "\(noClient)")
        #expect(home.files.isEmpty)
    }

    @Test(arguments: [
        (["--address", "nobody"], "no mail address"), (["--provider", "icould"], "known are"),
        (["--rule", "spam"], "there are receipts"), (["--rule", "lists=INBOX"], "another folder"),
        (["--imap", "host:x"], "port is a number"), (["--password-env", "X", "--password-stdin"], "give one"),
        (["--name", "a b"], "--name"), (["--rule", "lists", "--no-rules"], "give one"),
    ]) func `What cannot be is refused`(_ arguments: [String], _ sentence: String) async throws {
        let home = try PostmoonHome()
        let result = try await home.run(["init"] + arguments)
        #expect(result.status == 2)
        #expect(result.error.contains(sentence), "\(result)")
    }

    @Test func `One line sets it up, and JSON tells what was written`() async throws {
        let server = try await SharedServers.dovecot()
        let home = try PostmoonHome()
        let user = newUser()
        let result = try await home.run(
            Self.script(server, user) + ["--json", "--rule", "receipts=Belege \"2026\"", "--rule", "lists"],
            input: SharedServers.password + "\n")
        #expect(result.status == 0, "\(result)")
        let report = try result.object()
        #expect(
            report.keys == ["account", "ok", "configuration", "secret", "rules", "checks", "next"], "\(report)")
        #expect(report.text("account") == "home")
        #expect(report.flag("ok") == true)
        #expect(report.text("configuration") == home.configurationFile)
        #expect(report.text("secret") == home.configurationFolder("home.secret"))
        #expect(report.texts("rules").count == 3)
        #expect(report.objects("checks").contains { $0.text("check") == "imap.login" })
        #expect(report.texts("next").count == 2)
        #expect(try await home.shell(report.texts("next")[0]).status == 0)
        let tests = try await home.run(["test"])
        #expect(tests.status == 0, "\(tests)")
        #expect(!result.output.contains(SharedServers.password))
    }

    @Test func `A refused password writes nothing, and doctor's words say why`() async throws {
        let icloud = try await InitTests.ICloud()
        let home = try PostmoonHome()
        let arguments = ["init", "--address", ICloudServer.user, "--password-stdin"] + icloud.options
        let result = try await home.run(arguments, input: "my usual password\n")
        #expect(result.status == 1)
        #expect(result.output.contains("(app_password_shape)"), "\(result)")
        #expect(result.output.contains("https://account.apple.com"))
        #expect(result.error.contains("nothing was written"))
        let report = try await home.run(arguments + ["--json"], input: "aaaa-bbbb-cccc-dddd\n")
        #expect(report.status == 1)
        #expect(try report.object().flag("ok") == false)
        #expect(try report.object().objects("checks").contains { $0.text("code") == "auth_failed" })
        #expect(home.files.isEmpty)
        #expect(!result.output.contains("my usual") && !result.error.contains("my usual"))
    }

    // MARK: Where the password is

    @Test(arguments: ["--password-file", "--password-command", "--password-env"])
    func `A password that is kept elsewhere stays there`(_ way: String) async throws {
        let server = try await SharedServers.dovecot()
        let home = try PostmoonHome()
        let file = try home.folder.write("my password.secret", SharedServers.password + "\n")
        let value =
            switch way {
            case "--password-file": file
            case "--password-command": "/bin/cat '\(file)'"
            default: "LAB_PASSWORD"
            }
        let arguments = Self.script(server, newUser()).filter { $0 != "--password-stdin" } + [way, value]
        let result = try await home.run(arguments, environment: ["LAB_PASSWORD": SharedServers.password])
        #expect(result.status == 0, "\(result)")
        #expect(!home.files.contains { $0.hasSuffix("home.secret") })
        let doctor = try await home.run(["doctor"], environment: ["LAB_PASSWORD": SharedServers.password])
        #expect(doctor.status == 0, "\(doctor)")
    }

    @Test func `A password file that others can read is refused`() async throws {
        let server = try await SharedServers.dovecot()
        let home = try PostmoonHome()
        let file = try home.folder.write("open.secret", SharedServers.password + "\n", mode: 0o644)
        let arguments = Self.script(server, newUser()).filter { $0 != "--password-stdin" } + ["--password-file", file]
        let result = try await home.run(arguments)
        #expect(result.status == 2, "\(result)")
        #expect(result.error.contains("chmod 600"))
        #expect(home.files == ["open.secret"])
    }

    // MARK: Where the mail is

    /// Names in `localhost` are the domain's own, and lead here.
    @Test func `Servers of the address's own domain are taken from its service records`() async throws {
        let server = try await SharedServers.dovecot()
        let names = try ScriptedNameServer([
            "_imap._tcp.localhost": [.service(priority: 0, weight: 0, port: server.imapPort, host: "localhost")]
        ])
        let home = try PostmoonHome()
        let result = try await home.run(
            [
                "init", "--address", "\(newUser())@localhost", "--password-stdin", "--name-server", names.address,
                "--ca",
                server.certificates.authorityFile,
            ], input: SharedServers.password + "\n")
        #expect(result.status == 0, "\(result)")
        let text = try home.text("postmoon.toml")
        #expect(text.contains("imap     = { host = \"localhost\", port = \(server.imapPort), security = \"starttls\""))
        #expect(names.questions.first == "_imaps._tcp.localhost")
    }

    @Test func `Servers of another domain are not taken without a word`() async throws {
        let names = try ScriptedNameServer([
            "_imaps._tcp.corp.example": [.service(priority: 0, weight: 0, port: 1, host: "localhost")]
        ])
        let home = try PostmoonHome()
        let result = try await home.run(
            ["init", "--address", "jane@corp.example", "--password-stdin", "--name-server", names.address],
            input: "secret\n")
        #expect(result.status == 2)
        #expect(result.error.contains("--imap localhost:1/tls --no-smtp"), "\(result)")
        #expect(home.files.isEmpty)
    }

    @Test func `A provider that takes the domain's mail is named`() async throws {
        let names = try ScriptedNameServer([
            "corp.example": [.mailExchanger(preference: 10, host: "mx01.mail.icloud.com")]
        ])
        let home = try PostmoonHome()
        let result = try await home.run(
            ["init", "--address", "jane@corp.example", "--password-stdin", "--name-server", names.address],
            input: "secret\n")
        #expect(result.status == 2)
        #expect(result.error.contains("iCloud Mail: give --provider icloud"), "\(result)")
    }

    @Test(arguments: [false, true])
    func `A domain that says nothing, or cannot be asked, is told`(_ isSilent: Bool) async throws {
        let names = try ScriptedNameServer(isSilent: isSilent)
        let home = try PostmoonHome()
        let result = try await home.run(
            ["init", "--address", "jane@corp.example", "--password-stdin", "--name-server", names.address],
            input: "secret\n")
        #expect(result.status == 2)
        #expect(result.error.contains("does not say where its mail is: give --imap"), "\(result)")
        if isSilent { #expect(result.output.contains("name server")) }
    }

    @Test func `An autoconfiguration can be given`() async throws {
        let server = try await SharedServers.dovecot()
        let page = """
            <clientConfig version="1.1"><emailProvider id="lab.example"><incomingServer type="imap">
            <hostname>localhost</hostname><port>\(server.imapsPort)</port><socketType>SSL</socketType>
            <username>%EMAILLOCALPART%</username></incomingServer></emailProvider></clientConfig>
            """
        let web = try WebListener { request in
            request.target == "/mail.xml" ? WebListener.Response(body: page) : WebListener.Response(status: 404)
        }
        let home = try PostmoonHome()
        let user = newUser()
        let arguments = [
            "init", "--address", "\(user)@lab.example", "--password-stdin", "--ca", server.certificates.authorityFile,
            "--autoconfig",
        ]
        let missing = try await home.run(arguments + [web.url("/other.xml")], input: SharedServers.password + "\n")
        #expect(missing.status != 0)
        #expect(missing.error.contains("no autoconfiguration"), "\(missing)")
        let result = try await home.run(arguments + [web.url("/mail.xml")], input: SharedServers.password + "\n")
        #expect(result.status == 0, "\(result)")
        #expect(try home.text("postmoon.toml").contains("user     = \"\(user)\""))
    }

    // MARK: OAuth 2

    @Test func `Where no password is taken, login is next`() async throws {
        let home = try PostmoonHome()
        let result = try await home.run(["init", "--address", "jane@outlook.com", "--client-id", "1111-2222"])
        #expect(result.status == 0, "\(result)")
        #expect(result.output.contains(" login home "))
        #expect(try home.text("postmoon.toml").contains("oauth2   = { client_id = \"1111-2222\" }"))
        #expect(try await home.run(["check"]).status == 0)
    }

    @Test func `A configuration that is wrong is not touched`() async throws {
        let server = try await SharedServers.dovecot()
        let home = try PostmoonHome()
        let file = try home.folder.write("mine.toml", "nonsense = 1\n")
        let result = try await home.run(
            Self.script(server, newUser()) + ["--config", file], input: SharedServers.password + "\n")
        #expect(result.status == 2)
        #expect(result.error.contains("unknown key `nonsense`"))
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "nonsense = 1\n")
    }

    @Test func `Another place for the configuration is kept in the commands`() async throws {
        let server = try await SharedServers.dovecot()
        let home = try PostmoonHome()
        let file = home.folder.file("a b/c.toml")
        let result = try await home.run(
            Self.script(server, newUser()) + ["--config", file, "--json"], input: SharedServers.password + "\n")
        #expect(result.status == 0, "\(result)")
        #expect(try await home.shell(try result.object().texts("next")[0]).status == 0)
    }
}
