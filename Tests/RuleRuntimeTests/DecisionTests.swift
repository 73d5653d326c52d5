import MailModel
import Testing

@testable import RuleRuntime

@Suite struct DecisionTests {
    @Test func aConditionAndAListMakeAPlanWithEvidence() async throws {
        let bench = try await RuleBench(
            """
            rule "Apple receipts" {
              when = from:domain "apple.com" & subject:contains "RECEIPT",
              run  = { mark "seen", move "Receipts" },
            }
            rule "later" { run = { mark "flagged" } }
            """)
        let decision = try await bench.decide(.whole())
        #expect(
            decision.actions.map(\.action) == [.mark(flag: "seen"), .move(FolderTarget(place: .name("Receipts")))])
        #expect(decision.actions.map(\.position?.description) == ["rules.lua:3", "rules.lua:3"])
        #expect(decision.matchedRules == ["Apple receipts"])
        #expect(
            decision.evidence == [
                RuleEvidence(
                    rule: "Apple receipts", matched: true,
                    tests: [
                        .init(
                            test: "from:domain \"apple.com\"", value: "Apple, Inc. <no_reply@email.apple.com>",
                            result: true),
                        .init(
                            test: "subject:contains \"RECEIPT\"", value: "Your receipt from Apple. München",
                            result: true),
                    ])
            ])
    }

    @Test func aFunctionPlansWithMethods() async throws {
        let bench = try await RuleBench(
            """
            rule "Pager" {
              when = from:is "no_reply@email.apple.com",
              run = function(m)
                m:forward { to = "oncall@example.com", as = "attachment", first = true }
                m:notify { channel = "phone", title = m.subject, body = m.text:sub(1, 5) }
                m:mark "flagged"
              end,
            }
            """)
        let decision = try await bench.decide(.whole())
        #expect(
            decision.actions.map(\.action) == [
                .forward(ForwardRequest(to: ["oncall@example.com"], form: .attachment, first: true)),
                .notify(
                    NotifyRequest(channel: "phone", title: "Your receipt from Apple. München", body: "Total")),
                .mark(flag: "flagged"),
            ])
    }
}
