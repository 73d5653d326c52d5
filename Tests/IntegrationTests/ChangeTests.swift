import Foundation
import TestKit
import Testing

/// Changes by another client are told to the rules once each, however the server lets them be found, and those of
/// Postmoon itself never.
@Suite(.inTurn, .timeLimit(.minutes(5)))
struct ChangeTests {
    /// What another client does, and what comes of it.
    private func act(_ server: DovecotServer, _ user: String) async throws {
        func inbox(_ subject: String) -> [String] { ["mailbox", "INBOX", "subject", subject] }
        func doveadm(_ words: [String], _ flags: [String] = [], _ query: [String]) async throws {
            _ = try await server.doveadm(words + ["-u", user] + flags + query)
        }
        try await doveadm(["flags", "add"], [#"\Seen"#], inbox("Mail marked"))
        try await doveadm(["flags", "remove"], [#"\Flagged"#], inbox("Mail unmarked"))
        try await doveadm(["flags", "replace"], [#"\Answered $Work"#], inbox("Mail replaced"))
        try await doveadm(["move"], ["Elsewhere"], inbox("Mail moved out"))
        try await doveadm(["move"], ["INBOX"], ["mailbox", "Elsewhere", "subject", "Mail moved in"])
        try await doveadm(["flags", "add"], [#"\Deleted"#], inbox("Mail deleted"))
        try await doveadm(["expunge"], [], inbox("Mail deleted"))
        try await doveadm(["expunge"], [], inbox("Gone by sender"))
    }

    static let expected = [
        "Mail deleted: removed", "Mail marked: flags +seen", "Mail moved in: moved_in", "Mail moved out: removed",
        "Mail replaced: flags +$Work +answered -flagged -seen", "Mail unmarked: flags -flagged", "by sender",
    ]

    private func furnish(_ means: ChangeMeans) async throws -> (DovecotServer, String, PostmoonSetup) {
        let server = try await SharedServers.dovecot(means.capabilities)
        let user = newUser()
        try await server.doveadm("mailbox", "create", "-u", user, "Elsewhere")
        for subject in ["marked", "unmarked", "replaced", "moved out", "deleted", "untouched"] {
            try await server.deliver(Letter("Mail \(subject)"), to: user)
        }
        try await server.deliver(Letter("Gone by sender", from: "gone@example.net"), to: user)
        try server.place(Letter("Mail moved in").text, of: user, in: "Elsewhere", received: 1_577_880_000)
        try await server.doveadm("flags", "add", "-u", user, #"\Flagged"#, "mailbox", "INBOX", "subject", "unmarked")
        try await server.doveadm(
            "flags", "add", "-u", user, #"\Flagged \Seen"#, "mailbox", "INBOX", "subject", "replaced")
        var account = server.account(user)
        account.extra = means.extra
        return (server, user, try PostmoonSetup(accounts: [account], rules: ChangeReport.rules))
    }

    @Test(arguments: ChangeMeans.allCases)
    func `Each change while watching is told once`(_ means: ChangeMeans) async throws {
        let (server, user, setup) = try await furnish(means)
        var daemon = try await setup.watch("--log-level", "debug")
        try await act(server, user)
        let told = try await setup.changesTold(Self.expected.count, by: server, user)
        #expect(told == Self.expected)
        // The listing that begins it apart, it asks in the one way that this server is good for.
        #expect(Set(daemon.log.compactMap { $0["by"] }) == [means.way])
        #expect(daemon.log.allSatisfy { $0["level"] != "error" && $0["level"] != "warning" })
        // Nothing of it comes again when the mailbox is taken up anew.
        try await daemon.kill()
        daemon = try await setup.watch()
        #expect(try await setup.changesTold(Self.expected.count, by: server, user) == Self.expected)
        #expect(try await daemon.stop() == 0)
    }

    @Test(arguments: ChangeMeans.allCases)
    func `Each change while it was off is told once`(_ means: ChangeMeans) async throws {
        let (server, user, setup) = try await furnish(means)
        var daemon = try await setup.watch()
        #expect(try await daemon.stop() == 0)
        try await act(server, user)
        daemon = try await setup.watch()
        #expect(try await setup.changesTold(Self.expected.count, by: server, user) == Self.expected)
        #expect(try await daemon.stop() == 0)
        daemon = try await setup.watch()
        #expect(try await setup.changesTold(Self.expected.count, by: server, user) == Self.expected)
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `A swarm of changes is looked at together`() async throws {
        let server = try await SharedServers.dovecot(.withoutCondstore)
        let user = newUser()
        let client = try await server.lmtp()
        for number in 1...200 { try await client.deliver(Letter("Mail \(number)").text, to: user) }
        let setup = try PostmoonSetup(accounts: [server.account(user)], rules: ChangeReport.rules)
        let daemon = try await setup.watch("--log-level", "debug")
        try await server.deliver(Letter("Sentinel"), to: user)
        _ = try await setup.plan { $0.text("subject") == "Sentinel" }
        func looks() -> Int { daemon.log.count { $0.message == "looking for changes" } }
        let before = looks()
        try await server.doveadm("flags", "add", "-u", user, #"\Seen"#, "mailbox", "INBOX", "subject", "Mail")
        let told = try await setup.changesTold(200, by: server, user)
        #expect(told == (1...200).map { "Mail \($0): flags +seen" }.sorted())
        #expect(looks() - before <= 5, "\(looks() - before) looks for 200 changes")
        #expect(try await daemon.stop() == 0)
    }

    @Test(arguments: [ChangeMeans.resync, .comparison])
    func `Changes that a crash comes between are told once`(_ means: ChangeMeans) async throws {
        let server = try await SharedServers.dovecot(means.capabilities)
        let user = newUser()
        let client = try await server.lmtp()
        for number in 1...40 { try await client.deliver(Letter("Mail \(number) of 40").text, to: user) }
        let setup = try PostmoonSetup(accounts: [server.account(user)], rules: ChangeReport.rules)
        var daemon = try await setup.watch("--log-level", "debug")
        for round in 0..<8 {
            let seen = daemon.log.count
            for number in 1...5 {
                let subject = "Mail \(round * 5 + number) of"
                try await server.doveadm("flags", "add", "-u", user, #"\Seen"#, "mailbox", "INBOX", "subject", subject)
                if number > 3 {
                    try await server.doveadm("expunge", "-u", user, "mailbox", "INBOX", "subject", subject)
                }
            }
            // In the midst of it, each time a little later.
            if round % 2 == 0 {
                try await daemon.entry("looking for changes", from: seen)
            } else {
                try await daemon.entry("decided", from: seen)
            }
            try await daemon.kill()
            daemon = try await setup.watch("--log-level", "debug")
        }
        var expected: [String] = []
        for number in 1...40 where (number - 1) % 5 < 3 { expected.append("Mail \(number) of 40: flags +seen") }
        for number in 1...40 where (number - 1) % 5 >= 3 { expected.append("Mail \(number) of 40: removed") }
        let told = try await setup.changesTold(expected.count, by: server, user)
        // Whether one that was gone soon had been seen before is a matter of time.
        let gone = Set((1...40).filter { ($0 - 1) % 5 >= 3 }.map { "Mail \($0) of 40: flags +seen" })
        #expect(Set(told).count == told.count, "told twice")
        #expect(told.filter { !gone.contains($0) } == expected.sorted())
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `New UIDs make no change of old messages, and later changes are told`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        try await server.deliver(Letter("Mail 1"), Letter("Mail 2"), to: user)
        let setup = try PostmoonSetup(accounts: [server.account(user)], rules: ChangeReport.rules)
        var daemon = try await setup.watch()
        #expect(try await daemon.stop() == 0)
        try await server.renumber(user, uidValidity: 1_234_567_891)
        daemon = try await setup.watch()
        #expect(try await setup.changesTold(0, by: server, user) == [])
        try await server.doveadm("flags", "add", "-u", user, #"\Flagged"#, "mailbox", "INBOX", "subject", "Mail 1")
        try await server.doveadm("expunge", "-u", user, "mailbox", "INBOX", "subject", "Mail 2")
        let expected = ["Mail 1: flags +flagged", "Mail 2: removed"]
        #expect(try await setup.changesTold(2, by: server, user) == expected)
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `A rule that comes to want changes hears of those that come after it`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        try await server.deliver(Letter("Mail 1"), Letter("Mail 2"), Letter("Mail 3"), to: user)
        let setup = try PostmoonSetup(
            accounts: [server.account(user)],
            rules: #"rule "new" { when = subject:starts "Sentinel", run = { log "new" } }"#)
        let daemon = try await setup.watch()
        try await server.doveadm("flags", "add", "-u", user, #"\Seen"#, "mailbox", "INBOX", "subject", "Mail 1")
        #expect(try await setup.changesTold(0, by: server, user) == [])
        // First flags alone, then removals too, whose headers are kept from then on.
        var seen = daemon.log.count
        try setup.replaceRules(
            """
            \(ChangeReport.telling)
            rule "new" { when = subject:starts "Sentinel", run = { log "new" } }
            rule "changes" { on = "flags", run = function(m) m:log(m.subject .. ": " .. tell(m)) end }
            """)
        daemon.signal(SIGHUP)
        try await daemon.entry("the folder's messages are known; changes are told from now on", from: seen)
        try await server.doveadm("flags", "add", "-u", user, #"\Seen"#, "mailbox", "INBOX", "subject", "Mail 2")
        #expect(try await setup.changesTold(1, by: server, user) == ["Mail 2: flags +seen"])
        seen = daemon.log.count
        try setup.replaceRules(ChangeReport.rules)
        daemon.signal(SIGHUP)
        try await daemon.entry("what rules can ask of removed messages is kept from now on", from: seen)
        try await server.doveadm("expunge", "-u", user, "mailbox", "INBOX", "subject", "Mail 3")
        #expect(try await setup.changesTold(2, by: server, user) == ["Mail 2: flags +seen", "Mail 3: removed"])
        #expect(try await daemon.stop() == 0)
    }
}
