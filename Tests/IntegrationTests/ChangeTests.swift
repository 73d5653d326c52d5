import TestKit
import Testing

/// Changes by another client are told to the rules once each, however the server lets them be found, and those of
/// Postmoon itself never.
@Suite(.inTurn, .timeLimit(.minutes(2)))
struct ChangeTests {
    /// How changes can be found: by QRESYNC, by CONDSTORE alone, by comparing, and that without being told of anything.
    enum Means: String, CaseIterable, Sendable {
        case resync, condstore, comparison, polling

        var capabilities: CapabilityProfile {
            switch self {
            case .resync: .full
            case .condstore: .icloud
            case .comparison: .withoutCondstore
            case .polling: .withoutIdle
            }
        }

        /// Further lines of the account's table.
        var extra: String {
            switch self {
            case .resync, .comparison: ""
            // Whose QRESYNC is not believed.
            case .condstore: #"provider = "icloud""#
            case .polling: #"poll = "1s""#
            }
        }
    }

    /// Says what each event was, in a plan of its own.
    static let telling = """
        local function tell(m)
            local words = { m.event.kind }
            for _, flag in ipairs(m.event.added) do words[#words + 1] = "+" .. flag end
            for _, flag in ipairs(m.event.removed) do words[#words + 1] = "-" .. flag end
            return table.concat(words, " ")
        end
        """

    static let rules = """
        \(telling)
        rule "changes" {
            on = { "flags", "moved_in", "removed" }, when = subject:starts "Mail",
            run = function(m) m:log(m.subject .. ": " .. tell(m)) end,
        }
        rule "new" { when = subject:starts "Sentinel", run = { log "new" } }
        rule "gone" { on = "removed", when = from:is "gone@example.net", run = { log "by sender" } }
        """

    /// What the plans say, in alphabetical order.
    private func told(_ setup: PostmoonSetup) async throws -> [String] {
        try await setup.run("log", "--json").objects().flatMap { plan in
            plan.objects("actions").compactMap { action in
                action.text("body").map { body in
                    plan.text("status") == "failed" ? "failed: \(plan.text("error") ?? "")" : body
                }
            }
        }.filter { $0 != "new" }.sorted()
    }

    /// Waits until the plans say at least so much, and until mail that came later was decided: what they say then.
    private func told(
        _ count: Int, _ setup: PostmoonSetup, _ server: DovecotServer, _ user: String
    ) async throws -> [String] {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(20)
        while try await told(setup).count < count, clock.now < end {}
        let sentinel = Letter("Sentinel \(newUser("s"))")
        try await server.deliver(sentinel, to: user)
        _ = try await setup.plan { $0.text("subject") == sentinel.subject }
        return try await told(setup)
    }

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

    private func furnish(_ means: Means) async throws -> (DovecotServer, String, PostmoonSetup) {
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
        return (server, user, try PostmoonSetup(accounts: [account], rules: Self.rules))
    }

    @Test(arguments: Means.allCases)
    func `Each change while watching is told once`(_ means: Means) async throws {
        let (server, user, setup) = try await furnish(means)
        var daemon = try await setup.watch()
        try await act(server, user)
        let told = try await told(Self.expected.count, setup, server, user)
        #expect(told == Self.expected)
        #expect(daemon.log.allSatisfy { $0["level"] != "error" && $0["level"] != "warning" })
        // Nothing of it comes again when the mailbox is taken up anew.
        try await daemon.kill()
        daemon = try await setup.watch()
        #expect(try await self.told(Self.expected.count, setup, server, user) == Self.expected)
        #expect(try await daemon.stop() == 0)
    }

    @Test(arguments: Means.allCases)
    func `Each change while it was off is told once`(_ means: Means) async throws {
        let (server, user, setup) = try await furnish(means)
        var daemon = try await setup.watch()
        #expect(try await daemon.stop() == 0)
        try await act(server, user)
        daemon = try await setup.watch()
        #expect(try await told(Self.expected.count, setup, server, user) == Self.expected)
        #expect(try await daemon.stop() == 0)
        daemon = try await setup.watch()
        #expect(try await told(Self.expected.count, setup, server, user) == Self.expected)
        #expect(try await daemon.stop() == 0)
    }
}
