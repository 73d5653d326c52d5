import Foundation
import TestKit
import Testing

/// Rules that cannot be loaded, that fail, or that never end.
@Suite(.inTurn, .timeLimit(.minutes(5)))
struct RuleFaultTests {
    private static let odd = #"rule "odd" { when = subject:starts "Odd", run = function(m) error("no idea") end }"#

    @Test
    func `A syntax error keeps run from starting and check says where`() async throws {
        let server = try await SharedServers.dovecot()
        let setup = try PostmoonSetup(
            accounts: [server.account(newUser())], rules: "rule \"a\" {\n  run = { move \"X\" }\n\nrule \"b\" {}\n")
        let checked = try await setup.run("check")
        #expect(checked.status == 1)
        #expect(checked.output.contains("rules.lua:4:") || checked.output.contains("rules.lua:5:"), "\(checked)")
        let started = try await setup.run("run")
        #expect(started.status == 2)
        #expect(started.error.contains("rules.lua:"), "\(started)")
        let whole = try PostmoonSetup(accounts: [server.account(newUser())], rules: WatchTests.rules)
        #expect(try await whole.run("check").status == 0)
    }

    enum Misbehaviour: String, CaseIterable {
        case runtimeError = "return m.subject .. nil"
        case unknownField = "return m.subjekt:len()"
        case endlessLoop = "while true do end"
        case endlessLoopInPcall = "while true do pcall(function() while true do end end) end"
        case evilPattern = #"return ("a"):rep(3000):find(".-.-b")"#
        case memory = #"local t = {} for i = 1, 1e9 do t[i] = ("x"):rep(1000) .. i end"#
    }

