import Foundation
import TestKit
import Testing

/// What the commands print, for people and for programs: names that are fixed (DESIGN §5).
@Suite(.inTurn, .timeLimit(.minutes(5)))
struct CommandTests {
    static let planKeys: Set = [
        "plan", "time", "account", "folder", "uid", "message_id", "subject", "from", "event", "trigger", "rules",
        "actions", "status", "error", "evidence",
    ]
    static let rules = """
        rule "receipts" {
          when = from:domain "apple.com" & subject:contains "receipt",
          run  = { mark "seen", keyword "Paid", copy "Copies", move "Receipts" },
        }
        rule "bin" { when = subject:contains "lottery", run = { trash } }
        """

    @Test
    func `inspect shows a message on the server as rules see it`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        var letter = Letter("=?utf-8?b?R3LDvMOfZQ==?=", from: "=?utf-8?q?J=C3=B6rg?= <joerg@example.net>")
        letter.headers = [
            "Cc: a@example.org, \"B, the second\" <b@example.org>", "Reply-To: r@example.net",
            "Sender: s@example.net", "List-Id: A list <list.example.net>", "MIME-Version: 1.0",
            "Content-Type: multipart/mixed; boundary=x",
        ]
        letter.body = """
            --x\r
            Content-Type: text/plain; charset=iso-8859-1\r
            Content-Transfer-Encoding: quoted-printable\r
            \r
            Sch=F6n\r
            --x\r
            Content-Type: application/pdf\r
            Content-Disposition: attachment; filename="bill.pdf"\r
            Content-Transfer-Encoding: base64\r
            \r
            SGVsbG8=\r
            --x--\r

            """
        try await server.deliver(letter, to: user)
        let setup = try PostmoonSetup(accounts: [server.account(user)], rules: Self.rules)
        let result = try await setup.run("inspect", "lab/INBOX/1", "--json")
        #expect(result.status == 0)
        let message = try result.object()
        #expect(
            message.keys.isSuperset(of: [
                "message_id", "subject", "date", "from", "to", "cc", "bcc", "reply_to", "sender", "list_id", "headers",
                "text", "html", "attachments", "size", "flags", "parts",
            ]))
        #expect(message.text("subject") == "Grüße")
        #expect(message.text("message_id") == letter.messageID)
        #expect(message.text("date") == "2026-11-23T09:00:00Z")
        #expect(message.objects("from").map { $0.text("name") } == ["Jörg"])
        #expect(message.objects("from").map { $0.text("address") } == ["joerg@example.net"])
        #expect(message.objects("cc").map { $0.text("name") } == ["", "B, the second"])
        #expect(message.objects("reply_to").map { $0.text("address") } == ["r@example.net"])
        #expect(message.objects("sender").map { $0.text("address") } == ["s@example.net"])
        #expect(message.objects("bcc").isEmpty)
        #expect(message.text("list_id") == "list.example.net")
        #expect(message.rows("headers").contains(["Subject", "Grüße"]))
        #expect(message.text("text")?.contains("Schön") == true)
        let attachment = try #require(message.objects("attachments").first)
        #expect(attachment.text("filename") == "bill.pdf")
        #expect(attachment.text("type") == "application/pdf")
        #expect(attachment.number("size") == 5)
        #expect(message.number("size").map { $0 > 400 } == true)
        // Looking changes nothing.
        #expect(server.messages(of: user).map(\.flags) == [[]])
        #expect(try await setup.run("inspect", "lab/INBOX/99").status == 1)
        #expect(try await setup.run("inspect", "elsewhere/INBOX/1").status == 2)
    }

    @Test
    func `log and why tell what was decided, on what evidence, and what was done`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let setup = try PostmoonSetup(accounts: [server.account(user)], rules: Self.rules)
        let follower = try await {
            let daemon = try await setup.watch()
            return (daemon, try setup.start("log", "--follow"))
        }()
        let letter = Letter("Your receipt", from: "Apple <no_reply@email.apple.com>")
        try await server.deliver(letter, Letter("Lunch?"), Letter("The lottery"), to: user)
        #expect(try await server.letter("Your receipt", of: user, in: "Receipts") != nil)
        #expect(try await server.letter("The lottery", of: user, in: "Trash") != nil)
        let plan = try await setup.plan { $0.text("subject") == "Your receipt" && $0.text("status") == "done" }
        #expect(plan.keys.isSuperset(of: Self.planKeys), "missing: \(Self.planKeys.subtracting(plan.keys))")
        #expect(plan.text("account") == "lab")
        #expect(plan.text("folder") == "INBOX")
        #expect(plan.text("message_id") == letter.messageID)
        #expect(plan.text("from")?.contains("no_reply@email.apple.com") == true)
        #expect(plan.text("event") == "new")
        #expect(plan.text("trigger") == "new")
        #expect(plan.text("time")?.hasSuffix("Z") == true)
        let actions = plan.objects("actions")
        #expect(actions.map { $0.text("action") } == ["mark", "keyword", "copy", "move"])
        #expect(actions.map { $0.text("flag") } == ["seen", "Paid", nil, nil])
        #expect(actions.map { $0.text("folder") } == [nil, nil, "Copies", "Receipts"])
        #expect(actions.map { $0.text("state") } == ["done", "done", "done", "done"])
        let evidence = try #require(plan.objects("evidence").first { $0.text("rule") == "receipts" })
        #expect(evidence.flag("matched") == true)
        #expect(evidence.objects("tests").map { $0.flag("result") } == [true, true])
        #expect(evidence.objects("tests").last?.text("test") == #"subject:contains "receipt""#)
        #expect(evidence.objects("tests").last?.text("value")?.contains("Your receipt") == true)

        let byID = try await setup.run("why", "<\(letter.messageID ?? "")>", "--json").objects()
        #expect(byID.compactMap { $0.number("plan") } == [plan.number("plan")])
        // A Maildir numbers what came within one second in any order.
        let lottery = try await setup.plan { $0.text("subject") == "The lottery" && $0.text("status") == "done" }
        let uid = try #require(plan.number("uid"))
        let left = Set(1...3).subtracting([uid, try #require(lottery.number("uid"))])
        let untouched = try #require(left.count == 1 ? left.first : nil)
        let byPlace = try await setup.run("why", "lab/INBOX/\(uid)", "--json").objects()
        #expect(byPlace.compactMap { $0.number("plan") } == [plan.number("plan")])
        // No rule took it; why says which were asked.
        let lunch = try await setup.run("why", "lab/INBOX/\(untouched)", "--json")
        #expect(lunch.status == 0)
        #expect(try lunch.object().text("subject") == "Lunch?")
        #expect(try lunch.object().objects("evidence").map { $0.flag("matched") } == [false, false])
        #expect(try await setup.run("why", "unheard-of@example.net").status == 1)
        let plain = try await setup.run("why", letter.messageID ?? "")
        #expect(plain.output.contains("receipts"))
        #expect(plain.output.contains("move → Receipts"))

        let binned = try await setup.run("log", "--json", "--rule", "bin").objects()
        #expect(binned.map { $0.text("subject") } == ["The lottery"])
        #expect(try await setup.run("log", "--json", "--account", "lab", "--since", "1h").objects().count >= 2)
        let followed = try await follower.1.objects(atLeast: 2)
        #expect(Set(followed.compactMap { $0.text("subject") }).isSuperset(of: ["Your receipt", "The lottery"]))
        #expect(followed.allSatisfy { ["done"].contains($0.text("status")) })
        try await follower.1.kill()
        #expect(try await follower.0.stop() == 0)
    }

    @Test
    func `why explains a file without a server`() async throws {
        let server = try await SharedServers.dovecot()
        var account = server.account("nobody")
        account.imap.port = 1
        let setup = try PostmoonSetup(accounts: [account], rules: Self.rules)
        let file = try setup.folder.write(
            "receipt.eml", Letter("Your receipt", from: "Apple <no_reply@email.apple.com>").text)
        let result = try await setup.run("why", file, "--json")
        #expect(result.status == 0)
        let report = try result.object()
        #expect(report.keys.isSuperset(of: Self.planKeys), "missing: \(Self.planKeys.subtracting(report.keys))")
        #expect(report.texts("rules") == ["receipts"])
        #expect(report.text("account") == "lab")
        #expect(report.text("folder") == "INBOX")
        let inspected = try await setup.run("inspect", file, "--json")
        #expect(inspected.status == 0)
        #expect(try inspected.object().text("subject") == "Your receipt")
    }

    @Test
    func `why explains a file's account and folder, a rule that failed, and what was taken back`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let setup = try PostmoonSetup(
            accounts: [server.account(user)],
            rules: """
                rule "old" { folder = "Old", when = subject:is "File", run = { mark "seen" } }
                rule "file" { when = subject:is "File", run = { move "Filed" } }
                rule "broken" { when = subject:is "Broken", run = function(m) m:move(nil) end }
                """)
        let file = try setup.folder.write("file.eml", Letter("File").text)
        let old = try await setup.run("why", file, "--json", "--account", "lab", "--folder", "Old").object()
        #expect(old.text("folder") == "Old")
        #expect(old.texts("rules") == ["old"])
        #expect(try await setup.run("why", file, "--account", "elsewhere").status == 2)
        let broken = try await setup.run("why", setup.folder.write("broken.eml", Letter("Broken").text), "--json")
        #expect(broken.status == 0)
        #expect(try broken.object().text("status") == "failed")
        #expect(try broken.object().text("error")?.hasPrefix("rules.lua:3: rule broken: move") == true)

        // The first look takes the mailbox as it is.
        #expect(try await setup.run("run", "--once").status == 0)
        try await server.deliver(Letter("File"), to: user)
        #expect(try await setup.run("run", "--once").status == 0)
        #expect(try await server.subjects(of: user, in: "Filed", become: ["File"]) == ["File"])
        try await server.doveadm("move", "-u", user, "INBOX", "mailbox", "Filed", "ALL")
        #expect(try await setup.run("run", "--once").status == 0)
        #expect(try await server.subjects(of: user, become: ["File"]) == ["File"])
        let back = try await setup.run("why", "lab/INBOX/2", "--json").object()
        #expect(back.text("event") == "taken_back")
        #expect(back.text("error")?.hasPrefix("taken back: ") == true)
        #expect(back.objects("actions").isEmpty)
        #expect(try await setup.run("why", "lab/INBOX/2").output.contains("taken back"))
    }

    @Test
    func `status shows health with a daemon, and says so without one`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let setup = try PostmoonSetup(accounts: [server.account(user)], rules: Self.rules)
        let daemon = try await setup.watch()
        try await server.deliver(Letter("Your receipt", from: "a@apple.com"), to: user)
        _ = try await setup.plan { $0.text("status") == "done" }
        let running = try await setup.run("status", "--json")
        #expect(running.status == 0)
        let status = try running.object()
        #expect(status.keys.isSuperset(of: ["accounts", "rules", "outbox", "plans"]))
        let account = try #require(status.objects("accounts").first)
        let keys: Set = ["account", "state", "folders", "last_event", "last_error", "since"]
        #expect(account.keys.isSuperset(of: keys), "missing: \(keys.subtracting(account.keys))")
        #expect(account.text("state") == "watching")
        #expect(account.text("last_event")?.hasSuffix("Z") == true)
        #expect(status.object("plans")?.number("done") == 1)
        #expect(status.object("rules")?.number("count") == 2)
        #expect(try await setup.run("status").output.contains("lab: watching"))

        #expect(try await daemon.stop() == 0)
        let stopped = try await setup.run("status", "--json")
        #expect(stopped.status == 1)
        #expect(stopped.error.contains("no daemon"))
        #expect(try stopped.object().objects("accounts").map { $0.text("account") } == ["lab"])
        #expect(try stopped.object().object("plans")?.number("done") == 1)
    }

    @Test(arguments: [CapabilityProfile.full, .minimal])
    func `folders lists the account's folders with their roles`(_ capabilities: CapabilityProfile) async throws {
        let server = try await SharedServers.dovecot(capabilities)
        let user = newUser()
        var account = server.account(user)
        account.extra = #"folders = { archive = "Archiv" }"#
        try await server.doveadm("mailbox", "create", "-u", user, "Archiv", "Kunden/Müller")
        let setup = try PostmoonSetup(accounts: [account], rules: Self.rules)
        let result = try await setup.run("folders", "lab", "--json")
        #expect(result.status == 0)
        let folders = try result.objects()
        let roles = Dictionary(uniqueKeysWithValues: folders.map { ($0.text("folder") ?? "", $0.text("role")) })
        #expect(roles["INBOX"] == "inbox")
        #expect(roles["Trash"] == "trash")
        #expect(roles["Archiv"] == "archive")
        #expect(roles["Kunden/Müller"] == .some(nil))
        #expect(try await setup.run("folders", "elsewhere").status == 2)
        let text = try await setup.run("folders", "lab").output
        #expect(text.contains("Kunden/Müller"))
    }

    @Test
    func `Wrong usage and wrong configuration end with 2 and say what is wrong`() async throws {
        let server = try await SharedServers.dovecot()
        let setup = try PostmoonSetup(accounts: [server.account(newUser())], rules: Self.rules)
        #expect(try await setup.run("nonsense").status == 2)
        #expect(try await setup.run("run", "--nonsense").status == 2)
        #expect(try await setup.run("log", "--since", "yesterday").status == 2)
        #expect(try await setup.run("check", "--config", "/no/such/file").status == 2)

        var wrong = server.account(newUser())
        wrong.extra = "pol = \"1s\""
        let misspelt = try PostmoonSetup(accounts: [wrong], rules: Self.rules)
        let result = try await misspelt.run("run")
        #expect(result.status == 2)
        #expect(result.error.contains("postmoon.toml:"), "\(result)")
        #expect(result.error.contains("pol"))

        chmod(setup.folder.file("lab.secret"), 0o644)
        let readable = try await setup.run("run")
        #expect(readable.status == 2)
        #expect(readable.error.contains("chmod"), "\(readable)")
    }
}
