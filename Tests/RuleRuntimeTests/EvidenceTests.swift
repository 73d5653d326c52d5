import MailModel
import Testing

@testable import RuleRuntime

@Suite struct EvidenceTests {
    private static let source = """
        rule "elsewhere" { folder = "Other", run = { trash } }
        rule "no" { when = bulk | subject:is "x", run = { trash } }
        rule "asks" { when = function(m) return m:is(from:is "x") end, run = { trash } }
        rule "yes" { when = subject:contains "receipt" & ~flag "seen", run = { mark "seen" } }
        rule "now seen" { when = flag "seen", run = { move "X" } }
        rule "never asked" { run = { trash } }
        """

    @Test(arguments: [EvidenceDetail.always, .whenMatched])
    func everyAskedRuleLeavesWhatWasLookedAt(detail: EvidenceDetail) async throws {
        let bench = try await RuleBench(Self.source)
        let outcome = await bench.runtime.decide(
            .whole(), state: .empty, now: RuleBench.now, evidence: detail)
        guard case .decided(let decision) = outcome else {
            Issue.record("not decided")
            return
        }
        let shown = decision.evidence.map { evidence in
            "\(evidence.rule) \(evidence.matched): "
                + evidence.tests.map { "\($0.test) [\($0.value)] \($0.result)" }.joined(separator: "; ")
        }
        #expect(
            shown == [
                "elsewhere false: folder = \"Other\" [INBOX] false",
                "no false: bulk [] false; subject:is \"x\" [Your receipt from Apple. München] false",
                "asks false: from:is \"x\" [Apple, Inc. <no_reply@email.apple.com>] false; when = function [false] false",
                "yes true: subject:contains \"receipt\" [Your receipt from Apple. München] true; flag \"seen\" [] false",
                "now seen true: flag \"seen\" [seen] true",
            ])
    }

    @Test func whatMatchesNothingMayLeaveNothing() async throws {
        let bench = try await RuleBench("rule \"no\" { when = bulk, run = { trash } }")
        for (detail, count) in [(EvidenceDetail.always, 1), (.whenMatched, 0)] {
            guard
                case .decided(let decision) = await bench.runtime.decide(
                    .whole(), state: .empty, now: RuleBench.now, evidence: detail)
            else {
                Issue.record("not decided")
                return
            }
            #expect(decision.evidence.count == count)
        }
    }

    @Test(arguments: [EvidenceDetail.always, .whenMatched])
    func aFailureKeepsTheEvidence(detail: EvidenceDetail) async throws {
        let bench = try await RuleBench(
            """
            rule "no" { when = bulk, run = { trash } }
            rule "bad" { when = from:exists(), run = function(m) m:is(cc:exists()) error "no" end }
            """)
        guard
            case .failed(let failure) = await bench.runtime.decide(
                .whole(), state: .empty, now: RuleBench.now, evidence: detail)
        else {
            Issue.record("did not fail")
            return
        }
        #expect(failure.evidence.map(\.rule) == ["no", "bad"])
        #expect(failure.evidence.map(\.matched) == [false, true])
        #expect(failure.evidence.map { $0.tests.map(\.test) } == [["bulk"], ["from:exists()", "cc:exists()"]])
    }

    @Test func valuesAreCut() async throws {
        let bench = try await RuleBench("rule \"r\" { when = subject:contains \"x\", run = { mark \"seen\" } }")
        let message = RuleMessage.header("Subject: \(String(repeating: "é", count: 5_000))x\nMessage-ID: <1@x>\n\n")
        let value = try await bench.decide(message).evidence[0].tests[0].value
        #expect(value == String(repeating: "é", count: 200))
    }
}