    @Test(arguments: Misbehaviour.allCases)
    func `A rule that fails leaves its message, is named with file and line, and other mail goes on`(
        _ misbehaviour: Misbehaviour
    ) async throws {
        let server = try await SharedServers.dovecot()
        let bad = server.account(newUser())
        var other = server.account(newUser("other"))
        other.name = "other"
        let setup = try PostmoonSetup(
            accounts: [bad, other],
            rules: """
                rule "first" { when = subject:contains "Bad", run = { mark "flagged" }, continue = true }
                rule "odd" {
                  when = subject:starts "Bad",
                  run = function(m)
                    \(misbehaviour.rawValue)
                  end,
                }
                rule "good" { when = subject:starts "Good", run = { move "Filed" } }
                rule "rest" { run = { move "Rest" } }
                """)
        let daemon = try await setup.watch(folders: 2)
        try await server.deliver(Letter("Bad"), Letter("Good"), to: bad.user)
        try await server.deliver(Letter("Good"), to: other.user)
        #expect(try await server.letter("Good", of: other.user, in: "Filed") != nil)
        #expect(try await server.letter("Good", of: bad.user, in: "Filed") != nil)
        try await daemon.entry("rule failed")
        let plan = try await setup.plan { $0.text("subject") == "Bad" }
        #expect(plan.text("status") == "failed")
        #expect(plan.texts("rules") == ["odd"])
        let error = try #require(plan.text("error"))
        #expect(error.contains("rules.lua:5: rule odd: "), "\(error)")
        // Nothing of the message's plan, not even what an earlier rule wanted.
        #expect(plan.objects("actions").isEmpty)
        #expect(server.messages(of: bad.user).map(\.flags) == [[]])
        #expect(daemon.isRunning)
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `A plan that failed in a rule is decided again when better rules are loaded`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let setup = try PostmoonSetup(
            accounts: [server.account(user)],
            rules: #"rule "all" { when = subject:starts "File", run = function(m) m:move(m.nothing.at_all) end }"#)
        let daemon = try await setup.watch()
        try await server.deliver(Letter("File me"), to: user)
        try await daemon.entry("rule failed")
        try setup.replaceRules(WatchTests.rules)
        daemon.signal(SIGHUP)
        #expect(try await server.letter("File me", of: user, in: "Filed") != nil)
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `A rule that keeps failing is set aside, loudly, until the rules are changed`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let setup = try PostmoonSetup(
            accounts: [server.account(user)],
            rules: """
                \(Self.odd)
                rule "rest" { run = { move "Rest" } }
                """)
        let daemon = try await setup.watch()
        let client = try await server.lmtp()
        for number in 1...20 { try await client.deliver(Letter("Odd \(number)").text, to: user) }
        let told = try await daemon.entry("a rule failed too often: it is set aside until the rules are changed")
        #expect(told["rule"] == "odd" && told["level"] == "critical")
        #expect(told["error"]?.contains("rules.lua:1: rule odd: no idea") == true)
        try await server.deliver(Letter("Odd 21"), to: user)
        #expect(try await server.letter("Odd 21", of: user, in: "Rest") != nil)
        let status = try await setup.run("status", "--json")
        #expect(status.status == 1)
        #expect(try status.object().object("rules")?.objects("set_aside").map { $0.text("rule") } == ["odd"])
        #expect(server.messages(of: user).count == 20)

        try setup.replaceRules(#"rule "rest" { run = { move "Rest" } }"#)
        daemon.signal(SIGHUP)
        #expect(try await server.subjects(of: user, become: []) == [])
        #expect(server.messages(of: user, in: "Rest").count == 21)
        #expect(try await setup.run("status", "--json").status == 0)
        #expect(try await daemon.stop() == 0)
    }

    @Test(arguments: [false, true])
    func `In a sweep a rule is set aside after as many messages, and not after those that were only looked at`(
        _ readsBodies: Bool
    ) async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let setup = try PostmoonSetup(
            accounts: [server.account(user)],
            rules: """
                \(Self.odd)
                \(readsBodies ? #"rule "body" { when = body:contains "never there", run = { move "Body" } }"# : "")
                rule "rest" { run = { move "Rest" } }
                """)
        let client = try await server.lmtp()
        for number in 1...15 { try await client.deliver(Letter("Odd \(number)").text, to: user) }
        #expect(try await setup.run("sweep", "--apply", "--yes").status == 1)
        #expect(server.messages(of: user).count == 15, "not often enough")
        #expect(server.messages(of: user, in: "Rest").isEmpty)
        for number in 16...30 { try await client.deliver(Letter("Odd \(number)").text, to: user) }
        #expect(try await setup.run("sweep", "--apply", "--yes").status == 1)
        #expect(server.messages(of: user).count == 20)
        #expect(server.messages(of: user, in: "Rest").count == 10)
    }

    @Test(arguments: [false, true])
    func `What failed in a rule is decided again when a person releases it`(_ hasDaemon: Bool) async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let setup = try PostmoonSetup(
            accounts: [server.account(user)],
            rules: """
                rule "picky" {
                  when = subject:starts "File",
                  run = function(m)
                    if not m.flags.flagged then error("not yet") end
                    m:move "Filed"
                    m:mark("seen", { after = "1s" })
                  end,
                }
                """)
        let daemon = try await setup.watch()
        try await server.deliver(Letter("File me"), to: user)
        let failed = try await setup.plan { $0.text("status") == "failed" }
        let number = try #require(failed.number("plan"))
        if !hasDaemon { #expect(try await daemon.stop() == 0) }
        #expect(try await setup.run("release", "\(number)").status == 1)
        #expect(try await server.subjects(of: user, become: ["File me"]) == ["File me"])
        try await server.doveadm("flags", "add", "-u", user, "\\Flagged", "mailbox", "INBOX", "all")
        let released = try await setup.run("release", "\(number)", "--json")
        #expect(try released.object().text("status") == "done", "\(released)")
        #expect(try released.object().number("plan") == number)
        #expect(try await server.subjects(of: user, in: "Filed", become: ["File me"]) == ["File me"])
        guard hasDaemon else { return }
        _ = try await setup.plan { $0.text("trigger") == "after:\(number)" && $0.text("status") == "done" }
        #expect(server.messages(of: user, in: "Filed").first?.flags.contains("S") == true)
        #expect(try await daemon.stop() == 0)
    }
}
