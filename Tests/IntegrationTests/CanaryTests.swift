import Foundation
import TestKit
import Testing

/// The real program with a password and tokens that are looked for afterwards, in whatever it left behind: log, output,
/// journal, spool, what its children saw, what the process list showed, the report of a crash.
@Suite(.inTurn, .timeLimit(.minutes(5)))
struct CanaryTests {
    private static let password = "canary/Vq7+wren=19"

    private static let rules = """
        rule "everything" {
          when = subject:starts "File",
          run  = function(m)
            m:forward { to = "oncall@example.com" }
            m:notify { channel = "phone", title = m.subject, body = m.text }
            m:pipe "recorder"
            m:move "Filed"
          end,
        }
        """

    /// A program that writes down what it was given, as the kernel shows it.
    private static func recorder(_ file: String) -> String {
        """
        #!/bin/sh
        { cat; tr '\\0' '\\n' </proc/self/environ; tr '\\0' ' ' </proc/self/cmdline; tr '\\0' ' ' </proc/$PPID/cmdline; ls -l /proc/self/fd; } \
        >>"\(file).$$" 2>&1

        """
    }

    private static let channels = """
        [notify.phone]
        type = "command"
        command = ["./record-notice"]
        [programs.recorder]
        command = ["./record-message"]
        """

    private static func setup(_ account: AccountText, files: [String: String] = [:]) throws -> PostmoonSetup {
        let setup = try PostmoonSetup(accounts: [account], channels: channels, rules: rules, files: files)
        for part in ["notice", "message"] {
            try setup.folder.write("record-\(part)", recorder(setup.folder.file("seen-\(part)")), mode: 0o700)
        }
        return setup
    }

    private static func hunt(
        _ setup: PostmoonSetup, for secrets: [String], in processes: [PostmoonProcess], except names: Set<String>
    ) async throws -> CanaryHunt {
        var hunt = CanaryHunt(secrets)
        for process in processes {
            if process.isRunning { hunt.look(atProcess: process.processIdentifier) }
            hunt.look(at: process.log.map(\.line).joined(separator: "\n"), "log")
            hunt.look(at: process.standardOutput, "output")
        }
        for command in [["status", "--json"], ["log", "--json"], ["log"], ["check"]] {
            let result = try await setup.run(command)
            hunt.look(at: "\(result)", command.joined(separator: " "))
        }
        hunt.look(below: setup.folder.path, except: names)
        return hunt
    }

    /// A Dovecot and a Postfix of its own, whose password is the canary.
    private struct Servers {
        let dovecot: DovecotServer
        let postfix: PostfixServer
        let user = newUser()

        init(password: String = CanaryTests.password) async throws {
            var options = DovecotServer.Options()
            options.prompt = true
            options.password = password
            dovecot = try await DovecotServer.start(options)
            postfix = try await PostfixServer.start(dovecot: dovecot)
        }

        var account: AccountText {
            var account = dovecot.account(user)
            account.password = CanaryTests.password
            account.smtp = AccountText.Server(
                port: postfix.submissionPort, security: .starttls, authority: dovecot.certificates.authorityFile)
            return account
        }

        func stop() async {
            await postfix.stop()
            await dovecot.stop()
        }
    }

    /// Where the password can be kept.
    enum Keeping: String, CaseIterable {
        case file, command, environment, credential, keyring

        var line: String {
            switch self {
            case .file: ""
            case .command: "password = { command = [\"/bin/cat\", \"lab.secret\"] }"
            case .environment: "password = { env = \"MAIL_PASSWORD\" }"
            case .credential: "password = { credential = \"mail\" }"
            case .keyring:
                "password = { command = [\"secret-tool\", \"lookup\", \"service\", \"postmoon\"] }"
            }
        }
    }

    @Test(arguments: Keeping.allCases)
    func `A password is nowhere after all went well`(_ keeping: Keeping) async throws {
        let servers = try await Servers()
        var account = servers.account
        account.credential = keeping.line
        let setup = try Self.setup(account, files: keeping == .credential ? ["credentials/mail": Self.password] : [:])
        var environment: [String: String] = [:]
        var keepers: Set = ["lab.secret"]
        switch keeping {
        case .file: break
        case .command:
            let path = setup.folder.file("postmoon.toml")
            let text = try String(contentsOfFile: path, encoding: .utf8)
            try setup.folder.write(
                "postmoon.toml",
                text.replacingOccurrences(of: "\"lab.secret\"", with: "\"\(setup.folder.file("lab.secret"))\""))
        case .environment: environment = ["MAIL_PASSWORD": Self.password]
        case .credential:
            environment = ["CREDENTIALS_DIRECTORY": setup.folder.file("credentials")]
            keepers.insert("credentials/mail")
        case .keyring:
            // Stands in for libsecret's program: answers to exactly this question, and only where the bus is known.
            try setup.folder.write(
                "secret-tool",
                "#!/bin/sh\n[ \"$*\" = 'lookup service postmoon' ] && [ -n \"$DBUS_SESSION_BUS_ADDRESS\" ] "
                    + "&& exec cat \(setup.folder.file("lab.secret"))\necho nothing >&2\nexit 1\n", mode: 0o700)
            environment = [
                "PATH": "\(setup.folder.path):/usr/bin:/bin", "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere",
            ]
        }
        let daemon = try await setup.watch("--log-level", "trace", environment: environment)
        try await servers.dovecot.deliver(Letter("File me"), to: servers.user)
        _ = try await servers.dovecot.messages(of: "oncall@example.com", atLeast: 1)
        _ = try await setup.plan { $0.text("status") == "done" }
        let hunt = try await Self.hunt(setup, for: [Self.password], in: [daemon], except: keepers)
        #expect(hunt.finds.isEmpty)
        // The programs ran, and saw what they were to see: the hunt had something to look at.
        let seen = try FileManager.default.contentsOfDirectory(atPath: setup.folder.path).filter {
            $0.hasPrefix("seen-")
        }
        #expect(seen.count == 2)
        let content = seen.compactMap { try? String(contentsOfFile: setup.folder.file($0), encoding: .utf8) }.joined()
        #expect(content.contains("POSTMOON_PLAN=") && content.contains("PATH="))
        #expect(try await daemon.stop() == 0)
        await servers.stop()
    }

