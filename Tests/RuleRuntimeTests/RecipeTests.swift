import MailModel
import Testing

@testable import RuleRuntime

/// The recipes in `rules/`: they load, the manual shows them as they are, and each has its tests.
@Suite struct RecipeTests {
    private let folder: RecipeFolder

    init() throws { folder = try RecipeFolder() }

    /// What the README's five lines of configuration give: one account that can send, and nothing else.
    private static let fiveLines = RuleEnvironment(
        accounts: [RuleAccount(name: RuleBench.account("home"), addresses: ["jane@icloud.com"])],
        timezone: "Europe/Berlin")

    private func bench(_ environment: RuleEnvironment = RuleBench.environment) async throws -> RuleBench {
        try await RuleBench(files: folder.rules, lists: folder.lists, environment: environment)
    }

    @Test func theWholeFolderLoadsWithFiveLines() async throws {
        let rules = try await bench(Self.fiveLines).runtime.rules
        #expect(rules.count >= 19, "\(rules.map(\.name))")
        #expect(!rules.contains { !$0.enabled })
    }

    @Test func eachFileOpensWithAShortRemark() {
        for (name, content) in folder.rules {
            let remark = Self.remark(content)
            #expect((2...6).contains(remark.count), "\(name) opens with \(remark.count) lines of remark")
        }
    }

    @Test func thePageShowsEachFileAsItIs() throws {
        let page = MarkdownPage(try RecipeFolder.text("docs/recipes.md"))
        let shown = page.blocks.filter { $0.language == "lua" }.map(\.text)
        for (name, content) in folder.rules {
            let remark = Self.remark(content)
            let code = content.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(remark.count)
                .joined(separator: "\n")
            #expect(shown.contains(code), "docs/recipes.md shows another \(name): run scripts/recipes")
            let section = "\n## \(name)\n\n\(remark.joined(separator: " "))\n"
            #expect(page.text.contains(section), "docs/recipes.md tells another \(name): run scripts/recipes")
        }
        #expect(shown.count == folder.rules.count)
    }

    /// The lines of the remark, without their dashes.
    private static func remark(_ content: String) -> [String] {
        content.split(separator: "\n", omittingEmptySubsequences: false).prefix { $0.hasPrefix("-- ") }
            .map { String($0.dropFirst(3)) }
    }

    @Test func eachRuleHasTests() async throws {
        for rule in try await bench().runtime.rules {
            let tests = try #require(folder.tests["tests/\(rule.position.file)"], "no tests for \(rule.position.file)")
            let cases = tests.split(separator: "\ntest \"")
            #expect(
                cases.contains { Self.expectedRules($0)?.contains("\"\(rule.name)\"") == true },
                "no test in which \"\(rule.name)\" matches")
            #expect(
                cases.contains { Self.expectedRules($0)?.contains("\"\(rule.name)\"") == false },
                "no test in which \"\(rule.name)\" does not match")
        }
    }

    @Test func theTestsPass() async throws {
        let bench = try await bench()
        let rules = RuleFolder(files: [], lists: folder.lists.mapValues { Array($0.utf8) })
        let files = folder.tests.map { RuleFolder.File(name: $0.key, content: $0.value) }
        let tests = RuleTests.load(files, beside: rules, environment: RuleBench.environment, now: RuleBench.now)
        #expect(tests.problems == [])
        #expect(tests.tests.count > 60)
        for test in tests.tests {
            let verdict = await bench.runtime.run(test)
            #expect(verdict.isOK, "\(test.position): \(verdict)")
        }
    }

    /// What stands in the braces of `rules = { }`.
    private static func expectedRules(_ test: Substring) -> Substring? {
        let lines = test.split(separator: "\n")
        return lines.first { $0.drop(while: { $0 == " " }).hasPrefix("rules ") }
    }
}

/// What needs a memory of earlier messages, which a single decision does not show.
extension RecipeTests {
    private func decisions(
        _ messages: [(RuleMessage, Int64)], in bench: RuleBench
    ) async throws -> [Decision] {
        var state = RuleStateSnapshot.empty
        var decisions: [Decision] = []
        for (message, now) in messages {
            let outcome = await bench.runtime.decide(message, state: state, now: now)
            guard case .decided(let decision) = outcome else {
                Issue.record("\(outcome)")
                throw RuleBench.Unexpected()
            }
            for change in decision.stateChanges { state.apply(change) }
            decisions.append(decision)
        }
        return decisions
    }

