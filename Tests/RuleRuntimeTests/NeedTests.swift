import MIMEParsing
import MailModel
import Testing

@testable import RuleRuntime

@Suite struct NeedTests {
    static let text = "Message-ID: <1@x>\nDate: Mon, 02 Mar 2026 11:58:00 +0000\nFrom: a@b.example\nSubject: hello\n\n"

    @Test(
        arguments: [
            ("body:contains \"x\" & from:is \"other@b.example\"", nil),
            ("from:is \"other@b.example\" & body:contains \"x\"", nil),
            ("body:contains \"x\" | subject:is \"hello\"", nil), ("~(body:contains \"x\" & bulk)", .texts),
            ("body:contains \"x\"", .texts), ("has_attachment", .texts),
            ("filename:is \"x\" & subject:is \"hello\"", .texts),
            ("none { body:contains \"x\", subject:is \"hello\" }", nil), ("none { body:contains \"x\" }", .texts),
        ] as [(String, MessageNeed?)])
    func theBodyIsFetchedOnlyWhenItDecides(condition: String, need: MessageNeed?) async throws {
        let bench = try await RuleBench("rule \"r\" { when = \(condition), run = { mark \"seen\" } }")
        #expect(bench.runtime.needs.body)
        let outcome = await bench.runtime.decide(
            .header(Self.text.replacing("Subject: hello\n", with: "Subject: hello\nList-Id: x\n")), state: .empty,
            now: RuleBench.now)
        switch outcome {
        case .needs(let asked): #expect(asked == need)
        case .decided: #expect(need == nil)
        case .failed(let failure): Issue.record("\(failure)")
        }
    }

    @Test func theFieldsAreThoseOfTheConditions() async throws {
        let bench = try await RuleBench(
            """
            rule "a" { when = header "X-Tag":is "1" | recipient:is "x" | auth:pass "spf", run = { mark "seen" } }
            rule "off" { enabled = false, when = header "X-Off":exists() & body:is "", run = { stop } }
            """)
        #expect(
            bench.runtime.needs
                == RuleNeeds(
                    headerFields: [
                        "Message-ID", "Date", "From", "Subject", "X-Tag", "To", "Cc", "Bcc", "Authentication-Results",
                    ], body: false))
    }

    @Test func aFieldThatWasNotFetchedIsAskedFor() async throws {
        let bench = try await RuleBench("rule \"r\" { when = header \"X-Tag\":exists(), run = { mark \"seen\" } }")
        func outcome(_ fields: Set<String>?) async -> DecisionOutcome {
            await bench.runtime.decide(.header(Self.text, fields: fields), state: .empty, now: RuleBench.now)
        }
        guard case .needs(.wholeHeader) = await outcome(["from"]) else {
            Issue.record("not asked for")
            return
        }
        guard case .decided(let decision) = await outcome(["from", "x-tag"]) else {
            Issue.record("asked for though fetched")
            return
        }
        #expect(decision.actions.isEmpty)
    }

    @Test(
        arguments: [
            ("m.text", .texts), ("m.raw", .body), ("m.attachments[1]", .body), ("m.headers[\"X-Other\"]", .wholeHeader),
            ("m:header_all \"Received\"", .wholeHeader), ("m:is(body:contains \"x\")", .texts), ("m.subject", nil),
            ("m.to[1]", nil), ("m.list_id", nil), ("m.size", nil), ("m.headers.subject", nil),
        ] as [(String, MessageNeed?)])
    func aFunctionThatReadsWhatIsMissingIsStopped(expression: String, need: MessageNeed?) async throws {
        let bench = try await RuleBench(
            """
            rule "r" { run = function(m)
              m:mark "seen"
              state.tries = (state.tries or 0) + 1
              pcall(function() local x = \(expression) end)
              m:mark "flagged"
            end }
            """)
        let partial = RuleMessage.header(Self.text, fields: Set(FieldTable.standard.map { $0.lowercased() }))
        let outcome = await bench.runtime.decide(partial, state: .empty, now: RuleBench.now)
        switch outcome {
        case .needs(let asked): #expect(asked == need)
        case .decided(let decision):
            #expect(need == nil)
            #expect(decision.actions.count == 2)
        case .failed(let failure): Issue.record("\(failure)")
        }
        // The second try starts anew: one action of each kind, one change of state.
        let decision = try await bench.decide(.whole())
        #expect(decision.actions.map(\.action) == [.mark(flag: "seen"), .mark(flag: "flagged")])
        #expect(decision.stateChanges == [RuleStateChange(rule: "r", key: "state:tries", value: "1")])
    }

    @Test(
        arguments: [
            ("rule \"a\" { when = body:contains \"x\", run = { trash } }", true),
            ("rule \"a\" { when = body:contains \"x\" & from:is \"y\", run = { trash } }", false),
            ("rule \"a\" { when = body:contains \"x\" | has_attachment, run = { trash } }", true),
            ("rule \"a\" { when = ~filename:exists(), run = { trash } }", true),
            ("rule \"a\" { run = { mark \"seen\" } } rule \"b\" { when = has_attachment, run = { trash } }", true),
            (
                "rule \"a\" { when = bulk, run = { trash } } rule \"b\" { when = has_attachment, run = { trash } }",
                false
            ),
            (
                "rule \"a\" { when = bulk, continue = true, run = { trash } } rule \"b\" { when = has_attachment, run = { trash } }",
                true
            ),
            (
                "rule \"a\" { when = bulk, run = { trash { after = \"1d\" } } } rule \"b\" { when = has_attachment, run = { trash } }",
                true
            ),
            ("rule \"a\" { when = bulk, run = { stop } } rule \"b\" { when = has_attachment, run = { trash } }", false),
            ("rule \"a\" { run = function(m) print(m.text) end }", false),
            ("rule \"a\" { account = \"home\", run = { forward { to = \"x@example.com\" } } }", true),
            ("rule \"a\" { folder = \"Other\", when = has_attachment, run = { trash } }", false),
            ("rule \"a\" { on = \"flags\", when = has_attachment, run = { trash } }", false),
            ("rule \"a\" { enabled = false, when = has_attachment, run = { trash } }", false),
        ])
    func theBodyIsFetchedAtOnceWhenEachMessageNeedsIt(source: String, isNeeded: Bool) async throws {
        let runtime = try await RuleBench(source).runtime
        let home = RuleBench.account("home")
        #expect(await runtime.certainlyReadsBody(account: home, mailbox: .inbox, event: .new) == isNeeded)
        // What is said to be certain is.
        guard isNeeded, !source.contains("forward") else { return }
        guard case .needs(.texts) = await runtime.decide(.header(Self.text), state: .empty, now: RuleBench.now) else {
            Issue.record("not asked for")
            return
        }
    }
}
