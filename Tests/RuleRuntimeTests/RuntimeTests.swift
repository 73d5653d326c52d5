import Dispatch
import MIMEParsing
import MailModel
import Testing

@testable import RuleRuntime

@Suite struct RuntimeTests {
    @Test func oneRuntimeNeverDelaysAnother() async throws {
        var limits = RuleLimits.standard
        limits.steps = 20_000_000
        let pool = RuleExecutorPool(size: 2)
        let slow = try await RuleRuntime(
            folder: RuleFolder(files: [
                .init(name: "a.lua", content: "rule \"a\" { run = function(m) while true do end end }")
            ]),
            environment: RuleBench.environment, limits: limits, executor: pool[0])
        let quick = try await RuleRuntime(
            folder: RuleFolder(files: [.init(name: "a.lua", content: "rule \"a\" { run = { mark \"seen\" } }")]),
            environment: RuleBench.environment, executor: pool[1])
        async let failed = slow.decide(.whole(), state: .empty, now: RuleBench.now)
        for _ in 0..<10 {
            guard case .decided = await quick.decide(.whole(), state: .empty, now: RuleBench.now) else {
                Issue.record("not decided")
                return
            }
        }
        guard case .failed(let failure) = await failed else {
            Issue.record("did not fail")
            return
        }
        #expect(failure.spentBudget)
    }

    @Test func manyMessagesLeaveNothingBehind() async throws {
        let bench = try await RuleBench(
            """
            rule "a" { when = function(m) return from:is(m.subject) | header(m.headers["X-Tag"]):exists() end,
              run = { trash } }
            rule "b" { run = function(m) for i = 1, 20 do m:is(subject:contains(tostring(i))) end return { mark "seen" } end }
            """)
        for _ in 0..<50 { _ = try await bench.decide(.whole()) }
        let before = await bench.runtime.memoryInUse()
        for _ in 0..<500 { _ = try await bench.decide(.whole()) }
        #expect(await bench.runtime.memoryInUse() < before + 10_000)
    }

    @Test func decidingAgainGivesTheSame() async throws {
        let bench = try await RuleBench(
            """

            rule "a" { when = any { bulk, from:domain "apple.com" }, run = function(m)
              state.n = math.random(1000)
              m:move("F" .. os.time() .. math.random(1000))
            end }
            """)
        let first = try await bench.decide(.whole())
        let second = try await bench.decide(.whole())
        #expect(first == second)
        #expect(!first.stateChanges.isEmpty)
    }

    @Test func aMessageWithNothingInItIsDecided() async throws {
        let bench = try await RuleBench(
            """
            rule "all" { when = none { from:exists(), subject:contains "x", recipient:me(), date:before "2030-01-01",
              list_id:is "x", message_id:exists(), body:contains "x", has_attachment, bulk, automated, auth:pass "spf",
              date:weekday { "mon" }, received:before "1990-01-01" }, run = { mark "seen" } }
            rule "f" { run = function(m)
              for _, f in ipairs { "subject", "list_id", "message_id", "in_reply_to", "text", "html" } do
                assert(m[f] == "", f)
              end
              assert(m.from == nil and m.date == nil and #m.to == 0 and #m.references == 0 and #m.attachments == 0)
            end }
            """)
        #expect(try await bench.decide(.whole("")).matchedRules == ["all", "f"])
    }

    @Test(arguments: [Int64.min, -1, .max])
    func timesMayBeAnything(received: Int64) async throws {
        let bench = try await RuleBench(
            """
            rule "a" { run = { mark "seen" }, when = all {
              ~(older "1d" & newer "1d"), ~(received:weekday { "mon" } & received:weekday { "tue" }),
              ~(received:between("01:00", "02:00") & received:between("02:00", "03:00")) } }
            """)
        #expect(try await bench.decide(.whole(received: received)).matchedRules == ["a"])
    }
}
