import Foundation
import TestKit
import Testing

/// Signing in by OAuth2 on a real Dovecot and Postfix that ask the provider which tokens are good.
@Suite(.inTurn, .timeLimit(.minutes(5)))
struct TokenTests {
    static let filing = """
        rule "all" { when = subject:starts "File", run = { move "Filed" } }

        """
    static let sending = """
        rule "on" { when = subject:starts "On", run = { forward { to = "oncall@example.com" }, move "Sent on" } }

        """

    /// A provider, its mail servers, and one person with an account there.
    struct Bench {
        let service: TokenService
        let dovecot: DovecotServer
        let user: String
        let setup: PostmoonSetup
        private let folder: TemporaryFolder

        /// - Parameters:
        ///   - keys: of the account's `oauth2`, besides what the provider's addresses are.
        ///   - credential: the line itself, in place of that.
        ///   - token: the content of `lab.token`.
        init(
            mechanisms: String = "xoauth2 oauthbearer", keys: String = "refresh_token = { file = \"lab.token\" }",
            credential: String? = nil, token: String? = "refresh-at-first", isSending: Bool = false
        ) async throws {
            user = newUser()
            let service = try TokenService(user: user)
            self.service = service
            folder = try TemporaryFolder("pmtok", mode: 0o755)
            let introspection = try folder.write(
                "introspection.conf",
                """
                introspection_mode = post
                introspection_url = \(service.url("/introspect"))
                username_attribute = username
                active_attribute = active
                active_value = true

                """, mode: 0o644)
            var options = DovecotServer.Options()
            options.prompt = true
            options.extra = """
                auth_mechanisms = plain login \(mechanisms)
                passdb {
                  driver = oauth2
                  mechanisms = \(mechanisms)
                  args = \(introspection)
                }
                """
            dovecot = try await DovecotServer.start(options)
            var account = dovecot.account(user)
            account.credential = credential ?? service.account(keys)
            if isSending {
                let postfix = try await PostfixServer.start(dovecot: dovecot)
                account.smtp = AccountText.Server(
                    port: postfix.submissionPort, security: .starttls, authority: dovecot.certificates.authorityFile)
                self.postfix = postfix
            } else {
                postfix = nil
            }
            setup = try PostmoonSetup(
                accounts: [account], rules: TokenTests.filing + (isSending ? TokenTests.sending : ""))
            if let token {
                try setup.folder.write("lab.token", token + "\n")
                service.issue(token)
            }
        }

        private let postfix: PostfixServer?

        func stop() async {
            await postfix?.stop()
            await dovecot.stop()
        }

        /// Ends the account's connections, as a server does whose tokens have run out.
        func disconnect() async throws { try await dovecot.doveadm("kick", user) }
    }