    @Test func theSecondCopyIsADuplicateAndASweepFindsNone() async throws {
        let now = RuleBench.now
        func copy(_ event: RuleEvent = .new, date: String = "Mon, 02 Mar 2026 11:58:00 +0000") -> RuleMessage {
            .whole("Message-ID: <1@x.example>\nDate: \(date)\nFrom: a@x.example\n\nx\n", event: event)
        }
        let rules = try await decisions(
            [
                (copy(), now), (copy(.sweep), now), (copy(date: "Mon, 02 Mar 2026 11:59:00 +0000"), now), (copy(), now),
                (copy(), now + 31 * 86_400),
            ], in: bench()
        ).map(\.matchedRules)
        #expect(rules == [[], [], [], ["Duplicates"], []])
    }

    @Test func aQuestionIsFlaggedOnceUnlessItWasAnswered() async throws {
        let sent = RuleBench.now - 4 * 86_400
        let asked: RuleEvent = .schedule(rule: "Unanswered questions")
        func question(_ id: String, _ text: String = "Dinner on Friday?\n\n> Really?") -> RuleMessage {
            .whole(
                "Message-ID: <\(id)>\nFrom: jane@icloud.com\nTo: sam@home.example\n\n\(text)\n", event: asked,
                mailbox: "Sent Messages", received: sent)
        }
        let answer = RuleMessage.whole("Message-ID: <b>\nFrom: ada@x.example\nIn-Reply-To: <2@me>\n\nYes.\n")
        let statement = question("3@me", "See you on Friday.\nhttps://x.example/?a=b\n> Friday?")
        let actions = try await decisions(
            [answer, question("1@me"), question("2@me"), statement, question("1@me")].map { ($0, RuleBench.now) },
            in: bench()
        ).map { $0.actions.map(\.action) }
        #expect(actions == [[], [.mark(flag: "flagged")], [], [], []])
    }

    @Test func whatWasForgottenIsUnreadAgainOnceAWeek() async throws {
        let flagged = RuleMessage.whole(
            "Message-ID: <1@x>\nFrom: a@x.example\n\nx\n", flags: [.flagged, .seen],
            event: .schedule(rule: "Flagged and forgotten"), received: RuleBench.now - 8 * 86_400)
        let days: [Int64] = [0, 1, 6, 7, 8]
        let actions = try await decisions(
            days.map { (flagged, RuleBench.now + $0 * 86_400) }, in: bench()
        ).map { $0.actions.map(\.action) }
        #expect(actions == [[.unmark(flag: "seen")], [], [], [.unmark(flag: "seen")], []])
    }

    @Test func onlyASecondInvitationIsAnUpdate() async throws {
        func invitation(_ sequence: Int, _ event: RuleEvent = .new) -> RuleMessage {
            .whole(
                """
                Message-ID: <\(sequence)@cal.example>
                From: boss@corp.example
                Content-Type: text/calendar; method=REQUEST

                BEGIN:VCALENDAR
                METHOD:REQUEST
                BEGIN:VEVENT
                UID:7f0c
                 -42@cal.example
                SEQUENCE:\(sequence)
                END:VEVENT
                END:VCALENDAR

                """, event: event)
        }
        let rules = try await decisions(
            [invitation(0), invitation(0, .sweep), invitation(1)].map { ($0, RuleBench.now) }, in: bench()
        ).map(\.matchedRules)
        #expect(rules == [[], [], ["Updated invitations"]])
    }

    @Test func thePhoneRingsSixTimesAnHour() async throws {
        // 13:00 in Berlin, a Monday.
        let messages = (0..<8).map { number in
            (
                RuleMessage.whole("Message-ID: <\(number)@w>\nFrom: Boss <boss@work.example>\nSubject: Now\n\nx\n"),
                RuleBench.now + Int64(number)
            )
        }
        let notices = try await decisions(messages, in: bench()).map { $0.actions.count }
        #expect(notices == [1, 1, 1, 1, 1, 1, 0, 0])
    }
}
