import Foundation
import TestKit
import Testing

/// Notify channels hear what rules say, through an HTTP request or a program.
@Suite(.inTurn, .timeLimit(.minutes(5)))
struct NotifyTests {
    static let rules = """
        rule "pager" {
          when = subject:contains "DOWN",
          run  = function(m)
            m:notify { channel = "phone", title = m.subject, body = m.text:sub(1, 200) }
            m:move "Alerts"
          end,
        }
        """

    @Test
    func `A webhook gets one JSON object for each notification`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let hook = try HookListener()
        let setup = try PostmoonSetup(
            accounts: [server.account(user)],
            channels: "[notify.phone]\ntype = \"webhook\"\nurl = \"\(hook.url)\"\nheaders = { X-Key = \"k1\" }",
            rules: Self.rules)
        let daemon = try await setup.watch()
        let letter = Letter("db3 is DOWN")
        try await server.deliver(letter, to: user)
        let request = try #require(try await hook.requests(atLeast: 1).first)
        #expect(request.line == "POST /hook HTTP/1.1")
        #expect(request.headers["content-type"]?.hasPrefix("application/json") == true)
        #expect(request.headers["x-key"] == "k1")
        #expect(request.headers["idempotency-key"]?.isEmpty == false)
        let payload = try request.json()
        #expect(payload.text("title") == "db3 is DOWN")
        #expect(payload.text("body")?.contains("this is all.") == true)
        #expect(payload.text("account") == "lab")
        #expect(payload.text("rule") == "pager")
        #expect(payload.text("message_id") == letter.messageID)
        let plan = try await setup.plan { $0.text("status") == "done" }
        let notify = try #require(plan.objects("actions").first { $0.text("action") == "notify" })
        #expect(notify.text("channel") == "phone")
        #expect(notify.text("state") == "done")
        #expect(try await daemon.stop() == 0)
        #expect(hook.requests.count == 1)
    }

    @Test
    func `A webhook that fails for the moment is asked again with the same key`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let hook = try HookListener(answering: [503])
        let setup = try PostmoonSetup(
            accounts: [server.account(user)],
            channels: "[notify.phone]\ntype = \"webhook\"\nurl = \"\(hook.url)\"", rules: Self.rules)
        let daemon = try await setup.watch()
        try await server.deliver(Letter("db3 is DOWN"), to: user)
        try await daemon.entry("notification put off")
        #expect(try await server.letter("db3 is DOWN", of: user, in: "Alerts") != nil)
        let requests = try await hook.requests(atLeast: 2, within: .seconds(30))
        #expect(requests.count == 2)
        #expect(Set(requests.compactMap { $0.headers["idempotency-key"] }).count == 1)
        _ = try await setup.plan { $0.text("status") == "done" }
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `A webhook that refuses fails the notification, and the message is filed`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let hook = try HookListener(answering: [404])
        let setup = try PostmoonSetup(
            accounts: [server.account(user)],
            channels: "[notify.phone]\ntype = \"webhook\"\nurl = \"\(hook.url)\"", rules: Self.rules)
        let daemon = try await setup.watch()
        try await server.deliver(Letter("db3 is DOWN"), to: user)
        #expect(try await daemon.entry("notification failed")["reason"]?.contains("404") == true)
        let plan = try await setup.plan { $0.text("status") == "failed" }
        #expect(plan.text("error")?.contains("phone") == true)
        #expect(try await server.subjects(of: user, in: "Alerts", become: ["db3 is DOWN"]) == ["db3 is DOWN"])
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `A program gets the text on its standard input and the facts in its environment`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let folder = try TemporaryFolder("pmcmd")
        let program = try folder.write(
            "tell",
            "#!/bin/sh\n{ echo \"$POSTMOON_TITLE|$POSTMOON_RULE\"; cat; } >\"$1.part\"\nmv \"$1.part\" \"$1\"\n",
            mode: 0o700)
        let said = folder.file("said")
        let setup = try PostmoonSetup(
            accounts: [server.account(user)],
            channels: "[notify.phone]\ntype = \"command\"\ncommand = [\"\(program)\", \"\(said)\"]", rules: Self.rules)
        let daemon = try await setup.watch()
        try await server.deliver(Letter("db3; touch $HOME/x `id` is DOWN"), to: user)
        try await daemon.entry("notified")
        let text = try String(contentsOfFile: said, encoding: .utf8)
        #expect(text.hasPrefix("db3; touch $HOME/x `id` is DOWN|pager\n"))
        #expect(text.contains("this is all."))
        #expect(try await daemon.stop() == 0)
    }
}