    @Test(arguments: ["xoauth2", "oauthbearer", "xoauth2 oauthbearer"])
    func `Mail is filed and sent on with tokens that the provider renews`(_ mechanisms: String) async throws {
        let bench = try await Bench(mechanisms: mechanisms, isSending: true)
        let daemon = try await bench.setup.watch()
        try await bench.dovecot.deliver(Letter("On with it"), to: bench.user)
        #expect(try await bench.dovecot.letter("On with it", of: bench.user, in: "Sent on") != nil)
        let sent = try await bench.dovecot.messages(of: "oncall@example.com", atLeast: 1)
        #expect(sent.count == 1)
        #expect(try await daemon.stop() == 0)
        let asked = bench.service.requests("/token")
        #expect(asked.count == 1, "one token serves IMAP and SMTP for as long as it is good")
        #expect(asked.first?.form["refresh_token"] == "refresh-at-first")
        let kept = try String(contentsOfFile: bench.setup.folder.file("lab.token"), encoding: .utf8)
        #expect(
            kept != "refresh-at-first\n" && bench.service.goodTokens.contains(kept.trimmingCharacters(in: .newlines)))
        await bench.stop()
    }

    @Test
    func `A token that runs out under a running watch is renewed and nothing is missed`() async throws {
        let bench = try await Bench()
        let daemon = try await bench.setup.watch()
        try await bench.dovecot.deliver(Letter("File before"), to: bench.user)
        #expect(try await bench.dovecot.letter("File before", of: bench.user, in: "Filed") != nil)

        bench.service.expireAccessTokens()
        try await bench.disconnect()
        try await bench.dovecot.deliver(Letter("File between"), to: bench.user)
        #expect(try await bench.dovecot.letter("File between", of: bench.user, in: "Filed") != nil)
        try await bench.dovecot.deliver(Letter("File after"), to: bench.user)
        #expect(try await bench.dovecot.letter("File after", of: bench.user, in: "Filed") != nil)
        #expect(bench.service.requests("/token").count == 2)
        #expect(bench.dovecot.subjects(of: bench.user, in: "Filed").count == 3)
        #expect(daemon.log.allSatisfy { $0["code"] != "oauth_expired" }, "nobody had to hear of it")
        #expect(try await daemon.stop() == 0)
        await bench.stop()
    }

    @Test
    func `A token that runs out before a message is sent on is renewed for it`() async throws {
        let bench = try await Bench(isSending: true)
        let daemon = try await bench.setup.watch()
        bench.service.expireAccessTokens()
        try await bench.dovecot.deliver(Letter("On with it"), to: bench.user)
        #expect(try await bench.dovecot.messages(of: "oncall@example.com", atLeast: 1).count == 1)
        let plan = try await bench.setup.plan { $0.text("status") == "done" }
        let attempts = plan.objects("actions").flatMap { $0.objects("attempts") }.compactMap { $0.text("result") }
        #expect(attempts == ["accepted"])
        #expect(bench.service.requests("/token").count == 2)
        #expect(try await daemon.stop() == 0)
        await bench.stop()
    }

    @Test
    func `A sign-in that was taken back is named, and login mends it while it runs`() async throws {
        let bench = try await Bench(keys: "", token: nil)
        let daemon = try bench.setup.start("run")
        try await daemon.entry("ready")
        let first = try await daemon.entry { $0["code"] == "oauth_expired" }
        #expect(first["error"]?.contains("run `postmoon login lab`") == true)

        let login = try bench.setup.start("login", "lab")
        let prompt = try #require(try await login.objects(atLeast: 1).first)
        #expect(prompt.text("step") == "type_code" && prompt.text("code") == "WXYZ-1234")
        bench.service.approveDevice()
        #expect(try await login.end() == 0, "\(login.log)")
        let steps = try await login.objects(atLeast: 3).compactMap { $0.text("step") }
        #expect(steps == ["type_code", "stored", "signed_in"])
        // Nobody waits five minutes for it: login has woken the daemon.
        try await daemon.entry("watching")
        try await bench.dovecot.deliver(Letter("File me"), to: bench.user)
        #expect(try await bench.dovecot.letter("File me", of: bench.user, in: "Filed") != nil)

        let before = daemon.log.count
        bench.service.revokeAll()
        try await bench.disconnect()
        let again = try await daemon.entry(from: before) { $0["code"] == "oauth_expired" }
        #expect(again["error"]?.contains("Token has been expired or revoked.") == true)
        #expect(try await bench.setup.accountStatus().text("code") == "oauth_expired")
        #expect(try await daemon.stop() == 0)
        await bench.stop()
    }

    @Test
    func `login with a browser comes back to this machine`() async throws {
        let bench = try await Bench(token: nil)
        let login = try bench.setup.start("login", "lab", "--browser")
        let page = try #require(try await login.objects(atLeast: 1).first?.text("page"))
        let target = try bench.service.consent(to: page)
        // Others that know the port have nothing that counts.
        for stray in ["/favicon.ico", "/?code=forged&state=forged"] {
            let start = target.prefix { $0 != "?" }.dropLast()
            _ = try await WebVisit.get("\(start)\(stray)")
        }
        #expect(try await WebVisit.get(target).contains("You can close this page"))
        #expect(try await login.end() == 0, "\(login.log)")
        let path = bench.setup.folder.file("lab.token")
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let result = try await bench.setup.run("run", "--once")
        #expect(result.status == 0, "\(result)")
        await bench.stop()
    }

    @Test
    func `A command may print the token`() async throws {
        let bench = try await Bench(credential: "oauth2 = { command = [\"./token\"] }", token: nil)
        let token = bench.setup.folder.file("printed")
        try bench.setup.folder.write("token", "#!/bin/sh\ncat \(token)\n", mode: 0o700)
        try bench.setup.folder.write("printed", bench.service.mint() + "\n")
        let run = try await bench.setup.run("run", "--once")
        #expect(run.status == 0, "\(run)")
        bench.service.expireAccessTokens()
        let refused = try await bench.setup.run("run", "--once")
        #expect(refused.status == 75 && refused.error.contains("oauth_expired"), "\(refused)")
        #expect(refused.error.contains("sign in again with the program"), "\(refused)")
        #expect(!refused.error.contains("CANARY"))
        let login = try await bench.setup.run("login", "lab")
        #expect(login.status == 2 && login.error.contains("does not sign in by this"))
        await bench.stop()
    }

    @Test
    func `init tries an account whose tokens a command prints`() async throws {
        let bench = try await Bench()
        let home = try PostmoonHome()
        let printed = try home.folder.write("printed", "CANARY-no-token\n")
        let arguments = [
            "init", "--address", "\(bench.user)@lab.example", "--user", bench.user, "--imap",
            "localhost:\(bench.dovecot.imapsPort)", "--no-smtp", "--ca", bench.dovecot.certificates.authorityFile,
            "--no-rules", "--token-command", "cat \(printed)",
        ]
        let refused = try await home.run(arguments)
        #expect(refused.status == 1, "\(refused)")
        #expect(refused.output.contains("oauth_expired") && !refused.output.contains("CANARY"), "\(refused)")
        try home.folder.write("printed", bench.service.mint() + "\n")
        let result = try await home.run(arguments)
        #expect(result.status == 0, "\(result)")
        #expect(try home.text("postmoon.toml").contains("oauth2   = { command = [\"cat\", \"\(printed)\"] }"))
        #expect(!result.output.contains(" login home "), "the command signs in by itself")
        await bench.stop()
    }
}
