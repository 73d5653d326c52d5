import TestKit
import Testing

/// What a sweep shows is what its number carries out, whatever the rules and the mail are.
@Suite(.inTurn, .timeLimit(.minutes(5)))
struct SweepPropertyTests {
    static let rounds = 100
    /// Mailboxes that one run of the program looks over, each with rules of its own.
    static let together = 10

    @Test
    func `A hundred times the plan of a sweep is what carrying it out did`() async throws {
        let server = try await SharedServers.dovecot()
        var random = SeededGenerator(environment: "POSTMOON_SWEEP_SEED")
        print("sweep property: seed \(random.seed)")
        var plans = 0
        for first in stride(from: 0, to: Self.rounds, by: Self.together) {
            plans += try await round(first..<min(Self.rounds, first + Self.together), on: server, &random)
        }
        // Rules that never match would agree with anything.
        #expect(plans > Self.rounds * 2, "only \(plans) plans, seed \(random.seed)")
    }

    /// - Returns: how many plans there were.
    private func round(
        _ numbers: Range<Int>, on server: DovecotServer, _ random: inout SeededGenerator
    ) async throws -> Int {
        var generator = RandomRules(random: SeededGenerator(seed: random.next()))
        let seed = "seed \(random.seed), rounds \(numbers)"
        var accounts: [AccountText] = []
        var rules: [String] = []
        for number in numbers {
            var account = server.account(newUser("swept"))
            account.name = "a\(number)"
            try server.writeFile("dovecot-keywords", "0 Work\n", of: account.user)
            for letter in 1...Int.random(in: 3...8, using: &generator.random) {
                let (text, flags) = generator.letter(letter)
                try server.place(
                    text, of: account.user, received: generator.random.chance(30) ? 1_500_000_000 : nil, flags: flags)
            }
            rules.append(generator.rules(account: account.name))
            accounts.append(account)
        }
        let setup = try PostmoonSetup(accounts: accounts, rules: rules.joined(separator: "\n"))
        var pictures: [String: MailboxPicture] = [:]
        for account in accounts { pictures[account.name] = try await .taken(of: account.user, on: server) }

        let planned = try await setup.run("sweep", "--json")
        #expect(planned.status == 0, "\(seed): \(planned)")
        let plans = try planned.objects().filter { $0.text("status") == "proposed" && !Self.isDry($0) }
        for plan in plans { pictures[plan.text("account") ?? ""]?.carryOut(plan) }
        if !plans.isEmpty {
            let number = try #require(plans.first?.text("trigger")?.split(separator: ":").last.map(String.init))
            // By its number, or decided anew in one go: on mail that stands still it is the same.
            let applied =
                generator.random.chance(50)
                ? try await setup.run("sweep", "--apply", number, "--yes", "--json")
                : try await setup.run("sweep", "--apply", "--yes", "--json")
            let outcomes = try applied.objects().filter { !Self.isDry($0) && $0.text("status") != "failed" }
            #expect(outcomes.map(Self.essence) == plans.map(Self.essence), "\(seed)")
            #expect(outcomes.allSatisfy { $0.text("status") == "done" }, "\(seed): \(applied)")
        }
        for account in accounts {
            let found = try await MailboxPicture.taken(of: account.user, on: server)
            let expected = try #require(pictures[account.name])
            #expect(
                found == expected,
                "\(seed), \(account.name):\n\(found)\nexpected\n\(expected)\n\(rules.joined(separator: "\n"))")
        }
        return plans.count
    }

    private static func isDry(_ plan: JSONObject) -> Bool { plan.text("trigger")?.hasSuffix(":dry") == true }

    /// What is wanted of which message.
    private static func essence(_ plan: JSONObject) -> String {
        let actions = plan.objects("actions").map {
            "\($0.text("action") ?? "") \($0.text("folder") ?? "")\($0.text("flag") ?? "")"
        }
        return "\(plan.text("account") ?? "") \(plan.text("subject") ?? ""): \(actions.joined(separator: ", "))"
    }
}
