import Foundation
import TestKit
import Testing

/// Each type of notify channel, from a message that arrives to the person who hears of it.
@Suite(.inTurn, .timeLimit(.minutes(5)))
struct NotifyChannelTests {
    private func watching(
        _ channel: String, account: AccountText, environment: [String: String] = [:], files: [String: String] = [:]
    ) async throws -> (setup: PostmoonSetup, daemon: PostmoonProcess) {
        let setup = try PostmoonSetup(
            accounts: [account], channels: "[notify.phone]\n\(channel)", rules: NotifyTests.rules, files: files)
        return (setup, try await setup.watch(environment: environment))
    }

    @Test
    func `A webhook's signature is that of its body`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let hook = try HookListener()
        let (setup, daemon) = try await watching(
            "type = \"webhook\"\nurl = \"\(hook.url)\"\nsecret = { file = \"hook.key\" }",
            account: server.account(user),
            files: ["hook.key": "key-of-both"])
        try await server.deliver(Letter("db3 is DOWN"), to: user)
        let request = try #require(try await hook.requests(atLeast: 1).first)
        let folder = try TemporaryFolder("pmsig")
        let body = try folder.write("body", String(decoding: request.body, as: UTF8.self))
        // By another program than the one that is tested.
        let expected = try SystemProgram.run(
            "openssl", "dgst", "-sha256", "-hmac", "key-of-both", "-r", body
        ).prefix(64)
        #expect(request.headers["x-postmoon-signature"] == "sha256=\(expected)")
        _ = try await setup.plan { $0.text("status") == "done" }
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `An ntfy topic gets title and text`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let hook = try HookListener()
        let topic = hook.url.replacingOccurrences(of: "/hook", with: "/my-alerts")
        let (setup, daemon) = try await watching(
            "type = \"ntfy\"\nurl = \"\(topic)\"\nheaders = { Authorization = \"Bearer t\" }",
            account: server.account(user))
        try await server.deliver(Letter("db3 is DOWN"), to: user)
        let request = try #require(try await hook.requests(atLeast: 1).first)
        #expect(request.line == "POST / HTTP/1.1")
        #expect(request.headers["authorization"] == "Bearer t")
        let payload = try request.json()
        #expect(payload.text("topic") == "my-alerts")
        #expect(payload.text("title") == "db3 is DOWN")
        #expect(payload.text("message")?.contains("this is all.") == true)
        try await daemon.entry("notified")
        _ = try await setup.plan { $0.text("status") == "done" }
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `The desktop shows it through notify-send in the person's session`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let folder = try TemporaryFolder("pmdesk")
        let said = folder.file("said")
        try folder.write(
            "notify-send",
            "#!/bin/sh\n{ printf '%s\\n' \"$@\"; echo \"bus=$DBUS_SESSION_BUS_ADDRESS secret=$SECRET\"; } >\(said).part\n"
                + "mv \(said).part \(said)\n", mode: 0o700)
        let (setup, daemon) = try await watching(
            "type = \"desktop\"", account: server.account(user),
            environment: [
                "PATH": "\(folder.path):/usr/bin:/bin", "DBUS_SESSION_BUS_ADDRESS": "unix:path=/x", "SECRET": "canary",
            ])
        try await server.deliver(Letter("-u critical <b>DOWN</b>"), to: user)
        try await daemon.entry("notified")
        let lines = try String(contentsOfFile: said, encoding: .utf8).split(separator: "\n").map(String.init)
        #expect(lines.prefix(3) == ["--app-name=Postmoon", "--", "-u critical <b>DOWN</b>"])
        #expect(lines.last == "bus=unix:path=/x secret=")
        _ = try await setup.plan { $0.text("status") == "done" }
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `Without notify-send it says what to install`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let folder = try TemporaryFolder("pmdesk")
        let (setup, daemon) = try await watching(
            "type = \"desktop\"", account: server.account(user), environment: ["PATH": folder.path])
        try await server.deliver(Letter("db3 is DOWN"), to: user)
        #expect(try await daemon.entry("notification failed")["reason"]?.contains("libnotify-bin") == true)
        _ = try await setup.plan { $0.text("status") == "failed" }
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `A message tells of another, and not of itself`() async throws {
        let server = try await SharedServers.dovecot()
        let postfix = try await SharedServers.postfix()
        // As Postfix hands it over: the mailbox bears the whole address.
        let user = "\(newUser())@example.org"
        var account = server.account(user)
        account.address = user
        account.smtp = AccountText.Server(
            port: postfix.submissionPort, security: .starttls, authority: server.certificates.authorityFile)
        // To the watched mailbox itself: the worst that a person can write.
        let (setup, daemon) = try await watching(
            "type = \"mail\"\naccount = \"lab\"\nto = \"\(user)\"", account: account)
        try await server.deliver(Letter("db3 is DOWN"), to: user)
        let failure = try await daemon.entry("notification failed")
        #expect(failure["reason"]?.contains("it would go round") == true, "\(failure)")
        let notice = try #require(
            server.messages(of: user, in: "Alerts").first { $0.text.contains("Auto-Submitted: auto-notified") })
        #expect(notice.text.contains("Subject: db3 is DOWN"))
        #expect(notice.text.contains("this is all."))
        #expect(server.messages(of: user, in: "Alerts").count == 2, "one message, one notification, no more")
        _ = try await setup.plan { $0.text("status") == "done" }
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `A flood past the ceiling is told in one`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let hook = try HookListener()
        let setup = try PostmoonSetup(
            accounts: [server.account(user)],
            channels: "[notify.phone]\ntype = \"webhook\"\nurl = \"\(hook.url)\"\nceiling = { hour = 2 }",
            rules: NotifyTests.rules)
        // As it is taken: what comes from now on is new.
        #expect(try await setup.run("run", "--once").status == 0)
        for number in 1...6 { try await server.deliver(Letter("db\(number) is DOWN"), to: user) }
        #expect(try await setup.run("run", "--once").status == 0)
        #expect(hook.requests.count == 1)
        let payload = try #require(hook.requests.first).json()
        #expect(payload.text("title") == "6 notifications")
        #expect(
            payload.objects("held_back").compactMap { $0.text("title") }.sorted() == (1...6).map { "db\($0) is DOWN" })
        let plans = try await setup.run("log", "--json").objects()
        #expect(plans.filter { $0.text("status") == "done" }.count == 6)
    }
}