    @Test
    func `A password is nowhere after it was refused, or could not be shown`() async throws {
        let servers = try await Servers(password: "another")
        for security in [AccountText.Security.tls, .starttls] {
            var untrusted = servers.dovecot.account(servers.user, security)
            untrusted.password = Self.password
            untrusted.imap.authority = nil
            for account in [servers.account, untrusted] {
                let setup = try Self.setup(account)
                let daemon = try setup.start("run", "--log-level", "trace")
                let entry = try await daemon.entry { $0["code"] != nil }
                #expect(["auth_failed", "certificate_untrusted"].contains(entry["code"]))
                let doctor = try setup.start("doctor")
                #expect(try await doctor.end() == 1)
                let hunt = try await Self.hunt(
                    setup, for: [Self.password], in: [daemon, doctor], except: ["lab.secret"])
                #expect(hunt.finds.isEmpty)
                #expect(try await daemon.stop() == 0)
            }
        }
        await servers.stop()
    }

    @Test
    func `A submission server that refuses the password hears it alone`() async throws {
        let servers = try await Servers()
        let strict = try await Servers(password: "another")
        var account = servers.account
        account.smtp = AccountText.Server(
            port: strict.postfix.submissionPort, security: .starttls,
            authority: strict.dovecot.certificates.authorityFile)
        let setup = try Self.setup(account)
        let daemon = try await setup.watch("--log-level", "trace")
        try await servers.dovecot.deliver(Letter("File me"), to: servers.user)
        let entry = try await daemon.entry("forward put off")
        #expect(entry["code"] == "auth_failed")
        let hunt = try await Self.hunt(setup, for: [Self.password], in: [daemon], except: ["lab.secret"])
        #expect(hunt.finds.isEmpty)
        #expect(try await daemon.stop() == 0)
        await servers.stop()
        await strict.stop()
    }

    @Test
    func `A crash tells of no password, and leaves no memory on the disk`() async throws {
        let servers = try await Servers()
        let setup = try Self.setup(servers.account)
        let daemon = try await setup.watch(
            environment: [
                "SWIFT_BACKTRACE": "enable=yes,color=no,interactive=no,threads=all,registers=all,images=all"
            ])
        let limits = try String(contentsOfFile: "/proc/\(daemon.processIdentifier)/limits", encoding: .utf8)
        let core = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") })
        #expect(core.split(separator: " ").dropFirst(4).prefix(2) == ["0", "0"])
        // The report names threads, registers and the memory that they point to. A signal that somebody sent is over
        // with it: the program goes on.
        daemon.signal(SIGSEGV)
        try await daemon.entry(within: .seconds(120)) { $0.line.hasPrefix("Backtrace took") }
        #expect(daemon.log.contains { $0.line.contains("Program crashed") })
        try await daemon.kill()
        let hunt = try await Self.hunt(setup, for: [Self.password], in: [daemon], except: ["lab.secret"])
        #expect(hunt.finds.isEmpty)
        await servers.stop()
    }

    @Test
    func `Tokens are nowhere but where they are kept`() async throws {
        let bench = try await TokenTests.Bench(isSending: true)
        let daemon = try await bench.setup.watch("--log-level", "trace")
        try await bench.dovecot.deliver(Letter("On with it"), to: bench.user)
        _ = try await bench.dovecot.messages(of: "oncall@example.com", atLeast: 1)
        bench.service.expireAccessTokens()
        try await bench.disconnect()
        try await bench.dovecot.deliver(Letter("File between"), to: bench.user)
        #expect(try await bench.dovecot.letter("File between", of: bench.user, in: "Filed") != nil)
        bench.service.revokeAll()
        try await bench.disconnect()
        try await daemon.entry { $0["code"] == "oauth_expired" }
        let login = try bench.setup.start("login", "lab", "--log-level", "trace")
        _ = try await login.objects(atLeast: 1)
        bench.service.approveDevice()
        #expect(try await login.end() == 0)
        let words = ["refresh-at-first", "device-code-canary", "-CANARY"]
        let hunt = try await Self.hunt(
            bench.setup, for: words, in: [daemon, login], except: ["lab.secret", "lab.token"])
        #expect(hunt.finds.isEmpty)
        #expect(try await daemon.stop() == 0)
        await bench.stop()
    }

    @Test
    func `The hunt finds what there is to find`() {
        for text in [
            "x\(Self.password)y", Data("\0jane\0\(Self.password)".utf8).base64EncodedString(),
            Data("a\(Self.password)b".utf8).base64EncodedString(), Data(Self.password.utf8).base64EncodedString(),
            "password=canary%2FVq7%2Bwren%3D19&x",
        ] {
            var hunt = CanaryHunt([Self.password])
            hunt.look(at: text, "here")
            #expect(!hunt.finds.isEmpty, "\(text)")
        }
        var hunt = CanaryHunt([Self.password])
        hunt.look(at: "canary", "here")
        #expect(hunt.finds.isEmpty)
    }
}
