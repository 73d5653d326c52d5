import Foundation
import TestKit
import Testing

/// Redirects, automatic replies and programs: what leaves beside forwards.
@Suite(.inTurn, .timeLimit(.minutes(5)))
struct SendingOnTests {
    @Test
    func `A redirect arrives as its author wrote it, under the account's Resent fields`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let recipient = "\(newUser("oncall"))@example.com"
        let setup = try PostmoonSetup(
            accounts: [try await ForwardTests.account(user)],
            rules:
                #"rule "on" { when = subject:starts "Pass", run = { redirect { to = "\#(recipient)" }, move "Passed" } }"#
        )
        let daemon = try await setup.watch()
        var letter = Letter("Pass it on", from: "Author <author@example.net>")
        letter.headers = ["X-Signed: do not touch;", "\tnot even  this"]
        try await server.deliver(letter, to: user)
        let arrived = try #require(try await server.messages(of: recipient, atLeast: 1).first)
        #expect(arrived.header("From") == "Author <author@example.net>")
        #expect(arrived.header("Message-ID") == "<\(try #require(letter.messageID))>")
        #expect(arrived.header("Resent-From")?.contains("\(user)@example.org") == true)
        #expect(arrived.header("Resent-To") == recipient)
        #expect(arrived.header("Resent-Date") != nil && arrived.header("Resent-Message-ID") != nil)
        #expect(arrived.header("Return-Path")?.contains("\(user)@example.org") == true)
        #expect(arrived.text.components(separatedBy: "Return-Path:").count == 2)
        let text = arrived.text.replacing("\r\n", with: "\n")
        #expect(text.hasSuffix(letter.text.replacing("\r\n", with: "\n")), "not a byte of it is changed")
        #expect(try await server.letter("Pass it on", of: user, in: "Passed") != nil)
        let plan = try await setup.plan { $0.text("status") == "done" }
        let redirect = try #require(plan.objects("actions").first)
        #expect(redirect.texts("to") == [recipient])
        #expect(redirect.objects("attempts").map { $0.text("result") } == ["accepted"])
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `A reply goes to whoever wrote in person, once, and the rest of the plan goes on anyway`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let author = newUser("author")
        let setup = try PostmoonSetup(
            accounts: [try await ForwardTests.account(user)],
            rules: """
                rule "away" {
                  when = subject:starts "Question",
                  run = { reply { text = "Ich bin im Urlaub — see you." }, move "Asked" },
                }
                """)
        let daemon = try await setup.watch()
        let client = try await server.lmtp()
        func ask(_ number: Int, _ headers: [String] = [], sender: String? = nil) async throws {
            var letter = Letter("Question \(number)", from: "Author <\(author)@example.com>")
            letter.messageID = "question.\(number).\(author)@example.com"
            letter.headers = headers
            try await client.deliver(letter.text, to: user, from: sender ?? "\(author)@example.com")
        }
        try await ask(1)
        let reply = try #require(try await server.messages(of: "\(author)@example.com", atLeast: 1).first)
        #expect(reply.header("Subject") == "Auto: Question 1")
        #expect(reply.header("From")?.contains("\(user)@example.org") == true)
        #expect(reply.header("Auto-Submitted") == "auto-replied")
        #expect(reply.header("In-Reply-To") == "<question.1.\(author)@example.com>")

        try await ask(2)
        try await ask(3, ["Auto-Submitted: auto-generated"], sender: "other@example.com")
        try await ask(4, ["List-Id: <a.example.com>"], sender: "other@example.com")
        try await ask(5, sender: "")
        let all = Set((1...5).map { "Question \($0)" })
        #expect(try await server.subjects(of: user, in: "Asked", become: all) == all)
        let fifth = try await setup.plan { $0.text("subject") == "Question 5" && $0.text("status") == "done" }
        #expect(fifth.objects("actions").map { $0.text("state") } == ["superseded", "done"])
        #expect(server.messages(of: "\(author)@example.com").count == 1)
        #expect(server.messages(of: "other@example.com").isEmpty)
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `A program gets the message and the facts, and what becomes of it is said`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let folder = try TemporaryFolder("pmpipe")
        try folder.write(
            "archive", "#!/bin/sh\ncat > \"$0.message\"\nenv | grep POSTMOON_ | sort > \"$0.facts\"\n")
        try folder.write("refuse", "#!/bin/sh\nexit 3\n")
        for name in ["archive", "refuse"] {
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.file(name))
        }
        let setup = try PostmoonSetup(
            accounts: [server.account(user)],
            channels: """
                [programs.archive]
                command = ["\(folder.file("archive"))"]
                [programs.refuse]
                command = ["\(folder.file("refuse"))"]
                """,
            rules: """
                rule "keep" { when = subject:is "Keep; rm -rf /", run = { pipe "archive", move "Kept" } }
                rule "bad" { when = subject:starts "Bad", run = { pipe "refuse" } }
                """)
        let daemon = try await setup.watch()
        let letter = Letter("Keep; rm -rf /")
        try await server.deliver(letter, Letter("Bad"), to: user)
        let plan = try await setup.plan { $0.text("subject") == "Keep; rm -rf /" && $0.text("status") == "done" }
        #expect(plan.objects("actions").map { $0.text("program") } == ["archive", nil])
        #expect(plan.objects("actions").map { $0.text("state") } == ["done", "done"])
        let message = try String(contentsOfFile: folder.file("archive.message"), encoding: .utf8)
        #expect(message.replacing("\r\n", with: "\n").hasSuffix(letter.text.replacing("\r\n", with: "\n")))
        let facts = try String(contentsOfFile: folder.file("archive.facts"), encoding: .utf8)
        #expect(facts.contains("POSTMOON_SUBJECT=Keep; rm -rf /\n") && facts.contains("POSTMOON_RULE=keep\n"))
        #expect(facts.contains("POSTMOON_PLAN=\(plan.number("plan") ?? 0)\n"))
        let bad = try await setup.plan { $0.text("subject") == "Bad" && $0.text("status") == "failed" }
        #expect(bad.text("error")?.contains("ended with status 3") == true)
        #expect(try await daemon.stop() == 0)
    }
}
