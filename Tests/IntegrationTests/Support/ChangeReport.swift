import TestKit

/// How changes can be found: by QRESYNC, by CONDSTORE alone, by comparing, and that without being told of anything.
enum ChangeMeans: String, CaseIterable, Sendable {
    case resync, condstore, comparison, polling

    var capabilities: CapabilityProfile {
        switch self {
        case .resync: .full
        case .condstore: .icloud
        case .comparison: .withoutCondstore
        case .polling: .withoutIdle
        }
    }

    /// How the program finds them.
    var way: String {
        switch self {
        case .resync: "QRESYNC"
        case .condstore: "CONDSTORE"
        case .comparison, .polling: "comparison"
        }
    }

    /// Further lines of the account's table.
    var extra: String {
        switch self {
        case .resync, .comparison: ""
        // Whose QRESYNC is not believed.
        case .condstore: #"provider = "icloud""#
        // Whose mod-sequences are not believed either, and whose lines are short.
        case .polling: "provider = \"proton\"\npoll = \"1s\""
        }
    }
}

/// Rules that say what each event was, each in a plan of its own.
enum ChangeReport {
    /// Puts an event into words.
    static let telling = """
        local function tell(m)
            local words = { m.event.kind }
            for _, flag in ipairs(m.event.added) do words[#words + 1] = "+" .. flag end
            for _, flag in ipairs(m.event.removed) do words[#words + 1] = "-" .. flag end
            return table.concat(words, " ")
        end
        """

    /// For messages whose subject begins with “Mail”; `gone` is asked about one by its sender.
    static let rules = """
        \(telling)
        rule "changes" {
            on = { "flags", "moved_in", "removed" }, when = subject:starts "Mail",
            run = function(m) m:log(m.subject .. ": " .. tell(m)) end,
        }
        rule "new" { when = subject:starts "Sentinel", run = { log "new" } }
        rule "gone" { on = "removed", when = from:is "gone@example.net", run = { log "by sender" } }
        """
}

extension PostmoonSetup {
    /// What the plans say, in alphabetical order.
    func changesTold() async throws -> [String] {
        try await run("log", "--json", "--limit", "1000").objects().flatMap { plan in
            plan.objects("actions").compactMap { $0.text("body") }
        }.filter { $0 != "new" }.sorted()
    }

    /// Waits until the plans say at least so much, and until mail that came later was decided: what they say then.
    func changesTold(_ count: Int, by server: DovecotServer, _ user: String) async throws -> [String] {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(20)
        while try await changesTold().count < count, clock.now < end {}
        let sentinel = Letter("Sentinel \(newUser("s"))")
        try await server.deliver(sentinel, to: user)
        _ = try await plan { $0.text("subject") == sentinel.subject }
        return try await changesTold()
    }
}
